"""The tasks of this package hold what every task must hold."""

import pytest
from vista_core.testing import TaskConformance


class TestScienceQA(TaskConformance):
    task = "scienceqa"

    @pytest.fixture
    def config(self, copies):
        return {"root": str(copies["scienceqa", "original"])}


class TestScienceQAParquet(TaskConformance):
    task = "scienceqa"

    @pytest.fixture
    def config(self, copies):
        return {"root": str(copies["scienceqa", "parquet"])}


class TestVizWiz(TaskConformance):
    task = "vizwiz"
    samples = 5  # to the sixth no answer is worth 1: nobody agreed with three others

    @pytest.fixture
    def config(self, copies):
        return {"root": str(copies["vizwiz", "original"])}

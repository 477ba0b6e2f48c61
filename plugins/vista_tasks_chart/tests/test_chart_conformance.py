"""The tasks of this package hold what every task must hold."""

import pytest
from vista_core.testing import TaskConformance


class TestChartQA(TaskConformance):
    task = "chartqa"

    @pytest.fixture
    def config(self, copies):
        return {"root": str(copies["chartqa", "original"])}


class TestChartQAParquet(TaskConformance):
    task = "chartqa"

    @pytest.fixture
    def config(self, copies):
        return {"root": str(copies["chartqa", "parquet"])}


class TestFigureQA(TaskConformance):
    task = "figureqa"

    @pytest.fixture
    def config(self, copies):
        return {"root": str(copies["figureqa", "original"]), "annotations": True}

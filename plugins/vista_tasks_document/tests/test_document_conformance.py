"""The tasks of this package hold what every task must hold."""

import pytest
from vista_core.testing import TaskConformance


class TestDocVQA(TaskConformance):
    task = "docvqa"

    @pytest.fixture
    def config(self, copies):
        return {"root": str(copies["docvqa", "original"])}


class TestDocVQAParquet(TaskConformance):
    task = "docvqa"

    @pytest.fixture
    def config(self, copies):
        return {"root": str(copies["docvqa", "parquet"])}

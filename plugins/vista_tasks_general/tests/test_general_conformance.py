"""The tasks of this package hold what every task must hold."""

import pytest
from vista_core.testing import TaskConformance


class TestThinkVL(TaskConformance):
    task = "thinkvl"
    question_holds_gold = True

    @pytest.fixture
    def config(self, copies):
        return {"root": str(copies["thinkvl", "parquet"])}


class TestAOKVQA(TaskConformance):
    task = "aokvqa"

    @pytest.fixture
    def config(self, copies):
        return {"root": str(copies["aokvqa", "original"])}


class TestAOKVQADirect(TaskConformance):
    task = "aokvqa"

    @pytest.fixture
    def config(self, copies):
        return {"root": str(copies["aokvqa", "parquet"]), "setting": "direct"}

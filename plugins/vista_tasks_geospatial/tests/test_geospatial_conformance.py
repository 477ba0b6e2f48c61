"""The tasks of this package hold what every task must hold."""

import pytest
from vista_core.testing import TaskConformance


class TestMapQA(TaskConformance):
    task = "mapqa"

    @pytest.fixture
    def config(self, copies):
        return {"root": str(copies["mapqa", "original"])}

    def answer(self, gold):
        return ", ".join(gold.answer) if isinstance(gold.answer, list) else gold.answer


class TestInfographicVQA(TaskConformance):
    task = "infographicvqa"

    @pytest.fixture
    def config(self, copies):
        return {"root": str(copies["infographicvqa", "original"])}

"""The tasks of this package hold what every task must hold."""

import pytest
from vista_core.testing import TaskConformance


class TestClevr(TaskConformance):
    task = "clevr"

    @pytest.fixture
    def config(self, copies):
        return {"root": str(copies["clevr", "original"]), "scenes": True}

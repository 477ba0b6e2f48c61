"""The six tasks hold what every task must hold, in each of their layouts."""

import pytest
from vista_core.testing import TaskConformance


class _Heldout(TaskConformance):
    name = ""
    layout = ""

    @pytest.fixture
    def task(self):
        return self.name

    @pytest.fixture
    def config(self, copies):
        return {"root": str(copies[self.name, self.layout])}


class TestTabMWP(_Heldout):
    name, layout = "tabmwp", "original"


class TestTabMWPOneFile(_Heldout):
    name, layout = "tabmwp", "one file"


class TestAI2D(_Heldout):
    name, layout = "ai2d", "parquet"


class TestAI2DOriginal(_Heldout):
    name, layout = "ai2d", "original"


class TestPlotQA(_Heldout):
    name, layout = "plotqa", "version 2"


class TestPlotQAList(_Heldout):
    name, layout = "plotqa", "version 1, a list"


class TestCLEVRMath(_Heldout):
    name, layout = "clevr_math", "original"


class TestCLEVRMathParquet(_Heldout):
    name, layout = "clevr_math", "parquet"


class TestIconQA(_Heldout):
    name, layout = "iconqa", "original"


class TestIconQAFolders(_Heldout):
    name, layout = "iconqa", "folders"


class TestIconQAParquet(_Heldout):
    name, layout = "iconqa", "parquet"


class TestMathVista(_Heldout):
    name, layout = "mathvista", "parquet"


class TestMathVistaOriginal(_Heldout):
    name, layout = "mathvista", "original"

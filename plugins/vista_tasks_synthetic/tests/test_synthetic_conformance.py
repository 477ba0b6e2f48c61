"""The tasks of this package hold what every task must hold."""

from vista_core.testing import TaskConformance


class TestSyntheticChart(TaskConformance):
    task = "synthetic_chart"


class TestSyntheticChartHard(TaskConformance):
    task = "synthetic_chart"
    config = {"level": 3, "images": 4}


class TestSyntheticTable(TaskConformance):
    task = "synthetic_table"
    config = {"level": 2}


class TestSyntheticGeometry(TaskConformance):
    task = "synthetic_geometry"


class TestSyntheticMap(TaskConformance):
    task = "synthetic_map"
    config = {"level": 2}


class TestSyntheticDocument(TaskConformance):
    task = "synthetic_document"


class TestSyntheticScene(TaskConformance):
    task = "synthetic_scene"
    config = {"level": 3}

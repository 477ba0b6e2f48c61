"""The three tasks hold what every task must hold, in each of their layouts."""

import pytest
from vista_core.testing import TaskConformance


class _Geometry(TaskConformance):
    name = ""
    layout = ""
    form = {}

    @pytest.fixture
    def task(self):
        return self.name

    @pytest.fixture
    def config(self, copies):
        return {"root": str(copies[self.name, self.layout]), **self.form}


class TestGeometry3K(_Geometry):
    name, layout = "geometry3k", "original"


class TestGeometry3KParquet(_Geometry):
    name, layout = "geometry3k", "parquet"


class TestGeoQA(_Geometry):
    name, layout = "geoqa", "original"


class TestGeoQAParquet(_Geometry):
    name, layout = "geoqa", "parquet"


class TestUniGeo(_Geometry):
    name, layout = "unigeo", "calculation"


class TestUniGeoProving(_Geometry):
    name, layout, form = "unigeo", "calculation", {"form": "proving"}

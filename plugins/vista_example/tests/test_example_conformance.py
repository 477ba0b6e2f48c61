"""The suites of vista_core.testing: what every tool, task and reward must hold."""

import numpy as np
import pytest
from vista_core.testing import RewardConformance, TaskConformance, ToolConformance


class TestSpotlight(ToolConformance):
    tool = "spotlight"
    examples = ({"box": [4, 4, 20, 12]}, {"box": [-5, 0, 8.5, 100], "image": 1})
    wrong = (({"box": [20, 4, 4, 12]}, "box"), ({"box": [500, 0, 600, 10]}, "box"))

    @pytest.fixture
    def images(self):
        stripes = np.zeros((16, 24, 3), np.uint8)
        stripes[:, ::3] = (250, 120, 30)
        return [stripes, np.full((10, 10, 3), 200, np.uint8)]


class TestTally(ToolConformance):
    tool = "tally"
    examples = ({"label": "apples", "amount": 2}, {"label": "pears"}, {"label": "apples", "amount": -0.5})


class TestDots(TaskConformance):
    task = "dots"
    config = {"problems": 40}


class TestConcise(RewardConformance):
    reward = "concise"


class TestConciseWithoutPatience(RewardConformance):
    reward = "concise"
    config = {"free": 0, "worst": 0.5}

"""Conformance suites: what a plugin must hold, as test classes that its author inherits.

A plugin's test is a class with a few attributes (or pytest fixtures of the same names):

    from vista_core.testing import ToolConformance

    class TestCrop(ToolConformance):
        tool = "image_zoom_in"
        examples = [{"bbox_2d": [10, 10, 60, 60]}]
        images = ["tests/picture.png"]

Each failure says what is wrong, why it matters for training, and how to mend it. The suites need pytest
(`pip install 'vista-core[testing]'`).

Example:
    >>> from vista_core.testing import ToolConformance
    >>> ToolConformance.examples
    ()
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vista_core.testing.executor import ExecutorConformance as ExecutorConformance
    from vista_core.testing.policy import PolicyConformance as PolicyConformance
    from vista_core.testing.pytest_plugin import IsolatedPlugins as IsolatedPlugins
    from vista_core.testing.reward import RewardConformance as RewardConformance
    from vista_core.testing.task import TaskConformance as TaskConformance
    from vista_core.testing.tool import ToolConformance as ToolConformance

_WHERE = {
    "ExecutorConformance": "executor",
    "IsolatedPlugins": "pytest_plugin",
    "PolicyConformance": "policy",
    "RewardConformance": "reward",
    "TaskConformance": "task",
    "ToolConformance": "tool",
}
__all__ = sorted(_WHERE)


# Lazy, because pytest imports this package in every run, for the fixture alone.
def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'vista_core.testing' has no attribute {name!r}")
    return getattr(import_module(f"vista_core.testing.{_WHERE[name]}"), name)

"""Where tool calls run: in threads, in worker processes; with batching, retries and a cache on top."""

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vista_core.executors.base import Executor as Executor
    from vista_core.executors.base import WorkerDied as WorkerDied
    from vista_core.executors.composite import CompositeExecutor as CompositeExecutor
    from vista_core.executors.composite import make_executor as make_executor
    from vista_core.executors.process import ProcessExecutor as ProcessExecutor
    from vista_core.executors.thread import ThreadExecutor as ThreadExecutor

_WHERE = {
    "CompositeExecutor": "composite",
    "Executor": "base",
    "ProcessExecutor": "process",
    "ThreadExecutor": "thread",
    "WorkerDied": "base",
    "make_executor": "composite",
}
__all__ = sorted(_WHERE)


def __getattr__(name: str) -> Any:
    if name not in _WHERE:
        raise AttributeError(f"module 'vista_core.executors' has no attribute {name!r}")
    return getattr(import_module(f"vista_core.executors.{_WHERE[name]}"), name)

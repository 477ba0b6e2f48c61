"""The names of `vista_core.executors` for type checkers."""

from vista_core.executors.base import Executor as Executor
from vista_core.executors.composite import make_executor as make_executor
from vista_core.executors.process import ProcessExecutor as ProcessExecutor
from vista_core.executors.runner import WorkerDied as WorkerDied
from vista_core.executors.thread import ThreadExecutor as ThreadExecutor

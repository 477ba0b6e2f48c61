"""The `process` executor: tools in worker processes, which can be killed, limited and replaced."""

import contextlib
import fcntl
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection

import vista_core
from vista_core.calls import ToolCall, ToolSpec
from vista_core.errors import InfrastructureError, PluginError, ToolUnavailable, VistaError
from vista_core.executors import worker
from vista_core.executors.pool import Pool, PoolExecutor, Runner, who
from vista_core.executors.runner import Outcome, WorkerDied, overtime

PING_S = 3.0  # time that a worker has to answer a ping, once a call is over its time
MAX_LOG = 1 << 20  # bytes of a worker's stderr that are kept
MAX_HELD = 64 << 20  # bytes of pictures that a worker keeps


class ProcessExecutor(PoolExecutor):
    """Runs each tool in `workers` processes of its own, under the interpreter that its spec names.

    A call over its time is killed with its worker: ToolTimeout if the worker still answered a ping,
    WorkerDied if not. A worker that dies costs the call that it ran; the next call gets a new one.

    Args:
        batch_wait_ms: how long a call waits for others to share its batch, where the tool takes batches.
        recycle_after: calls after which a worker is replaced, for engines that leak; 0 never.
        memory_mb: private memory that a worker may take, by RLIMIT_DATA, which only Linux enforces; 0 no limit.
        setup_timeout_s: time for a worker to start and set its tool up, seconds.

    Example:
        >>> executor = ProcessExecutor(recycle_after=100, memory_mb=2048)
        >>> executor.run_sync([])
        []
        >>> executor.close_sync()
    """

    def __init__(
        self,
        *,
        batch_wait_ms: float = 2.0,
        recycle_after: int = 1000,
        memory_mb: int = 0,
        setup_timeout_s: float = 300.0,
    ) -> None:
        super().__init__(batch_wait_ms=batch_wait_ms)
        self._limits = (recycle_after, memory_mb, setup_timeout_s)

    def make_pool(self, spec: ToolSpec) -> Pool:
        """A pool whose lanes keep one worker process each."""
        limits = self._limits  # not self: a forgotten executor closes
        return Pool(spec, lambda: _Worker(spec, *limits), self._batch_wait_s, grace_s=2 * PING_S)


@dataclass(eq=False)
class _Worker(Runner):
    """One worker process, and its successors."""

    _spec: ToolSpec
    _recycle_after: int
    _memory_mb: int
    _setup_timeout_s: float
    _process: subprocess.Popen[bytes] | None = None
    _stopped: bool = False

    def open(self) -> None:
        self.close()
        self._python = self._spec.python or sys.executable
        self._served = self._held_bytes = 0
        self._held: set[str] = set()  # ids of the pictures that the worker has
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the worker
        fcntl.fcntl(self._log, fcntl.F_SETFL, os.O_APPEND)
        ours, theirs = socket.socketpair()
        self._pipe = Connection(ours.detach())
        with theirs:
            try:
                self._process = subprocess.Popen(
                    # -P: a file in the working directory must not pass for a module of the standard library
                    [self._python, "-P", "-m", "vista_core.executors.worker", str(theirs.fileno())],
                    stdin=subprocess.DEVNULL,
                    stdout=self._log,
                    stderr=self._log,
                    pass_fds=[theirs.fileno()],
                    start_new_session=True,  # Ctrl-C is the host's; and one kill takes the tool's own children too
                )
            except OSError as error:
                raise self._unavailable(f"could not be started: {error}") from error
        try:
            self._set_up()
        except BaseException:
            self.close()
            raise

    def _set_up(self) -> None:
        if self._stopped:
            self._kill()
        ours = self._spec.python in (None, sys.executable)
        path = [entry or os.getcwd() for entry in sys.path] if ours else []
        start = {"kind": "start", "spec": self._spec.model_dump_json(), "path": path, "memory_mb": self._memory_mb}
        try:
            reply = self._ask(start, time.monotonic() + self._setup_timeout_s)
        except TimeoutError:
            raise self._unavailable(f"was not set up within {self._setup_timeout_s:g} s") from None
        except WorkerDied as error:
            raise self._unavailable(f"could not be set up: {error}") from error
        if reply["kind"] == "unavailable":
            raise ToolUnavailable(reply["text"], remedy=reply["remedy"])
        if reply["kind"] == "broken":
            raise PluginError(reply["text"])
        if reply["version"] != vista_core.__version__:
            raise self._unavailable(f"has vista-core {reply['version']}")

    def renew(self) -> None:
        if self._process is None or 0 < self._recycle_after <= self._served:
            try:
                self.open()
            except VistaError as error:  # it could be set up once: not the policy's fault
                raise InfrastructureError(f"{self._spec.name}: a new worker cannot be set up: {error}") from error

    def run(self, calls: Sequence[ToolCall], limit_s: float) -> Sequence[Outcome]:
        self._served += len(calls)
        try:
            outcomes = self._run(calls, limit_s)
        except BaseException:
            self.close()
            raise
        if any(isinstance(outcome, WorkerDied) for outcome in outcomes):
            self.close()
        return outcomes

    def _run(self, calls: Sequence[ToolCall], limit_s: float) -> list[Outcome]:
        forget = self._held_bytes > MAX_HELD
        if forget:
            self._held, self._held_bytes = set(), 0
        pictures = {image.id: image.data for call in calls if "image" in self._spec.reads for image in call.images}
        new = {key: data for key, data in pictures.items() if key not in self._held}
        self._held.update(new)
        self._held_bytes += sum(map(len, new.values()))
        batch = {"kind": "run", "calls": [worker.call_to_wire(call) for call in calls], "images": new, "forget": forget}
        try:
            reply = self._ask(batch, time.monotonic() + limit_s)
        except TimeoutError:
            try:
                self._ask({"kind": "ping"}, time.monotonic() + PING_S)
            except TimeoutError:
                raise self._died("answered no ping after a call was over its time") from None
            raise overtime(calls[0]) from None
        if os.fstat(self._log.fileno()).st_size > MAX_LOG:
            os.ftruncate(self._log.fileno(), 0)
        answers = zip(reply["outcomes"], calls, strict=True)
        return [worker.outcome_from_wire(outcome, call.images) for outcome, call in answers]

    def stop(self) -> bool:
        self._stopped = True  # a worker that is starting now is killed by `_set_up`
        self._kill()
        return True

    def close(self) -> None:
        self._kill()
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=10)
            self._log.close()
            self._pipe.close()
            self._process = None

    def _kill(self) -> None:
        process = self._process
        if process is not None and process.returncode is None:  # not reaped: the id is still its own
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)

    def _ask(self, message: worker.Message, deadline: float) -> worker.Message:
        """Send a message and wait for the next one; the pool kills a worker that stops half-way through either.

        Raises TimeoutError, WorkerDied.
        """
        try:
            self._pipe.send_bytes(worker.pack(message))
            if not self._pipe.poll(max(0.0, deadline - time.monotonic())):
                raise TimeoutError
            return worker.unpack(self._pipe.recv_bytes())
        except (EOFError, ConnectionError, ValueError):  # gone, or it wrote into our pipe
            raise self._died("died") from None

    def _died(self, how: str) -> WorkerDied:
        self._kill()
        assert self._process is not None
        status = self._process.wait(timeout=10)
        size = os.fstat(self._log.fileno()).st_size
        wrote = os.pread(self._log.fileno(), 2000, max(0, size - 2000)).decode(errors="replace").strip()
        told = f" It wrote: …{wrote}" if wrote else ""
        return WorkerDied(f"the worker of {self._spec.name} {how} (exit status {status}).{told}")

    def _unavailable(self, problem: str) -> ToolUnavailable:
        return ToolUnavailable(
            f"The worker of {who(self._spec)}, run by {self._python}, {problem}",
            remedy=f"see that {self._python} has vista-core=={vista_core.__version__} and all that the tool needs",
        )

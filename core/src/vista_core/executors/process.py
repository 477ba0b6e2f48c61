"""The `process` executor: tools in worker processes, which can be killed, limited and replaced."""

import contextlib
import fcntl
import os
import select
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Sequence
from typing import IO, ClassVar

import vista_core
from vista_core.calls import ToolCall, ToolSpec
from vista_core.errors import InfrastructureError, PluginError, ToolUnavailable, VistaError
from vista_core.executors import wire
from vista_core.executors.pool import Pool, PoolExecutor, Runner, overtime, who
from vista_core.executors.runner import Outcome, WorkerDied

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

    name: ClassVar[str] = "process"

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
        return Pool(spec, lambda: _Worker(spec, *limits), self._batch_wait_s)


class _Worker(Runner):
    """One worker process, and its successors."""

    def __init__(self, spec: ToolSpec, recycle_after: int, memory_mb: int, setup_timeout_s: float) -> None:
        self._spec = spec
        self._python = spec.python or sys.executable
        self._recycle_after = recycle_after
        self._memory_mb = memory_mb
        self._setup_timeout_s = setup_timeout_s
        self._process: subprocess.Popen[bytes] | None = None
        self._stopped = False

    def open(self) -> None:
        self.close()
        self._served = self._held_bytes = 0
        self._held: set[str] = set()  # ids of the pictures that the worker has
        self._received = bytearray()
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the worker
        fcntl.fcntl(self._log, fcntl.F_SETFL, os.O_APPEND)
        try:
            self._process = subprocess.Popen(
                # -P: a file in the working directory must not pass for a module of the standard library
                [self._python, "-P", "-m", "vista_core.executors.worker"],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._log,
                bufsize=0,
                start_new_session=True,  # Ctrl-C is the host's; and one kill takes the tool's own children too
            )
        except OSError as error:
            raise self._unavailable(f"could not be started: {error}") from error
        try:
            self._set_up(self._process)
        except BaseException:
            self.close()
            raise

    def _set_up(self, process: subprocess.Popen[bytes]) -> None:
        assert process.stdin is not None and process.stdout is not None
        self._in, self._out = process.stdin, process.stdout
        os.set_blocking(self._in.fileno(), False)
        os.set_blocking(self._out.fileno(), False)
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

    def run(self, calls: Sequence[ToolCall], limit_s: float) -> Sequence[Outcome]:
        if self._process is None or 0 < self._recycle_after <= self._served:
            try:
                self.open()
            except VistaError as error:  # it could be set up once: not the policy's fault
                raise InfrastructureError(f"{self._spec.name}: a new worker cannot be set up: {error}") from error
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
        batch = {"kind": "run", "calls": [wire.call_to_wire(call) for call in calls], "images": new, "forget": forget}
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
        return [wire.outcome_from_wire(outcome, call.images) for outcome, call in answers]

    def stop(self) -> None:
        self._stopped = True  # a worker that is starting now is killed by `_set_up`
        self._kill()

    def close(self) -> None:
        self._kill()
        if self._process is not None:
            with contextlib.suppress(subprocess.TimeoutExpired):
                self._process.wait(timeout=10)
            for file in (self._log, self._in, self._out):
                file.close()
            self._process = None

    def _kill(self) -> None:
        process = self._process
        if process is not None and process.returncode is None:  # not reaped: the id is still its own
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(process.pid, signal.SIGKILL)

    def _ask(self, message: wire.Message, deadline: float) -> wire.Message:
        """Send a message and wait for the next one. Raises TimeoutError, WorkerDied."""
        frame = memoryview(wire.pack(message))
        received, header = self._received, wire.HEADER
        try:
            while frame:
                _wait(self._in, select.POLLOUT, deadline)
                with contextlib.suppress(BlockingIOError):
                    frame = frame[os.write(self._in.fileno(), frame[:65536]) :]
            while len(received) < header.size or len(received) < header.size + header.unpack_from(received)[0]:
                _wait(self._out, select.POLLIN, deadline)
                chunk = os.read(self._out.fileno(), 1 << 20)
                if not chunk:
                    raise BrokenPipeError
                received += chunk
            end = header.size + header.unpack_from(received)[0]
            body = bytes(received[header.size : end])
            del received[:end]
            return wire.unpack(body)
        except (BrokenPipeError, ValueError):  # gone, or it wrote into our pipe
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


def _wait(pipe: IO[bytes], event: int, deadline: float) -> None:
    """Wait until a pipe is ready. Raises TimeoutError."""
    poll = select.poll()
    poll.register(pipe, event)
    while not poll.poll(max(0.0, min(deadline - time.monotonic(), 60.0)) * 1000):
        if time.monotonic() > deadline:
            raise TimeoutError

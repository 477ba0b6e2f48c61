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
from pathlib import Path
from typing import IO, ClassVar

import vista_core
from vista_core.calls import ToolCall, ToolSpec
from vista_core.errors import InfrastructureError, PluginError, ToolUnavailable, VistaError
from vista_core.executors.base import WorkerDied
from vista_core.executors.pool import Outcome, Pool, PoolExecutor, overtime
from vista_core.executors.wire import (
    HEADER,
    MAX_FRAME,
    WIRE_VERSION,
    Message,
    Shelf,
    call_to_wire,
    outcome_from_wire,
    pack,
    unpack,
)

PING_S = 3.0  # time that a worker has to answer a ping, once a call is over its time
MEMORY_WATCH_S = 0.05 if sys.platform == "linux" else 0.5  # elsewhere each look starts a `ps`
MAX_LOG = 1 << 20  # bytes of a worker's stderr that are kept


class ProcessExecutor(PoolExecutor):
    """Runs each tool in `workers` processes of its own, under the interpreter that its spec names.

    A call over its time is killed with its worker: ToolTimeout if the worker still answered a ping,
    InfrastructureError if not. A worker that dies costs the call that it ran; the next call gets a new one.

    Args:
        batch_wait_ms: how long a call waits for others to share its batch, where the tool takes batches.
        recycle_after: calls after which a worker is replaced, for engines that leak; 0 never.
        memory_mb: resident memory at which a worker is killed (its own, without its children); 0 no limit.
            Resident memory is watched rather than the address space limited, since engines reserve far
            more address space than they use.
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
        self._recycle_after = recycle_after
        self._memory_mb = memory_mb
        self._setup_timeout_s = setup_timeout_s

    def make_pool(self, spec: ToolSpec) -> Pool:
        """A pool whose lanes keep one worker process each."""
        return Pool(
            spec,
            lambda: _Workers(spec, self._recycle_after, self._memory_mb, self._setup_timeout_s),
            self._batch_wait_s,
        )


class _Workers:
    """The worker of one lane, and its successors."""

    def __init__(self, spec: ToolSpec, recycle_after: int, memory_mb: int, setup_timeout_s: float) -> None:
        self._spec = spec
        self._recycle_after = recycle_after
        self._memory_mb = memory_mb
        self._setup_timeout_s = setup_timeout_s
        self._worker: WorkerProcess | None = None
        self._served = 0
        self._closed = False

    def open(self) -> None:
        """Start a worker and set its tool up. Raises ToolUnavailable, PluginError."""
        self.stop()
        worker = self._worker = WorkerProcess(self._spec, self._memory_mb)
        self._served = 0
        try:
            if self._closed:
                raise InfrastructureError(f"{self._spec.name}: the executor is closed.")
            worker.set_up(time.monotonic() + self._setup_timeout_s)
        except BaseException:
            self.stop()
            raise

    def run(self, calls: Sequence[ToolCall], limit_s: float) -> Sequence[Outcome]:
        """Run a batch; the worker is gone after an error."""
        worker = self._worker
        if worker is None or (self._recycle_after and self._served >= self._recycle_after):
            try:
                self.open()
            except VistaError as error:  # it could be set up once: not the policy's fault
                raise InfrastructureError(f"{self._spec.name}: a new worker cannot be set up: {error}") from error
            worker = self._worker
        assert worker is not None
        self._served += len(calls)
        try:
            outcomes = worker.run(calls, limit_s)
        except BaseException:
            self.stop()
            raise
        if worker.oversize():
            self.stop()
        return outcomes

    def stop(self) -> None:
        """Kill the worker, if there is one."""
        worker, self._worker = self._worker, None
        if worker is not None:
            worker.kill()

    def close(self) -> None:
        """Kill the worker, and start no other."""
        self._closed = True
        self.stop()


class WorkerProcess:
    """The host's handle on one worker process."""

    def __init__(self, spec: ToolSpec, memory_mb: int = 0) -> None:
        self._spec = spec
        self._memory_mb = memory_mb
        self._shelf = Shelf()
        self._received = bytearray()
        self._killed = False
        self._log = tempfile.TemporaryFile()  # noqa: SIM115 - lives as long as the worker
        self._files: list[IO[bytes]] = [self._log]
        fcntl.fcntl(self._log, fcntl.F_SETFL, fcntl.fcntl(self._log, fcntl.F_GETFL) | os.O_APPEND)
        self._python = spec.python or sys.executable
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
            raise self._unavailable(f"cannot be started: {error}") from error
        assert self._process.stdin is not None and self._process.stdout is not None
        self._files += [self._process.stdin, self._process.stdout]
        self._in, self._out = self._process.stdin.fileno(), self._process.stdout.fileno()
        os.set_blocking(self._in, False)
        os.set_blocking(self._out, False)

    def set_up(self, deadline: float) -> None:
        """Have the worker make its tool. Raises ToolUnavailable, PluginError."""
        here = self._spec.python in (None, sys.executable)
        path = [entry or os.getcwd() for entry in sys.path] if here else []
        try:
            self._send({"kind": "start", "spec": self._spec.model_dump_json(), "path": path}, deadline)
            reply = self._receive(deadline)
        except WorkerDied as error:
            raise self._unavailable(f"died while it was set up: {error}") from error
        except TimeoutError as error:
            raise self._unavailable("was not set up in time.") from error
        if reply["kind"] == "unavailable":
            raise ToolUnavailable(reply["text"], remedy=reply["remedy"])
        if reply["kind"] == "broken":
            raise PluginError(reply["text"])
        if reply["wire"] != WIRE_VERSION:
            raise self._unavailable("has another version of vista-core.")

    def run(self, calls: Sequence[ToolCall], limit_s: float) -> list[Outcome]:
        """Run a batch. Raises ToolTimeout (the worker was healthy) or WorkerDied; kill it after either."""
        pictures = [image for call in calls if "image" in self._spec.reads for image in call.images]
        new, forget = self._shelf.place(pictures)
        batch = [call_to_wire(call) for call in calls]
        deadline = time.monotonic() + limit_s
        try:
            self._send({"kind": "run", "calls": batch, "images": new, "forget": forget}, deadline)
            reply = self._receive(deadline)
        except TimeoutError:
            self._ping()
            raise overtime(calls[0]) from None
        if os.fstat(self._log.fileno()).st_size > MAX_LOG:
            os.ftruncate(self._log.fileno(), 0)
        outcomes = zip(reply["outcomes"], calls, strict=True)
        return [outcome_from_wire(outcome, call.images) for outcome, call in outcomes]

    def oversize(self) -> str:
        """A sentence if the worker uses more memory than it may, else nothing."""
        if not self._memory_mb or (used := resident_mb(self._process.pid)) <= self._memory_mb:
            return ""
        return f"used {used:.0f} MB of memory; its limit is {self._memory_mb} MB"

    def kill(self) -> None:
        """Kill the worker and its children, at once; any thread may do it, more than once."""
        if not self._killed:
            self._killed = True  # once: its process id may belong to another later
            with contextlib.suppress(ProcessLookupError, PermissionError):
                os.killpg(self._process.pid, signal.SIGKILL)
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(timeout=10)

    def __del__(self) -> None:
        # Not in kill(): a lane may be waiting on these pipes in another thread.
        for file in self._files:
            file.close()

    def _ping(self) -> None:
        """Raise WorkerDied unless the worker answers."""
        deadline = time.monotonic() + PING_S
        try:
            self._send({"kind": "ping"}, deadline)
            self._receive(deadline)
        except TimeoutError:
            raise self._died(f"answered no ping within {PING_S:g} s after the call was over its time") from None

    def _send(self, message: Message, deadline: float) -> None:
        frame = memoryview(pack(message))
        while frame:
            self._wait(self._in, select.POLLOUT, deadline)
            try:
                frame = frame[os.write(self._in, frame[:65536]) :]
            except OSError as error:
                raise self._died("died") from error

    def _receive(self, deadline: float) -> Message:
        while True:
            if len(self._received) >= HEADER.size:
                size = HEADER.unpack_from(self._received)[0]
                end = HEADER.size + size
                if size > MAX_FRAME:
                    raise self._died("sent garbage")
                if len(self._received) >= end:
                    body = bytes(self._received[HEADER.size : end])
                    del self._received[:end]
                    try:
                        return unpack(body)
                    except ValueError as error:
                        raise self._died("sent garbage") from error
            self._wait(self._out, select.POLLIN, deadline)
            chunk = os.read(self._out, 1 << 20)
            if not chunk:
                raise self._died("died")
            self._received += chunk

    def _wait(self, descriptor: int, event: int, deadline: float) -> None:
        """Wait until a pipe is ready, with an eye on the memory. Raises TimeoutError, WorkerDied."""
        poll = select.poll()
        poll.register(descriptor, event)
        while True:
            left = max(0.0, deadline - time.monotonic())
            step = min(left, MEMORY_WATCH_S) if self._memory_mb else left
            if poll.poll(step * 1000):
                return
            if not left:
                raise TimeoutError
            if oversize := self.oversize():
                raise self._died(oversize)

    def _died(self, how: str) -> WorkerDied:
        self.kill()
        code = self._process.returncode or 0
        end = f"signal {-code}" if code < 0 else f"exit code {code}"
        return WorkerDied(f"the worker of {self._spec.name} {how} ({end}).{self._tail()}")

    def _unavailable(self, how: str) -> ToolUnavailable:
        where = f"The worker of {self._spec.name} ({self._spec.distribution} {self._spec.version})"
        version = getattr(vista_core, "__version__", "")
        return ToolUnavailable(
            f"{where}, run by {self._python}, {how}",
            remedy=f"look at what it wrote; {self._python} needs vista-core=={version} and {self._spec.distribution}",
        )

    def _tail(self) -> str:
        """The end of what the worker wrote to stderr."""
        size = os.fstat(self._log.fileno()).st_size
        text = os.pread(self._log.fileno(), 2000, max(0, size - 2000)).decode(errors="replace").strip()
        return f" It wrote: …{text}" if text else ""


def resident_mb(pid: int) -> float:
    """Resident memory of a process in MB; 0 where it cannot be known.

    Example:
        >>> import os
        >>> resident_mb(os.getpid()) > 1
        True
    """
    statm = Path(f"/proc/{pid}/statm")
    try:
        if sys.platform == "linux":
            return int(statm.read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
        kilobytes = subprocess.run(["ps", "-o", "rss=", "-p", str(pid)], capture_output=True, timeout=5).stdout
        return int(kilobytes) / 1024
    except (OSError, ValueError, IndexError, subprocess.TimeoutExpired):
        return 0.0

"""Tickets, lanes and pools: calls of one tool, served from one queue, in batches, by threads of this process.

Everything here is plain threads and locks, bound to no event loop: an executor outlives the loops that
use it (one `asyncio.run` per training step is common), and the synchronous path pays for no loop at all.
"""

import asyncio
import contextlib
import queue
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from typing import Protocol

from vista_core.calls import ToolCall, ToolResult, ToolSpec
from vista_core.errors import InfrastructureError, PluginError, ToolTimeout, VistaError
from vista_core.executors.base import Executor, WorkerDied

Outcome = ToolResult | VistaError
PATIENCE_S = 600.0  # longest wait in the queue; the tool's own time starts when it is run


class Ticket:
    """One call on its way through a pool; the first `finish` counts, later ones are ignored."""

    __slots__ = ("_claim", "_done", "_notify", "_outcome", "alone", "call")

    def __init__(self, call: ToolCall, notify: Callable[[], None] | None = None) -> None:
        self.call = call
        self.alone = False  # run outside any batch: an earlier batch with it went wrong
        self._notify = notify
        self._outcome: Outcome | None = None
        self._claim = threading.Lock()
        self._done = threading.Lock()
        self._done.acquire()

    @property
    def finished(self) -> bool:
        """Whether there is an outcome, or nobody waits for one any more."""
        return self._claim.locked()

    def finish(self, outcome: Outcome | None) -> None:
        """Set the outcome and wake the one who waits (None: cancelled, nobody waits)."""
        if self._claim.acquire(blocking=False):
            self._outcome = outcome
            self._done.release()
            if self._notify is not None:
                self._notify()

    def wait(self) -> ToolResult:
        """Block until there is an outcome, and return or raise it."""
        if not self._done.acquire(timeout=PATIENCE_S + self.call.timeout_s):
            self.finish(None)
        return self.result()

    def result(self) -> ToolResult:
        """The outcome, returned or raised; InfrastructureError where there is none."""
        if isinstance(self._outcome, ToolResult):
            return self._outcome
        raise self._outcome or InfrastructureError(
            f"{self.call.spec.name}: no worker took the call within {PATIENCE_S:.0f} s. Give the tool more `workers`."
        )


class Runner(Protocol):
    """What a lane runs calls with: a tool in this process, or one worker process."""

    def open(self) -> None:
        """Set up the tool; raises ToolUnavailable, PluginError."""

    def run(self, calls: Sequence[ToolCall], limit_s: float) -> Sequence[Outcome]:
        """Run the calls as one batch. Raises ToolTimeout or WorkerDied for the whole of it."""

    def close(self) -> None:
        """Stop now, also while another thread is in `run`."""


class Lane:
    """One thread that serves a pool; `job` is (deadline, tickets) while it runs a batch."""

    __slots__ = ("abandoned", "failure", "job", "ready", "runner")

    def __init__(self, runner: Runner) -> None:
        self.runner = runner
        self.job: tuple[float, list[Ticket]] | None = None
        self.abandoned = False
        self.failure: BaseException | None = None
        self.ready = threading.Event()


class Pool:
    """The lanes of one ToolSpec and their queue.

    A lane takes one call, waits up to `batch_wait_s` for others where the tool takes batches, and runs
    them together. Where a batch of several dies, hangs or is refused as a whole, each of its calls is run
    again alone, so that a call costs only itself.
    """

    def __init__(self, spec: ToolSpec, make_runner: Callable[[], Runner], batch_wait_s: float) -> None:
        self.spec = spec
        self.closed = False
        self._refusal: str | None = None
        self._make_runner = make_runner
        self._batch_wait_s = batch_wait_s
        self._queue: queue.SimpleQueue[Ticket | None] = queue.SimpleQueue()
        self._lanes: list[Lane] = []

    def begin(self) -> None:
        """Start the lanes; their tools are set up in their own threads, all at once."""
        for _ in range(max(1, self.spec.workers)):
            self._add_lane()

    def ready(self) -> None:
        """Wait until every lane is set up; raise what the first failed with."""
        for lane in self._lanes:
            lane.ready.wait()
            if lane.failure is not None:
                raise lane.failure

    def put(self, ticket: Ticket) -> None:
        """Queue a call."""
        refusal = f"{self.spec.name}: the executor is closed." if self.closed else self._refusal
        if refusal is not None:
            ticket.finish(InfrastructureError(refusal))
        else:
            self._queue.put(ticket)

    def close(self) -> None:
        """Stop the lanes; calls that wait become faults."""
        self.closed = True
        for lane in list(self._lanes):
            lane.runner.close()
        self._drain()
        for _ in list(self._lanes):
            self._queue.put(None)

    def reap(self, now: float, bound: int) -> None:
        """Leave lanes that are over their time to themselves, and put new ones in their place.

        Args:
            now: time.monotonic(), seconds.
            bound: with this many left lanes still at work, the tool takes no more calls.
        """
        overdue = []
        for lane in list(self._lanes):
            job = lane.job
            if not lane.abandoned and job is not None and now > job[0]:
                lane.abandoned = True
                overdue.append(job[1])
        stuck = sum(lane.abandoned for lane in self._lanes)
        self._refusal = self._too_many(stuck) if stuck >= bound else None
        for batch in overdue:
            self._add_lane()
            self._settle(batch, [overtime(ticket.call) for ticket in batch])
        if self._refusal is not None:
            self._drain()

    def _too_many(self, stuck: int) -> str:
        return (
            f"{self.spec.name} ({self.spec.distribution} {self.spec.version}): {stuck} calls went over their time and "
            "still run; the `thread` executor cannot stop them and takes no more calls of this tool. "
            "Give the tool `executor: process`, which kills a call at its time."
        )

    def _drain(self) -> None:
        """Refuse the calls in the queue."""
        with contextlib.suppress(queue.Empty):
            while ticket := self._queue.get_nowait():
                self.put(ticket)

    def _add_lane(self) -> None:
        lane = Lane(self._make_runner())
        self._lanes.append(lane)
        threading.Thread(target=self._serve, args=(lane,), name=f"vista-{self.spec.name}", daemon=True).start()

    def _serve(self, lane: Lane) -> None:
        """A lane's life."""
        try:
            lane.runner.open()
        except BaseException as error:
            lane.failure = error
            return
        finally:
            lane.ready.set()
        while not lane.abandoned and (batch := self._take()) is not None:
            calls = [ticket.call for ticket in batch]
            limit = max(call.timeout_s for call in calls)
            started = time.monotonic()
            lane.job = (started + limit, batch)
            outcomes: Sequence[Outcome]
            try:
                outcomes = lane.runner.run(calls, limit)
            except VistaError as error:
                outcomes = [error] * len(batch)
            except BaseException as error:  # a defect of the executor: it must not hang the callers
                outcomes = [PluginError(f"{self.spec.name}: the executor failed: {error!r}")] * len(batch)
            lane.job = None
            if not lane.abandoned:
                self._settle(batch, outcomes, time.monotonic() - started)
        self._lanes.remove(lane)

    def _take(self) -> list[Ticket] | None:
        """The next batch; None when the pool closes."""
        while True:
            ticket = self._queue.get()
            if ticket is None:
                return None
            if ticket.finished:
                continue
            batch = [ticket]
            size = 1 if ticket.alone else self.spec.max_batch_size
            until = time.monotonic() + self._batch_wait_s if size > 1 else 0.0
            while len(batch) < size:
                try:
                    more = self._queue.get(timeout=max(0.0, until - time.monotonic()))
                except queue.Empty:
                    break
                if more is None or more.alone:
                    self._queue.put(more)
                    break
                if not more.finished:
                    batch.append(more)
            return batch

    def _settle(self, batch: list[Ticket], outcomes: Sequence[Outcome], seconds: float = 0.0) -> None:
        for ticket, outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, ToolResult):
                outcome.seconds = seconds
            if len(batch) > 1 and isinstance(outcome, WorkerDied | ToolTimeout) and not ticket.finished:
                ticket.alone = True
                self.put(ticket)
            else:
                ticket.finish(outcome)


def overtime(call: ToolCall) -> ToolTimeout:
    """The error of a call that was over its time; the text is the same under every executor."""
    return ToolTimeout(f"{call.spec.name} took longer than its {call.timeout_s:g} s and was stopped.")


class PoolExecutor(Executor):
    """An executor of pools, one per ToolSpec.

    Args:
        batch_wait_ms: how long a call waits for others to share its batch, where the tool takes batches.
    """

    def __init__(self, *, batch_wait_ms: float = 2.0) -> None:
        self._batch_wait_s = batch_wait_ms / 1000
        self._pools: dict[str, Pool] = {}
        self._starting = threading.Lock()
        # Runs when the executor is forgotten, and at the interpreter's exit: no worker outlives it.
        self._finalizer = weakref.finalize(self, _close_pools, self._pools)

    def make_pool(self, spec: ToolSpec) -> Pool:
        """A pool for the tool, not begun. Raises ToolUnavailable, PluginError."""
        raise NotImplementedError

    def start_sync(self, specs: Sequence[ToolSpec] = ()) -> None:
        """Set up the tools, all at once where each has its own process."""
        with self._starting:
            new = {spec.key: self.make_pool(spec) for spec in specs if spec.key not in self._pools}
            try:
                for pool in new.values():
                    pool.begin()
                for pool in new.values():
                    pool.ready()
            except BaseException:
                _close_pools(new)
                raise
            self._pools.update(new)

    def run_sync(self, calls: Sequence[ToolCall]) -> list[ToolResult]:
        """Run the calls together and wait for them."""
        tickets = [Ticket(call) for call in calls]
        for ticket in tickets:
            self._pool(ticket.call).put(ticket)
        return [ticket.wait() for ticket in tickets]

    def close_sync(self) -> None:
        """Stop the lanes and their workers."""
        _close_pools(self._pools)

    async def start(self, specs: Sequence[ToolSpec] = ()) -> None:
        """Set up the tools without blocking the loop."""
        await asyncio.to_thread(self.start_sync, specs)

    async def submit(self, call: ToolCall) -> ToolResult:
        """Run one call. If cancelled before a lane took it, it never runs."""
        loop = asyncio.get_running_loop()
        done: asyncio.Future[None] = loop.create_future()

        def wake() -> None:
            if not done.done():
                done.set_result(None)

        def notify() -> None:
            with contextlib.suppress(RuntimeError):  # the loop is closed: nobody waits any more
                loop.call_soon_threadsafe(wake)

        ticket = Ticket(call, notify)
        self._pool(call).put(ticket)
        try:
            await asyncio.wait_for(done, PATIENCE_S + call.timeout_s)
        except TimeoutError:
            ticket.finish(None)
        except asyncio.CancelledError:
            ticket.finish(None)
            raise
        return ticket.result()

    async def close(self) -> None:
        """Stop the lanes and their workers."""
        await asyncio.to_thread(self.close_sync)

    def _pool(self, call: ToolCall) -> Pool:
        try:
            return self._pools[call.spec.key]
        except KeyError:
            raise PluginError(f"{call.spec.name} was not started: give its spec to `start` first.") from None


def _close_pools(pools: dict[str, Pool]) -> None:
    for pool in pools.values():
        pool.close()

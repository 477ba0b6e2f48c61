"""Tickets, lanes and pools: calls of one tool, served from one queue, in batches, by threads of this process.

Everything here is threads and locks, bound to no event loop: an executor outlives the loops that use it
(one `asyncio.run` per training step is common), and the synchronous path pays for no loop at all.
"""

import asyncio
import contextlib
import os
import queue
import threading
import time
import weakref
from collections.abc import Callable, Sequence
from concurrent.futures import Future, InvalidStateError
from dataclasses import dataclass, field
from functools import cache

from vista_core.calls import ToolCall, ToolResult, ToolSpec
from vista_core.errors import InfrastructureError, PluginError, ToolTimeout, VistaError
from vista_core.executors.base import Executor
from vista_core.executors.runner import Outcome, WorkerDied, overtime

WATCH_S = 0.05  # how often the deadlines are looked at, seconds
MAX_ABANDONED = 8  # threads of one tool that are over their time and still run
PATIENCE_S = 600.0  # longest wait in the queue; the tool's own time starts when it is run

TOO_MANY = (
    "calls went over their time and still run; the `thread` executor cannot stop them and takes no more calls of this "
    "tool. Give the tool `executor: process`, which kills a call at its time."
)


class Ticket(Future[ToolResult]):
    """One call on its way through a pool. The first outcome counts; after a cancel, none does."""

    def __init__(self, call: ToolCall) -> None:
        super().__init__()
        self.call = call
        self.alone = False  # run outside any batch: an earlier batch with it went wrong

    def settle(self, outcome: Outcome) -> None:
        """Set the outcome and wake the one who waits."""
        with contextlib.suppress(InvalidStateError):
            if isinstance(outcome, VistaError):
                self.set_exception(outcome)
            else:
                self.set_result(outcome)


class Runner:
    """What a lane runs calls with: a tool in this process, or a worker process."""

    def open(self) -> None:
        """Set up the tool; raises ToolUnavailable, PluginError."""

    def renew(self) -> None:
        """Replace what an earlier batch cost; the time that takes is not that of the next calls."""

    def run(self, calls: Sequence[ToolCall], limit_s: float) -> Sequence[Outcome]:
        """Run the calls as one batch. Raises ToolTimeout or WorkerDied for the whole of it."""
        raise NotImplementedError

    def stop(self) -> bool:
        """Have a `run` in another thread end at once, and start nothing more; False when it cannot be stopped."""
        return False

    def close(self) -> None:
        """Give everything back, at the end of the lane."""


@dataclass(slots=True, eq=False)
class Lane:
    """One thread that serves a pool; `job` is (deadline, tickets) while it runs a batch."""

    runner: Runner
    ready: Future[None] = field(default_factory=Future)
    job: tuple[float, list[Ticket]] | None = None
    abandoned: bool = False


class Pool:
    """The lanes of one ToolSpec and their queue.

    A lane takes one call, waits up to `batch_wait_s` for others where the tool takes batches, and runs
    them together. Where a batch of several dies or hangs, each of its calls is run again alone, so that a
    call costs only itself.

    Args:
        spec: the tool.
        make_runner: makes the runner of a lane.
        batch_wait_s: how long a call waits for others.
        grace_s: time that a runner has to keep to the calls' limit by itself.
    """

    def __init__(
        self, spec: ToolSpec, make_runner: Callable[[], Runner], batch_wait_s: float, grace_s: float = 0.0
    ) -> None:
        self.spec = spec
        self._grace_s = grace_s
        self.closed = False
        self._refusal: str | None = None
        self._make_runner = make_runner
        self._batch_wait_s = batch_wait_s
        self._queue: queue.SimpleQueue[Ticket | None] = queue.SimpleQueue()
        self._lanes: list[Lane] = []
        _watched().add(self)

    def begin(self) -> None:
        """Start the lanes; their tools are set up in their own threads, all at once."""
        for _ in range(self.spec.workers):
            self._add_lane()

    def ready(self) -> None:
        """Wait until every lane is set up; raise what the first failed with."""
        for lane in self._lanes:
            lane.ready.result()

    def put(self, ticket: Ticket) -> None:
        """Queue a call, or refuse it."""
        refusal = f"{self.spec.name}: the executor is closed." if self.closed else self._refusal
        if refusal is None:
            self._queue.put(ticket)
        else:
            ticket.settle(InfrastructureError(refusal))

    def close(self) -> None:
        """Stop the lanes; calls that wait become faults."""
        self.closed = True
        self._drain()
        for lane in list(self._lanes):
            lane.runner.stop()
            self._queue.put(None)

    def reap(self, now: float) -> None:
        """Stop lanes that are over their time (`now`: time.monotonic()), or leave them alone, with new ones instead."""
        late = []
        for lane in list(self._lanes):
            job = lane.job
            if not lane.abandoned and job is not None and now > job[0] and not lane.runner.stop():
                lane.abandoned = True
                late.append(job[1])
        stuck = sum(lane.abandoned for lane in self._lanes)
        self._refusal = None if stuck < MAX_ABANDONED else f"{who(self.spec)}: {stuck} {TOO_MANY}"
        for batch in late:
            self._add_lane()
            self._settle(batch, [overtime(ticket.call) for ticket in batch])
        if self._refusal is not None:
            self._drain()

    def _drain(self) -> None:
        """Refuse what is in the queue."""
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
            lane.ready.set_result(None)
        except BaseException as error:
            lane.ready.set_exception(error)
            return
        while not (lane.abandoned or self.closed):
            batch = self._take()
            calls, started = [ticket.call for ticket in batch], time.monotonic()
            limit = max((call.timeout_s for call in calls), default=0.0)
            outcomes: Sequence[Outcome] = []
            try:
                if calls:
                    lane.runner.renew()
                    started = time.monotonic()
                    lane.job = (started + limit + self._grace_s, batch)
                    outcomes = lane.runner.run(calls, limit)
            except VistaError as error:
                outcomes = [error] * len(batch)
            except BaseException as error:  # a defect of the executor: it must not hang the callers
                outcomes = [PluginError(f"{self.spec.name}: the executor failed: {error!r}")] * len(batch)
            lane.job = None
            if not lane.abandoned:
                self._settle(batch, outcomes, time.monotonic() - started)
        lane.runner.close()
        self._lanes.remove(lane)

    def _take(self) -> list[Ticket]:
        """The next batch; an empty one when the pool closes."""
        batch: list[Ticket] = []
        ticket = self._queue.get()
        until = time.monotonic() + self._batch_wait_s
        with contextlib.suppress(queue.Empty):
            while ticket is not None:
                if batch and ticket.alone:
                    self._queue.put(ticket)
                    break
                if not ticket.done():  # cancelled while it waited
                    batch.append(ticket)
                if ticket.alone or len(batch) >= self.spec.max_batch_size:
                    break
                ticket = self._queue.get(timeout=max(0.0, until - time.monotonic()))
        return batch

    def _settle(self, batch: list[Ticket], outcomes: Sequence[Outcome], seconds: float = 0.0) -> None:
        for ticket, outcome in zip(batch, outcomes, strict=True):
            if isinstance(outcome, ToolResult):
                outcome.seconds = seconds
            if len(batch) > 1 and isinstance(outcome, WorkerDied | ToolTimeout) and not ticket.done():
                ticket.alone = True
                self.put(ticket)
            else:
                ticket.settle(outcome)


@cache
def _watched() -> "weakref.WeakSet[Pool]":
    """The pools of this process; one thread looks after their deadlines."""
    pools: weakref.WeakSet[Pool] = weakref.WeakSet()

    def watch() -> None:
        while True:
            time.sleep(WATCH_S)
            for pool in list(pools):
                pool.reap(time.monotonic())

    threading.Thread(target=watch, name="vista-watch", daemon=True).start()
    return pools


os.register_at_fork(after_in_child=_watched.cache_clear)


def who(spec: ToolSpec) -> str:
    """The tool and where it comes from, for messages."""
    return f"{spec.name} ({spec.distribution or spec.target} {spec.version})".replace(" )", ")")


class PoolExecutor(Executor):
    """An executor of pools, one per ToolSpec.

    Args:
        batch_wait_ms: how long a call waits for others to share its batch, where the tool takes batches.
    """

    def __init__(self, *, batch_wait_ms: float = 2.0) -> None:
        self._batch_wait_s = batch_wait_ms / 1000
        self._pools: dict[str, Pool] = {}
        # Runs when the executor is forgotten, and at the interpreter's exit: no worker outlives it.
        weakref.finalize(self, _close, self._pools)

    def make_pool(self, spec: ToolSpec) -> Pool:
        """A pool for the tool, not begun. Raises ToolUnavailable, PluginError."""
        raise NotImplementedError

    def start_sync(self, specs: Sequence[ToolSpec] = ()) -> None:
        """Set up the tools, all at once where each has its own process."""
        wanted = {spec.key: spec for spec in specs if spec.key not in self._pools or self._pools[spec.key].closed}
        new = {key: self.make_pool(spec) for key, spec in wanted.items()}
        try:
            for pool in new.values():
                pool.begin()
            for pool in new.values():
                pool.ready()
        except BaseException:
            _close(new)
            raise
        self._pools.update(new)

    def run_sync(self, calls: Sequence[ToolCall]) -> list[ToolResult]:
        """Run the calls together and wait for them, without an event loop."""
        tickets = [self._put(call) for call in calls]
        return [ticket.result(PATIENCE_S + ticket.call.timeout_s) for ticket in tickets]

    def close_sync(self) -> None:
        """Stop the lanes and their workers."""
        _close(self._pools)

    async def start(self, specs: Sequence[ToolSpec] = ()) -> None:
        """Set up the tools without blocking the loop."""
        await asyncio.to_thread(self.start_sync, specs)

    async def submit(self, call: ToolCall) -> ToolResult:
        """Run one call. If cancelled before a lane took it, it never runs."""
        return await asyncio.wait_for(asyncio.wrap_future(self._put(call)), PATIENCE_S + call.timeout_s)

    async def close(self) -> None:
        """Stop the lanes and their workers."""
        self.close_sync()

    def _put(self, call: ToolCall) -> Ticket:
        if call.spec.key not in self._pools:
            raise PluginError(f"{call.spec.name} was not started: give its spec to the executor's `start` first.")
        ticket = Ticket(call)
        self._pools[call.spec.key].put(ticket)
        return ticket


def _close(pools: dict[str, Pool]) -> None:
    for pool in pools.values():
        pool.close()

"""`TurnQueue`: gathers the turns that are ready into calls of the policy, while tools run.

There is one rule: a batch starts as soon as the policy is free and every trajectory that could still ask for a turn
without waiting for a tool has asked. A trajectory that waits for a tool is away and holds nobody (`async`). In
`lockstep` nobody is ever away, so that the same trajectories always meet in the same batch.

With quick tools that rule alone would cut the turns into many small batches, each at nearly the price of a large one.
So a batch lingers for those who are away, for at most a tenth of the time that a batch has lately taken.
"""

import asyncio
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from vista_trainers.policies.base import Policy, SampledTurn, TurnRequest

LINGER = 0.1


@dataclass(slots=True)
class _Waiting:
    order: int
    request: TurnRequest
    result: "asyncio.Future[SampledTurn]"


class TurnQueue:
    """Batches requests for turns.

    Args:
        policy: writes the turns; a `continuous` policy gets each request by itself (outside lockstep).
        lockstep: make the batches a function of the trajectories alone.
        linger: share of a batch's usual time for which one may wait for trajectories that are away.
    """

    def __init__(self, policy: Policy, lockstep: bool = False, linger: float = LINGER) -> None:
        self._policy = policy
        self._lockstep = lockstep
        self._linger = linger
        self._seconds = 0.0
        self._away = 0
        self._waiting: list[_Waiting] = []
        self._present = 0
        self._changed = asyncio.Event()
        self.batches: list[int] = []

    @contextmanager
    def present(self) -> Iterator[None]:
        """Around a trajectory's life: until it leaves, or is away, batches wait for its next request."""
        self._move(+1)
        try:
            yield
        finally:
            self._move(-1)

    @contextmanager
    def away(self) -> Iterator[None]:
        """Around a wait for something else (a tool)."""
        step = 0 if self._lockstep else 1
        self._away += step
        self._move(-step)
        try:
            yield
        finally:
            self._away -= step
            self._move(+step)

    async def turn(self, order: int, request: TurnRequest) -> SampledTurn:
        """Waits for a turn; `order` (the trajectory's place in the run) gives its place in the batch."""
        if self._policy.continuous and not self._lockstep:
            return (await self._policy.generate([request]))[0]
        waiting = _Waiting(order, request, asyncio.get_running_loop().create_future())
        self._waiting.append(waiting)
        self._changed.set()
        return await waiting.result

    async def serve(self) -> None:
        """Runs batches until cancelled."""
        while True:
            await self._changed.wait()
            self._changed.clear()
            # One round of the loop, so that trajectories which are about to ask or to leave can do so.
            await asyncio.sleep(0)
            while self._waiting and self._all_asked():
                await self._wait_for_others()
                await self._run(self._take())

    def _all_asked(self) -> bool:
        return len(self._waiting) >= self._present

    async def _wait_for_others(self) -> None:
        """Lingers until nobody is away, the batch is full, or the time is up."""
        end = time.monotonic() + self._linger * self._seconds
        full = self._policy.max_batch_size
        while (self._away or not self._all_asked()) and not (full and len(self._waiting) >= full):
            self._changed.clear()
            left = end - time.monotonic()
            if left <= 0:
                return
            try:
                async with asyncio.timeout(left):
                    await self._changed.wait()
            except TimeoutError:
                return

    def _move(self, step: int) -> None:
        self._present += step
        self._changed.set()

    def _take(self) -> list[_Waiting]:
        if self._lockstep:
            self._waiting.sort(key=lambda waiting: waiting.order)
        size = self._policy.max_batch_size or len(self._waiting)
        batch, self._waiting = self._waiting[:size], self._waiting[size:]
        return sorted(batch, key=lambda waiting: waiting.order)

    async def _run(self, batch: list[_Waiting]) -> None:
        def deliver(place: int, turn: SampledTurn) -> None:
            if not batch[place].result.done():
                batch[place].result.set_result(turn)

        self.batches.append(len(batch))
        started = time.monotonic()
        failure: Exception | None = None
        try:
            await self._policy.stream([waiting.request for waiting in batch], deliver)
        except Exception as error:
            failure = error
        seconds = time.monotonic() - started
        self._seconds = 0.5 * (self._seconds + seconds) if self._seconds else seconds
        left = [waiting.result for waiting in batch if not waiting.result.done()]
        for result in left:
            result.set_exception(
                failure or RuntimeError(f"policy {self._policy.name} left {len(left)} turns unwritten")
            )
        # One round of the loop: those who have a turn now call a tool, or ask again.
        await asyncio.sleep(0)

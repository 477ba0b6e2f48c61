"""`RolloutEngine`: plays many trajectories at once; the model writes turns while tools run."""

import asyncio
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import nullcontext
from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
from vista_core import (
    Done,
    Episode,
    EpisodeConfig,
    Executor,
    HookCaller,
    Image,
    InfrastructureError,
    Observation,
    PluginError,
    Reward,
    Sample,
    Task,
    ToolCall,
    ToolResult,
    ToolSet,
    Trajectory,
    TrajectoryWriter,
    finish,
    wait_for,
)

from vista_trainers.families.base import Rendered
from vista_trainers.faults import FaultLedger
from vista_trainers.invariants import check_trajectory
from vista_trainers.logs import progress_bar
from vista_trainers.policies.base import Policy, SampledTurn, TurnRequest
from vista_trainers.tokens import TokenStream
from vista_trainers.turns import TurnQueue

Scheduling = Literal["async", "lockstep"]
Intervene = Callable[[Trajectory, ToolCall, ToolResult], ToolResult]
_LOG_EVERY = 64
_NO_IDS = np.empty(0, np.int32)


@dataclass(frozen=True, slots=True)
class Job:
    """One rollout to be played: problem `index` of a split of a task.

    `rollout` names the random stream together with the sample's key: over a whole run it must differ between two
    rollouts of one sample (epoch x group size + place in the group, say), or they come out the same.
    """

    task: str
    split: str
    index: int
    rollout: int = 0

    @property
    def place(self) -> tuple[str, str, int]:
        """Where its sample is."""
        return self.task, self.split, self.index


class RolloutEngine:
    """Plays trajectories.

    A trajectory that waits for a tool does not hold the others: turns that are ready are batched into the policy while
    tools run. Token-in, token-out: ids stay as sampled, observations are appended as rendered suffixes. Every
    trajectory is checked (`check_trajectory`) before it is handed out. Random numbers are keyed by seed, sample,
    rollout and turn. With `scheduling="lockstep"` the batches too are a function of the jobs alone; with `async` a
    batch is whatever is ready, so that rounding may differ between runs.

    Args:
        policy: writes the turns.
        tasks: by the names that jobs use.
        toolset: the tools on offer.
        executor: runs the calls; started on first use, closed by whoever made it.
        episode: rules of the episodes. Coordinates that it leaves unset are the policy family's.
        reward: what a trajectory earns.
        seed: of the run.
        temperature: None takes the policy's own.
        scheduling: `async` or `lockstep`.
        concurrency: trajectories alive at once.
        max_tokens: budget of a trajectory in tokens, the prompt included.
        max_fault_rate: share of the last 200 trajectories that may fault before the run stops.
        log: where finished trajectories are written.
        hooks: observers.
        intervene: may replace a tool's result before the episode sees it (evaluation's shuffled arm).
        progress: show a bar on a terminal.

    Attributes:
        ledger: faults so far, over all runs of this engine.
        batches: sizes of the last run's batches.
        keep_pictures: whether `pictures` is filled; evaluation of many samples has no use for them.
        pictures: of the last run's trajectories, by id: a trainer turns them into tensors.
    """

    def __init__(
        self,
        policy: Policy,
        tasks: Mapping[str, Task],
        toolset: ToolSet,
        executor: Executor,
        episode: EpisodeConfig | None = None,
        reward: Reward | None = None,
        *,
        seed: int = 0,
        temperature: float | None = None,
        scheduling: Scheduling = "async",
        concurrency: int = 64,
        max_tokens: int = 16_384,
        max_fault_rate: float = 0.05,
        log: TrajectoryWriter | None = None,
        hooks: HookCaller | None = None,
        intervene: Intervene | None = None,
        progress: bool = False,
    ) -> None:
        if reward is None:
            from vista_core.scoring.rewards import VistaReward

            reward = VistaReward()
        episode = episode or EpisodeConfig()
        if policy.family is not None and "coordinates" not in episode.model_fields_set:
            episode = episode.model_copy(update={"coordinates": policy.family.coordinates})
        self.policy, self.tasks, self.toolset, self.executor = policy, dict(tasks), toolset, executor
        self.episode, self.reward, self.seed = episode, reward, seed
        self.temperature = temperature
        self.scheduling, self.concurrency, self.max_tokens = scheduling, concurrency, max_tokens
        self.log, self.hooks, self.intervene, self.progress = log, hooks, intervene, progress
        self.ledger = FaultLedger(max_fault_rate)
        self.batches: list[int] = []
        self.keep_pictures = True
        self.pictures: dict[str, Image] = {}
        # Tasks need not be thread-safe, and drawing or scoring may be slow: one thread beside the loop does both.
        self._task_thread = ThreadPoolExecutor(max_workers=1, thread_name_prefix="vista-task")
        self._unwritten: list[_Played] = []
        policy.bind(self.tasks, episode)

    def run_sync(self, jobs: Sequence[Job], *, on_done: Callable[[Trajectory], None] | None = None) -> list[Trajectory]:
        """`run` for synchronous code; works inside a running loop (a notebook) too."""
        return wait_for(self.run(jobs, on_done=on_done))

    async def run(
        self, jobs: Sequence[Job], *, on_done: Callable[[Trajectory], None] | None = None
    ) -> list[Trajectory]:
        """Plays the jobs.

        Args:
            jobs: what to play, in the order in which they are started.
            on_done: called with each trajectory as it is finished.

        Returns:
            Finished trajectories in the order of the jobs: scored, rewarded (None for a faulted one), with segments
            where the policy speaks tokens.

        Raises:
            InvariantError: a trajectory's tokens do not add up.
            InfrastructureError: too many trajectories faulted.
            PluginError: a task, tool, reward or hook is at fault.
        """
        unknown = sorted({job.task for job in jobs} - set(self.tasks))
        if unknown:
            raise PluginError(f"The engine has no task {', '.join(unknown)}; it was given {', '.join(self.tasks)}.")
        await self.executor.start(self.toolset.specs)
        turns = TurnQueue(self.policy, lockstep=self.scheduling == "lockstep")
        self.batches = turns.batches
        self.pictures = {}
        samples = _Samples(self._draw, jobs, self._task_thread)
        results: list[Trajectory | None] = [None] * len(jobs)
        queue = iter(enumerate(jobs))
        # The first batch should be a full one: it does not start before the first samples are there.
        await asyncio.gather(*(samples.get(job) for job in jobs[: self.concurrency]))
        with progress_bar(len(jobs), "rollouts", show=self.progress) as bar:

            def done(order: int, trajectory: Trajectory) -> None:
                results[order] = trajectory
                bar.count(trajectory)
                if on_done is not None:
                    on_done(trajectory)

            try:
                async with asyncio.TaskGroup() as group:
                    server = group.create_task(turns.serve())
                    places = range(min(self.concurrency, len(jobs)))
                    workers = [group.create_task(self._work(queue, samples, turns, done)) for _ in places]
                    await asyncio.gather(*workers)
                    server.cancel()
            except BaseExceptionGroup as errors:
                raise _first(errors) from errors
            finally:
                self._write_log()
        return [trajectory for trajectory in results if trajectory is not None]

    async def _work(
        self,
        queue: Iterator[tuple[int, Job]],
        samples: "_Samples",
        turns: TurnQueue,
        done: Callable[[int, Trajectory], None],
    ) -> None:
        """One of the `concurrency` places: plays one job after another."""
        lockstep = self.scheduling == "lockstep"
        with turns.present() if lockstep else nullcontext():
            for order, job in queue:
                drawn = await samples.get(job)
                with nullcontext() if lockstep else turns.present():
                    played = await self._play(order, job, drawn, turns)
                samples.release(job)
                await self._finish(played)
                done(order, played.trajectory)

    def _draw(self, job: Job) -> "_Drawn":
        """The sample of a job and its rendered prompt, which all its rollouts share."""
        sample = self.tasks[job.task].sample(job.split, job.index)
        family = self.policy.family
        if family is None:
            return _Drawn(sample, None)
        first = Episode(sample, self.toolset, self.episode, resized=family.resized)
        return _Drawn(sample, family.prompt(first.messages, sample.images))

    async def _play(self, order: int, job: Job, drawn: "_Drawn", turns: TurnQueue) -> "_Played":
        """Plays one trajectory to its end, and checks its tokens."""
        family = self.policy.family
        episode = Episode(
            drawn.sample,
            self.toolset,
            self.episode,
            task=job.task,
            split=job.split,
            rollout=job.rollout,
            seed=self.seed,
            hooks=self.hooks,
            resized=family.resized if family is not None else None,
            cut=family.cut if family is not None else None,
        )
        tokens = None
        if family is not None and drawn.prompt is not None:
            tokens = TokenStream(family, drawn.prompt, drawn.sample.images, self.max_tokens)
        trajectory = episode.trajectory
        runtime = trajectory.runtime
        observations: list[Observation] = []
        if tokens is not None and tokens.room < 1:
            warnings.warn(
                f"The prompt of {job.task} {drawn.sample.key} alone is over max_tokens={self.max_tokens}: the "
                "trajectory ends before its first turn. Raise episode.max_tokens, or use smaller pictures.",
                stacklevel=2,
            )
        while trajectory.status == "running":
            if tokens is not None and tokens.room < 1:
                episode.truncate("tokens")
                break
            request = self._request(job, episode, tokens, observations)
            started = time.monotonic()
            try:
                turn = await turns.turn(order, request)
            except InfrastructureError as error:
                episode.fault(f"policy {self.policy.name}: {error}")
                break
            runtime.setdefault("turn_seconds", []).append(time.monotonic() - started)
            event = self._feed(episode, tokens, request, turn)
            if isinstance(event, ToolCall):
                event = await self._call(episode, event, turns)
            if isinstance(event, Done):
                break
            observations.append(event)
            if tokens is not None and not await self._append(tokens, event):
                episode.truncate("tokens")
        if tokens is not None:
            trajectory.segments = tokens.untrained() if trajectory.status == "faulted" else tokens.segments
            pictures = {image.id: image for image in tokens.images}
            check_trajectory(trajectory, family, seen=tokens.seen, images=pictures)
        return _Played(trajectory, tuple(episode.images))

    def _request(
        self, job: Job, episode: Episode, tokens: TokenStream | None, observations: Sequence[Observation]
    ) -> TurnRequest:
        limit = self.episode.max_tokens_per_turn
        return TurnRequest(
            trajectory=episode.trajectory.id,
            task=job.task,
            split=job.split,
            key=episode.sample.key,
            rollout=job.rollout,
            turn=len(episode.trajectory.turns),
            seed=self.seed,
            ids=_NO_IDS if tokens is None else tokens.ids(),
            images=tuple(episode.images if tokens is None else tokens.images),
            messages=episode.messages if tokens is None else [],
            max_new_tokens=limit if tokens is None else min(limit, tokens.room),
            temperature=self.policy.temperature if self.temperature is None else self.temperature,
            observations=tuple(observations),
        )

    @staticmethod
    def _feed(
        episode: Episode, tokens: TokenStream | None, request: TurnRequest, turn: SampledTurn
    ) -> ToolCall | Observation | Done:
        if tokens is not None:
            tokens.add_turn(request, turn)
        return episode.feed(turn.text, truncated_by_tokens=turn.finish_reason == "length")

    async def _call(self, episode: Episode, call: ToolCall, turns: TurnQueue) -> Observation | Done:
        """Runs a call while others go on; returns what the episode makes of its result."""
        with turns.away():
            result = await self.executor.submit(call)
        if self.intervene is not None:
            result = self.intervene(episode.trajectory, call, result)
        return episode.observe(result)

    async def _append(self, tokens: TokenStream, observation: Observation) -> bool:
        if not observation.images:
            return tokens.add_observation(observation)
        # Counting a picture's placeholders may mean to preprocess it: not in the loop.
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._task_thread, tokens.add_observation, observation)

    async def _finish(self, played: "_Played") -> None:
        """Scores, rewards, reports and counts a trajectory."""
        trajectory = played.trajectory
        task = self.tasks[trajectory.task]
        await asyncio.get_running_loop().run_in_executor(self._task_thread, finish, trajectory, task, self.reward)
        if self.hooks is not None:
            self.hooks.episode_end(trajectory)
        if self.keep_pictures:
            self.pictures |= {image.id: image for image in played.images}
        self._unwritten.append(played)
        if len(self._unwritten) >= _LOG_EVERY:
            self._write_log()
        self.ledger.add(trajectory)

    def _write_log(self) -> None:
        """Writes the trajectories that were finished since the last time; their segments share one file."""
        played, self._unwritten = self._unwritten, []
        if self.log is not None and played:
            images = [image for one in played for image in one.images]
            self.log.extend([one.trajectory for one in played], images)


@dataclass(frozen=True, slots=True)
class _Played:
    """A trajectory that has ended, and its pictures."""

    trajectory: Trajectory
    images: tuple[Image, ...]


@dataclass(frozen=True, slots=True)
class _Drawn:
    """A sample and its rendered prompt (None for policies of text)."""

    sample: Sample
    prompt: Rendered | None


class _Samples:
    """Each sample is drawn once, however many rollouts it has, and kept only while one of them needs it."""

    def __init__(self, draw: Callable[[Job], _Drawn], jobs: Sequence[Job], thread: ThreadPoolExecutor) -> None:
        self._draw, self._thread = draw, thread
        self._needed = Counter(job.place for job in jobs)
        self._drawn: dict[tuple[str, str, int], asyncio.Future[_Drawn]] = {}

    async def get(self, job: Job) -> _Drawn:
        if job.place not in self._drawn:
            self._drawn[job.place] = asyncio.get_running_loop().run_in_executor(self._thread, self._draw, job)
        return await self._drawn[job.place]

    def release(self, job: Job) -> None:
        self._needed[job.place] -= 1
        if not self._needed[job.place]:
            self._drawn.pop(job.place, None)


def _first(errors: BaseExceptionGroup[Any]) -> BaseException:
    """The first plain exception of a group: it says what happened; the others are its consequences."""
    error: BaseException = errors
    while isinstance(error, BaseExceptionGroup):
        error = error.exceptions[0]
    return error

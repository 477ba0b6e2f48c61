"""Many episodes side by side; the tool calls of a step run together."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import gymnasium
import numpy as np
from gymnasium.vector import AutoresetMode, VectorEnv
from gymnasium.vector.utils import batch_space
from numpy.typing import NDArray

from vista_core.calls import ToolCall
from vista_core.env import Seen, VistaEnv


class VistaVectorEnv(VectorEnv[Seen, Sequence[str], NDArray[Any]]):
    """`num_envs` episodes of one task, with gymnasium's `AutoresetMode.DISABLED`.

    Observations are `{"text": tuple of str, "images": tuple of tuples of arrays}`. An episode that has ended must be
    reset before the next step: `reset(options={"reset_mask": mask})` with a bool array resets only those, and the
    observations of the others stay as they were. All environments share one executor, so that equal calls of a group
    meet in its batches and its cache.

    Args:
        num_envs: Number of episodes.
        **settings: As for `VistaEnv`.

    Example:
        >>> VistaVectorEnv.metadata["autoreset_mode"].value
        'Disabled'
    """

    metadata = {"render_modes": ["ansi"], "autoreset_mode": AutoresetMode.DISABLED}

    def __init__(self, num_envs: int, **settings: Any) -> None:
        first = VistaEnv(**settings)
        names = ("split", "reward", "executor", "log", "hooks", "render_mode")
        shared: dict[str, Any] = {name: getattr(first, name) for name in names}
        shared |= {"tools": first.toolset, "episode": first.config}
        self.envs = [first, *(VistaEnv(first.task, **shared) for _ in range(num_envs - 1))]
        self.num_envs = num_envs
        self.render_mode = first.render_mode
        self.single_observation_space = first.observation_space
        self.single_action_space = first.action_space
        self.observation_space = batch_space(first.observation_space, num_envs)
        self.action_space = batch_space(first.action_space, num_envs)
        self._seen: list[Seen] = [{"text": "", "images": ()} for _ in self.envs]

    def reset(
        self, *, seed: int | Sequence[int | None] | None = None, options: dict[str, Any] | None = None
    ) -> tuple[Seen, dict[str, Any]]:
        """Begin new episodes, in all environments or where `options["reset_mask"]` is True.

        Args:
            seed: One for each environment, or an int: environment i then gets seed + i.
            options: `reset_mask`, a bool array of shape (num_envs,); `index` and `rollout`, a number for all or a
                sequence with one for each environment.
        """
        rest = dict(options or {})
        mask = np.asarray(rest.pop("reset_mask", np.ones(self.num_envs, dtype=np.bool_)))
        if mask.dtype != np.bool_ or mask.shape != (self.num_envs,) or not mask.any():
            raise ValueError(f'options["reset_mask"] must be {self.num_envs} bools, one of them True')
        seeds = [seed + i for i in range(self.num_envs)] if isinstance(seed, int) else seed or [None] * self.num_envs
        if len(seeds) != self.num_envs:
            raise ValueError(f"{len(seeds)} seeds for {self.num_envs} environments")
        infos: dict[str, Any] = {}
        for i in np.flatnonzero(mask).tolist():
            own = {key: value[i] if isinstance(value, Sequence) else value for key, value in rest.items()}
            self._seen[i], info = self.envs[i].reset(seed=seeds[i], options=own)
            infos = self._add_info(infos, info, i)
        return self._batched(), infos

    def step(self, actions: Sequence[str]) -> tuple[Seen, NDArray[Any], NDArray[Any], NDArray[Any], dict[str, Any]]:
        """One turn in every environment; the calls that they make run together.

        Returns:
            Observations, rewards (float64), terminated, truncated (bool), each of length num_envs, and infos.

        Raises:
            gymnasium.error.ResetNeeded: An episode has ended and was not reset; no environment was stepped.
        """
        if len(actions) != self.num_envs or not all(isinstance(action, str) for action in actions):
            raise ValueError(f"a step needs {self.num_envs} actions, each a str")
        over = [i for i, env in enumerate(self.envs) if env.episode is None or env.episode.done is not None]
        if over:
            remedy = 'Reset them first: reset(options={"reset_mask": terminated | truncated})'
            raise gymnasium.error.ResetNeeded(f"The episodes of environments {over} are over. {remedy}.")
        events = [env.begin_step(action) for env, action in zip(self.envs, actions, strict=True)]
        calls = {i: event for i, event in enumerate(events) if isinstance(event, ToolCall)}
        results = self.envs[0].executor.run_sync(list(calls.values())) if calls else []
        for i, result in zip(calls, results, strict=True):
            events[i] = self.envs[i].running.observe(result)
        rewards = np.zeros(self.num_envs)
        ends = np.zeros((2, self.num_envs), dtype=np.bool_)
        infos: dict[str, Any] = {}
        for i, (env, event) in enumerate(zip(self.envs, events, strict=True)):
            assert not isinstance(event, ToolCall)
            self._seen[i], rewards[i], ends[0, i], ends[1, i], info = env.end_step(event)
            infos = self._add_info(infos, info, i)
        return self._batched(), rewards, ends[0], ends[1], infos

    def render(self) -> tuple[str | None, ...]:  # type: ignore[override]
        """What each environment renders."""
        return tuple(env.render() for env in self.envs)

    def close_extras(self, **kwargs: Any) -> None:
        """Close the shared executor."""
        self.envs[0].close()

    def _batched(self) -> Seen:
        images = tuple(tuple(image.copy() for image in seen["images"]) for seen in self._seen)
        return {"text": tuple(seen["text"] for seen in self._seen), "images": images}

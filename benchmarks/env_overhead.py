"""What the framework itself costs: one environment step, and the memory of a live trajectory.

    python benchmarks/env_overhead.py [--json FILE]

A step here is a full one: an environment made by `gymnasium.make` (with gymnasium's own checkers around it), strict
parsing, validation, a no-op tool through the default executor with its timeout on, the trajectory log and a hook on.
Targets: median step at most 150 µs; a live trajectory of 3 turns of 256 tokens at most 20 KiB.
"""

from __future__ import annotations

import argparse
import gc
import json
import os
import statistics
import sys
import tempfile
import time
import tracemalloc
from pathlib import Path
from typing import Any

import gymnasium
import numpy as np
import vista_core as vista
from vista_core.episode import Episode, EpisodeConfig
from vista_core.toolset import ToolSet

CALL = '<think>of Mango 47</think><tool_call>{"tool": "noop", "arguments": {"text": "47 - 12"}}</tool_call>'
ANSWER = "<think>35</think><answer>35</answer>"


@vista.tool
def noop(text: str) -> str:
    """Do nothing.

    Args:
        text: Anything.
    """
    return "35"


class Plain(vista.Task):
    """Questions without pictures, so that only the framework is measured."""

    name = "plain"

    def size(self, split: str) -> int:
        """A thousand questions."""
        return 1000

    def sample(self, split: str, index: int) -> vista.Sample:
        """The same question under another key."""
        return vista.Sample(key=f"{split}/{index}", question="What is the value of Mango minus Kiwi?")

    def gold(self, key: str) -> vista.Gold:
        """Always 35."""
        return vista.Gold(answer=35)

    def score(self, key: str, answer: str | None) -> vista.Score:
        """Equal text."""
        return vista.Score(value=float(answer == "35"), correct=answer == "35", rule="equal")


class Watcher:
    """A hook that counts, so that hooks are on."""

    calls = 0

    @vista.hookimpl
    def vista_after_tool_call(self, result: vista.ToolResult) -> None:
        """Count."""
        self.calls += 1


def spec(**options: Any) -> vista.ToolSpec:
    """The no-op tool of this file."""
    return vista.ToolSpec(name="noop", target=f"{Path(__file__).resolve()}:noop", backend="python", **options)


def step_times(episodes: int, deterministic: bool) -> dict[str, float]:
    """Microseconds of a step, a reset and a last step (with scoring, reward and the log).

    Calls of a deterministic tool come out of the cache; the target is about those that run.
    """
    gymnasium.register("vista/overhead-v0", entry_point="vista_core.env:VistaEnv")
    watcher = Watcher()
    times: dict[str, list[float]] = {"step": [], "last step": [], "reset": []}
    with tempfile.TemporaryDirectory() as folder:
        env = gymnasium.make("vista/overhead-v0", task=Plain(), tools=[spec(deterministic=deterministic)], log=folder,
                             hooks=[watcher])  # fmt: skip
        for number in range(episodes):
            marks = [time.perf_counter_ns()]
            env.reset(seed=number)
            marks.append(time.perf_counter_ns())
            for _ in range(2):
                seen = env.step(CALL)[0]
                marks.append(time.perf_counter_ns())
            reward = env.step(ANSWER)[1]
            marks.append(time.perf_counter_ns())
            assert seen["text"] == "35" and reward == 2.0
            spans = np.diff(marks) / 1000
            times["reset"].append(spans[0])
            times["step"] += [spans[1], spans[2]]
            times["last step"].append(spans[3])
        env.close()
    gymnasium.registry.pop("vista/overhead-v0")
    assert watcher.calls == 2 * episodes
    warm = {name: spans[len(spans) // 10 :] for name, spans in times.items()}
    return {
        **{f"{name}, median µs": statistics.median(spans) for name, spans in warm.items()},
        "step, 95th percentile µs": float(np.percentile(warm["step"], 95)),
    }


def trajectory_bytes(observed: int, count: int = 200) -> float:
    """Bytes of a live episode: 3 turns of 256 sampled tokens and 2 observations of `observed` tokens.

    Text is counted at 4 characters a token; token segments (ids, mask, log-probabilities) are in.
    """
    toolset = ToolSet([spec()])
    rng = np.random.default_rng(0)

    def words(characters: int, number: int) -> str:
        return "".join(map(chr, rng.integers(97, 123, characters - 5))) + f"{number:5}"

    def make(number: int) -> Episode:
        sample = vista.Sample(key=f"train/{number}", question=words(60, number))
        episode = Episode(sample, toolset, EpisodeConfig(), task="plain", split="train", rollout=number)
        segments = [vista.Segment("prompt", rng.integers(0, 1 << 17, 64))]
        for action in (CALL, CALL, ANSWER):
            thought = words(4 * 256 - len(action) + 6, number)
            event = episode.feed(action.replace("<think>", f"<think>{thought}"))
            segments.append(vista.Segment("policy", rng.integers(0, 1 << 17, 256), logprobs=rng.random(256)))
            if isinstance(event, vista.ToolCall):
                seen = vista.Observation(text=words(4 * observed, number), data={"value": "35"})
                episode.observe(vista.ToolResult(observation=seen))
                segments.append(vista.Segment("observation", rng.integers(0, 1 << 17, observed)))
        assert episode.done == vista.Done("answered", "35")
        episode.trajectory.segments = segments
        return episode

    make(0)
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    episodes = [make(number) for number in range(1, count + 1)]
    gc.collect()
    after = tracemalloc.get_traced_memory()[0]
    tracemalloc.stop()
    assert len(episodes) == count
    return (after - before) / count


def main() -> None:
    """Measure, print a table, write JSON."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--episodes", type=int, default=2000)
    parser.add_argument("--json", type=Path, default=Path("env_overhead.json"))
    options = parser.parse_args()
    rows = {}
    for how, deterministic in (("run", False), ("cache hit", True)):
        rows |= {f"{name} ({how})": value for name, value in step_times(options.episodes, deterministic).items()}
    for observed in (64, 256):
        rows[f"live trajectory, observations of {observed} tokens, KiB"] = trajectory_bytes(observed) / 1024
    for name, value in rows.items():
        print(f"{name:55} {value:10.1f}")
    load = os.getloadavg()[0]
    print(
        f"load average {load:.1f} on {os.cpu_count()} cores (a step hands over between threads: it needs a free core)"
    )
    figures = {"python": sys.version.split()[0], "load": load, "cores": os.cpu_count(), "rows": rows}
    options.json.write_text(json.dumps(figures, indent=1, ensure_ascii=False))


if __name__ == "__main__":
    main()

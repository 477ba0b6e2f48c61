"""How much of the tools' time the rollout engine hides behind generation.

    python benchmarks/rollout_overlap.py [--seeds 5] [--scale 0.2] [--json FILE]

64 trajectories of 1 to 3 turns; each turn but the last calls a tool. Tools wait: lognormal, median 0.3 s, sigma 1, at
most 10 s. The generator is timed, not a model: n turns at once advance by one step in a + b n. Turns are equally long,
and a and b are scaled so that the rounds of lock-step turns take half as long to generate as they wait for tools. Every
wait is multiplied by --scale to save time; the engines' own overhead is not, so a smaller scale is to our disadvantage.

Three generators:

    server     turns join and leave at any step, as in vLLM (our `openai` policy); a / b = 100
    batches    one batch at a time, nobody joins it, as in transformers' generate (our `hf` policy); a / b = 100
    cpu        the same on two CPU cores; a / b = 6.5

a / b = 100: an 8B model on an H100 reads 16 GB of weights a step (4.8 ms at 3.35 TB/s), and for each row of 1,000
tokens 57 MB of cache, and computes 16 GFLOP (about 0.04 ms): 130 by this reckoning, which was not measured. 6.5: a VLM
of 5M parameters was measured at 366 tokens/s alone and 1,515 in a batch of 8.

Compared, on the same trajectories, tools and generator:

    ours       RolloutEngine, scheduling async
    lockstep   RolloutEngine, scheduling lockstep: all turns of a round, then all their tools at once
    trl        GRPOTrainer._tool_call_loop of the installed TRL, with the same tool (async)
    bound      max(generation of the rounds, longest chain of one trajectory generated alone): nothing is faster

Targets: ours at least 1.2 times as fast as lockstep and 3 times as fast as trl, and within 1.3 times of the bound, as
medians over sets of trajectories. They are set for `server`, and shown for the others too, where less can be had: there
a turn that is ready waits for the batch before it (and on `cpu` the first 64 turns delay the longest chain by far more
than the one turn that the bound allows). Exit status 1 if `server` misses one.
"""

import argparse
import asyncio
import json
import statistics
import sys
import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace
from typing import Any
from unittest import mock

import numpy as np
import vista_core as vista
from pydantic import BaseModel, Field
from vista_trainers.engine import Job, RolloutEngine
from vista_trainers.policies.base import Policy, SampledTurn, TurnRequest

TRAJECTORIES, MEDIAN_S, SIGMA, CAP_S = 64, 0.3, 1.0, 10.0
STEPS = 32  # of a turn; `server` lets turns join at each
# name -> (turns join at any step, a / b)
GENERATORS = {"server": (True, 100.0), "batches": (False, 100.0), "cpu": (False, 6.5)}


class SleepArgs(BaseModel):
    """Wait."""

    seconds: float = Field(description="how long")


class Sleep(vista.Tool[SleepArgs, vista.Observation]):
    """A tool that only takes time."""

    name = "sleep"
    backends = (vista.Backend("python", deterministic=False),)  # never from the cache

    async def run(self, args: SleepArgs, context: vista.ToolContext) -> vista.Observation:
        """Waits."""
        await asyncio.sleep(args.seconds)
        return vista.Observation(text="done")


@dataclass
class Work:
    """The trajectories: for each the seconds of its calls, in order (0 to 2 of them), already scaled."""

    calls: list[list[float]]

    @classmethod
    def draw(cls, seed: int, scale: float) -> "Work":
        """A set of trajectories, the same for the same seed."""
        rng = np.random.default_rng(seed)
        turns = rng.permutation(np.arange(TRAJECTORIES) % 3 + 1)
        draw = lambda: float(min(MEDIAN_S * np.exp(SIGMA * rng.standard_normal()), CAP_S)) * scale  # noqa: E731
        return cls([[draw() for _ in range(count - 1)] for count in turns])

    @property
    def rounds(self) -> list[list[int]]:
        """The trajectories that have an n-th turn, for each n."""
        return [[i for i, calls in enumerate(self.calls) if len(calls) >= n] for n in range(3)]

    @property
    def waits(self) -> float:
        """Seconds that lock-step turns wait for tools: the slowest call of each round."""
        return sum(max(self.calls[i][n] for i in alive) for n, alive in enumerate(self.rounds[1:]))


@dataclass
class Generator:
    """n turns from beginning to end take `fixed + each * n` seconds."""

    fixed: float
    each: float

    @classmethod
    def calibrated(cls, work: Work, ratio: float, fixed: float) -> "Generator":
        """So that the rounds of lock-step turns take `ratio` times as long as their waits for tools."""
        units = sum(fixed + len(alive) for alive in work.rounds)
        each = ratio * work.waits / units
        return cls(fixed * each, each)

    def seconds(self, n: int) -> float:
        """For n turns at once."""
        return self.fixed + self.each * n

    def rounds(self, work: Work) -> float:
        """All first turns together, then all second ones, then all third ones: the least that generation can take."""
        return sum(self.seconds(len(alive)) for alive in work.rounds)

    def bound(self, work: Work) -> float:
        """The least that any engine can take."""
        chain = max(sum(calls) + (len(calls) + 1) * self.seconds(1) for calls in work.calls)
        return max(self.rounds(work), chain)


class Questions(vista.Task):
    """64 questions that need no answer in particular."""

    name = "questions"

    def size(self, split: str) -> int:
        """One for each trajectory."""
        return TRAJECTORIES

    def sample(self, split: str, index: int) -> vista.Sample:
        """The number of a trajectory."""
        return vista.Sample(key=str(index), question="?")

    def gold(self, key: str) -> vista.Gold:
        """Always 1."""
        return vista.Gold(answer="1")

    def score(self, key: str, answer: str | None) -> vista.Score:
        """Equal text."""
        return vista.Score(value=float(answer == "1"), correct=answer == "1", rule="equal")


class BatchPolicy(Policy):
    """Says what the work asks for, after the time that generating it would take; a batch is one indivisible piece."""

    name = "batches"

    def __init__(self, work: Work, generator: Generator) -> None:
        super().__init__()
        self.work, self.generator = work, generator

    async def generate(self, requests: Sequence[TurnRequest]) -> list[SampledTurn]:
        """Waits for the whole batch."""
        await asyncio.sleep(self.generator.seconds(len(requests)))
        return [SampledTurn.of_text(self.text(int(r.key), r.turn)) for r in requests]

    def text(self, trajectory: int, turn: int) -> str:
        """The turn: the next call, or the answer."""
        calls = self.work.calls[trajectory]
        if turn >= len(calls):
            return "<think>.</think><answer>1</answer>"
        call = json.dumps({"tool": "sleep", "arguments": {"seconds": calls[turn]}})
        return f"<think>.</think><tool_call>{call}</tool_call>"


class ServerPolicy(BatchPolicy):
    """The same where turns join and leave at any step: the more of them, the slower each."""

    name = "server"
    continuous = True

    def __init__(self, work: Work, generator: Generator) -> None:
        super().__init__(work, generator)
        self.running: dict[asyncio.Future[None], int] = {}
        self.clock: asyncio.Task[None] | None = None

    async def generate(self, requests: Sequence[TurnRequest]) -> list[SampledTurn]:
        """Joins those that are running."""
        ends = [asyncio.get_running_loop().create_future() for _ in requests]
        self.running |= dict.fromkeys(ends, STEPS)
        if self.clock is None or self.clock.done():
            self.clock = asyncio.create_task(self.tick())
        await asyncio.gather(*ends)
        return [SampledTurn.of_text(self.text(int(r.key), r.turn)) for r in requests]

    async def tick(self) -> None:
        """Advances all that are running, step by step, until none is."""
        now = asyncio.get_running_loop().time()
        while self.running:
            # The steps keep to a clock of their own: a loop that is late does not slow a server down.
            now += self.generator.seconds(len(self.running)) / STEPS
            await asyncio.sleep(now - asyncio.get_running_loop().time())
            for end in [end for end, left in self.running.items() if left == 1]:
                del self.running[end]
                end.set_result(None)
            self.running = {end: left - 1 for end, left in self.running.items()}


def run_engine(work: Work, policy: Policy, scheduling: Any) -> float:
    """Seconds of a rollout by our engine."""
    toolset = vista.build_toolset([f"{Path(__file__).resolve()}:Sleep"])
    executor = vista.make_executor(toolset.specs)
    executor.start_sync()
    engine = RolloutEngine(policy, {"questions": Questions()}, toolset, executor, scheduling=scheduling)
    jobs = [Job("questions", "train", index) for index in range(TRAJECTORIES)]
    started = time.perf_counter()
    played = engine.run_sync(jobs)
    seconds = time.perf_counter() - started
    executor.close_sync()
    assert all(t.score.correct and len(t.calls) == len(work.calls[int(t.key)]) for t in played)
    return seconds


def run_trl(work: Work, generator: Generator) -> float:
    """Seconds of the same rollout by TRL's own loop; everything but generation and tools costs it nothing."""
    from trl import GRPOTrainer
    from trl.trainer import grpo_trainer

    async def sleep(seconds: float) -> str:
        await asyncio.sleep(seconds)
        return "done"

    # A row's prompt is its number and its completion grows by one token a turn, so that ids say where a row stands.
    def said(prefix: Sequence[int]) -> dict[str, Any]:
        calls, turn = work.calls[prefix[0]], len([token for token in prefix if token == -1])
        message: dict[str, Any] = {"role": "assistant", "content": ""}
        if turn < len(calls):
            function = {"name": "sleep", "arguments": {"seconds": calls[turn]}}
            message["tool_calls"] = [{"type": "function", "function": function}]
        return message

    def generate(prompts: list[list[int]], *rest: Any, **options: Any) -> tuple[list[list[int]], None]:
        time.sleep(generator.seconds(len(prompts)))
        return [[-1] for _ in prompts], None

    loop = asyncio.new_event_loop()
    thread = threading.Thread(target=loop.run_forever, daemon=True)
    thread.start()
    trainer = SimpleNamespace(
        max_tool_calling_iterations=10,
        _sync_tool_dicts=[{}] * TRAJECTORIES,
        _async_tool_dicts=[{"sleep": sleep}] * TRAJECTORIES,
        async_loop=loop,
        _get_tool_suffix_ids=lambda messages: [-2],
        use_vllm=False,
        _is_vlm=False,
        model=SimpleNamespace(config=SimpleNamespace(max_position_embeddings=1000)),
        max_completion_length=1000,
        tools=[sleep],
        environment_factories=None,
        _generate_single_turn=generate,
        _tokenizer=None,
    )
    parse = lambda tokenizer, ids, *, prefix, tools: said(prefix)  # noqa: E731
    prompts = [[{"role": "user", "content": "?"}] for _ in range(TRAJECTORIES)]
    ids = [[index] for index in range(TRAJECTORIES)]
    with mock.patch.object(grpo_trainer, "parse_response", parse):
        started = time.perf_counter()
        completion_ids, _ = generate(ids)
        completions = [[said(prompt)] for prompt in ids]
        result = GRPOTrainer._tool_call_loop(trainer, prompts, ids, completion_ids, completions, None, None, {})
        seconds = time.perf_counter() - started
    loop.call_soon_threadsafe(loop.stop)
    thread.join()
    loop.close()
    assert result[4] == sum(map(len, work.calls)), "TRL's loop did not make all calls"
    return seconds


def measure(name: str, seed: int, options: argparse.Namespace) -> dict[str, Any]:
    """One row of the table: seconds of each, on one set of trajectories."""
    joins, fixed = GENERATORS[name]
    work = Work.draw(seed, options.scale)
    generator = Generator.calibrated(work, 0.5, fixed)
    policy = ServerPolicy if joins else BatchPolicy
    return {
        "seed": seed,
        "calls": sum(map(len, work.calls)),
        "waits": work.waits,
        "generation": generator.rounds(work),
        "bound": generator.bound(work),
        "ours": run_engine(work, policy(work, generator), "async"),
        "lockstep": run_engine(work, policy(work, generator), "lockstep"),
        "trl": run_trl(work, generator),
    }


def summary(rows: Sequence[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    """The three ratios over all sets of trajectories, and whether their medians meet the targets."""
    found = {
        "times as fast as lockstep": ([row["lockstep"] / row["ours"] for row in rows], 1.2),
        "times as fast as trl": ([row["trl"] / row["ours"] for row in rows], 3.0),
        "times the bound": ([row["ours"] / row["bound"] for row in rows], 1.3),
    }
    result = {}
    for name, (values, target) in found.items():
        middle = statistics.median(values)
        met = middle <= target if name == "times the bound" else middle >= target
        result[name] = {"median": middle, "range": [min(values), max(values)], "target": target, "met": met}
    return result


def main() -> int:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--seeds", type=int, default=5, help="sets of trajectories")
    parser.add_argument("--scale", type=float, default=0.2, help="factor on every wait")
    parser.add_argument("--generators", nargs="+", default=list(GENERATORS), choices=list(GENERATORS))
    parser.add_argument("--json", type=Path, help="write the figures here")
    options = parser.parse_args()
    columns = ("waits", "generation", "bound", "ours", "lockstep", "trl")
    print(f"{TRAJECTORIES} trajectories of 1-3 turns; seconds, every wait x {options.scale:g}")
    print(f"{'generator':<10}{'set':>4}{'calls':>6}" + "".join(f"{name:>11}" for name in columns))
    warm_up = Work([[0.0] for _ in range(TRAJECTORIES)])
    run_engine(warm_up, BatchPolicy(warm_up, Generator(0.0, 0.0)), "async")  # imports, threads
    report = {}
    for name in options.generators:
        rows = []
        for seed in range(options.seeds):
            rows.append(row := measure(name, seed, options))
            print(f"{name:<10}{seed:>4}{row['calls']:>6}" + "".join(f"{row[c]:>11.2f}" for c in columns), flush=True)
        report[name] = {"rows": rows, "ratios": summary(rows)}
    print()
    for name, part in report.items():
        for what, ratio in part["ratios"].items():
            low, high = ratio["range"]
            sense = "at most" if what == "times the bound" else "at least"
            verdict = f"{sense} {ratio['target']}: {'met' if ratio['met'] else 'MISSED'}"
            print(f"{name:<10}{ratio['median']:>6.2f} {what:<26} range {low:.2f}-{high:.2f}, {verdict}")
    if options.json:
        settings = {"seeds": options.seeds, "scale": options.scale, "generators": GENERATORS}
        options.json.write_text(json.dumps({"settings": settings, **report}, indent=1) + "\n")
    return 0 if all(ratio["met"] for ratio in report.get("server", {"ratios": {}})["ratios"].values()) else 1


if __name__ == "__main__":
    sys.exit(main())

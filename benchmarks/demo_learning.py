"""The learning proof: does GRPO teach the tiny policy to use its tools, and is it the tools that it uses?

    python benchmarks/demo_learning.py [--seeds 0 1 2] [--items 1000] [--out runs/learning]

For each seed, from nothing: drills, SFT on demonstrations of mixed quality (the best validation checkpoint is the
start), then from that start

    grpo          GRPO as in recipes/tiny.yaml
    more sft      the same SFT, gone on with new demonstrations for at least the wall time of GRPO
    grpo, no tools   GRPO for at least as long, in an episode without tools

and greedy evaluation of each on the same held-out items, also with the tools taken away from GRPO's policy and with its
observations exchanged between items. All steps are counts, not clocks. Prints a table, writes `learning.json`, and
exits with 1 if one of the claims in README.md does not hold. Takes about 15 minutes a seed on one core.
"""

import argparse
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

os.environ.setdefault("OMP_NUM_THREADS", "1")

GRPO_STEPS, MORE_SFT_STEPS, NO_TOOLS_STEPS = 40, 400, 120


def launch(recipe: str | Path, *overrides: str) -> tuple[Path, float]:
    """Trains in a process of its own, as a user would; returns the final policy and the seconds of training."""
    command = [sys.executable, "-m", "accelerate.commands.launch", "--num_processes", "1", "--cpu"]
    subprocess.run([*command, "-m", "vista_trainers", str(recipe), *overrides], check=True)
    output = Path(next(o.partition("=")[2] for o in overrides if o.startswith("output=")))
    rows = [json.loads(line) for line in (output / "metrics.jsonl").read_text().splitlines()]
    return output / "final", float(rows[-1]["seconds"])


def train_all(folder: Path, seed: int) -> dict[str, Any]:
    """Trains the policies of one seed; returns their folders, their training times and the SFT's validation curve."""
    from vista_demo_policy.build import drilled, sft_recipe
    from vista_trainers.families import load_family
    from vista_trainers.tiny import TinyConfig, build_model

    folder.mkdir(parents=True, exist_ok=True)
    base = drilled(folder, seed)
    untrained = folder / "untrained"
    processor = load_family(str(base)).processor
    build_model(TinyConfig(seed=seed), processor).save_pretrained(untrained)
    processor.save_pretrained(untrained)

    recipe = sft_recipe(base, folder / "sft", seed)
    start, sft_seconds = launch(recipe.save(folder / "recipes" / "sft"), f"output={folder / 'sft'}")
    from_start = (f"policy.config.path={start}", f"seed={seed}")
    grpo, grpo_seconds = launch(
        "tiny.yaml", *from_start, f"output={folder / 'grpo'}", f"trainer.trl.max_steps={GRPO_STEPS}"
    )
    # Other demonstrations than the start has seen, at the learning rate that the start's schedule averaged.
    more, more_seconds = launch(
        recipe.save(folder / "recipes" / "more"), f"policy.config.path={start}", f"seed={seed + 1000}",
        f"output={folder / 'more'}", f"trainer.trl.max_steps={MORE_SFT_STEPS}", "trainer.trl.learning_rate=5.0e-4",
    )  # fmt: skip
    without, without_seconds = launch(
        "tiny.yaml", *from_start, f"output={folder / 'without'}", f"trainer.trl.max_steps={NO_TOOLS_STEPS}", "tools=[]"
    )
    rows = [json.loads(line) for line in (folder / "sft" / "metrics.jsonl").read_text().splitlines()]
    return {
        "policies": {"untrained": untrained, "sft": start, "grpo": grpo, "more sft": more, "grpo, no tools": without},
        "seconds": {
            "sft": sft_seconds, "grpo": grpo_seconds, "more sft": more_seconds, "grpo, no tools": without_seconds,
        },
        "validation": [(row["step"], row["validation/accuracy"]) for row in rows if "validation/accuracy" in row],
    }  # fmt: skip


def evaluate_all(policies: dict[str, Path], items: int, seed: int) -> dict[str, Any]:
    """Greedy evaluation on the same held-out items."""
    from vista_trainers.assembly import Assembly
    from vista_trainers.evaluate import evaluate, with_checkpoint
    from vista_trainers.recipe import load_recipe

    recipe = load_recipe("tiny.yaml", [f"seed={seed}", f"tasks.0.config.images={max(1, items // 4)}"])
    reports = {}
    for name, folder in policies.items():
        arms = ["tools", "no_tools", "shuffled"] if name == "grpo" else ["no_tools" if "no tools" in name else "tools"]
        with Assembly(with_checkpoint(recipe, folder)) as assembly:
            found = evaluate(assembly, assembly.jobs(items, split="test"), arms)
        for arm, report in found.items():
            reports[{"no_tools": "grpo, tools taken away", "shuffled": "grpo, shuffled observations"}[arm]
                    if name == "grpo" and arm != "tools" else name] = report  # fmt: skip
    return reports


def claims(
    reports: dict[str, Any], seconds: dict[str, float], validation: Sequence[tuple[int, float]]
) -> dict[str, bool]:
    """What must hold of a seed."""
    from vista_trainers.evaluate import compare

    gain = compare(reports["sft"], reports["grpo"])
    over_sft = compare(reports["more sft"], reports["grpo"])
    level = max(reports["grpo, no tools"].accuracy, reports["untrained"].accuracy)
    formed = reports["grpo"].accuracy_well_formed - reports["sft"].accuracy_well_formed
    last = [accuracy for _, accuracy in validation[-max(2, len(validation) // 5) :]]
    return {
        "GRPO gains 10 points over its start, interval above 0": gain.difference >= 0.10 and gain.low > 0,
        "GRPO is 5 points above SFT that went on": over_sft.difference >= 0.05 and over_sft.low > 0,
        "SFT went on for at least as long": seconds["more sft"] >= seconds["grpo"],
        "training without tools took at least as long": seconds["grpo, no tools"] >= seconds["grpo"],
        "without its tools it falls to about the no-tools level": reports["grpo, tools taken away"].accuracy
        <= level + 0.05,
        "with others' observations it falls there too": reports["grpo, shuffled observations"].accuracy <= level + 0.05,
        "half of the gain is there among well-formed trajectories": formed >= gain.difference / 2,
        "the SFT curve is flat over its last fifth": max(last) - min(last) <= 0.05,
    }


def main() -> int:
    """Runs the benchmark."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else "")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--items", type=int, default=1000)
    parser.add_argument("--out", type=Path, default=Path("runs/learning"))
    given = parser.parse_args()
    from vista_trainers.evaluate import compare, table

    results: dict[str, Any] = {}
    for seed in given.seeds:
        trained = train_all(given.out / str(seed), seed)
        reports = evaluate_all(trained["policies"], given.items, seed)
        held = claims(reports, trained["seconds"], trained["validation"])
        gain = compare(reports["sft"], reports["grpo"])
        print(f"\nseed {seed}, {given.items} held-out items")
        for name, report in reports.items():
            print(f"\n{name}\n{table([report])}")
        print(f"\nGRPO - start: {gain.difference:+.3f} (95% {gain.low:+.3f} to {gain.high:+.3f})")
        print("\n".join(f"{'holds' if value else 'FAILS'}  {claim}" for claim, value in held.items()))
        results[str(seed)] = {
            "accuracy": {name: report.accuracy for name, report in reports.items()},
            "interval": {name: report.interval for name, report in reports.items()},
            "accuracy_well_formed": {name: report.accuracy_well_formed for name, report in reports.items()},
            "well_formed": {name: report.well_formed for name, report in reports.items()},
            "per_kind": {
                name: {kind: part.accuracy for kind, part in report.per_kind.items()}
                for name, report in reports.items()
            },
            "gain": gain._asdict(),
            "seconds": trained["seconds"],
            "validation": trained["validation"],
            "claims": held,
        }
        given.out.mkdir(parents=True, exist_ok=True)
        (given.out / "learning.json").write_text(json.dumps(results, indent=1) + "\n", encoding="utf-8")
    names = next(iter(results.values()))["accuracy"]
    print(f"\naccuracy over {len(results)} seeds (mean, lowest, highest)")
    for name in names:
        values = [result["accuracy"][name] for result in results.values()]
        print(f"  {name:32} {statistics.mean(values):.3f}  {min(values):.3f}  {max(values):.3f}")
    return 0 if all(all(result["claims"].values()) for result in results.values()) else 1


if __name__ == "__main__":
    sys.exit(main())

"""`python -m vista_demo_policy.build`: makes the checkpoint from nothing, always the same one.

1. A random tiny Qwen2.5-VL with a tokenizer for level-1 charts (`vocabulary`).
2. Drills in reading tables, text only (`drills`).
3. SFT on demonstrations of mixed quality, played by the task's experts with the real tools (`sft.yaml`), through the
   same trainer that trains an 8B model. The best validation checkpoint is taken.
"""

import argparse
import json
import shutil
import sys
import tempfile
import time
from importlib import resources
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from vista_trainers.recipe import Recipe

KEPT = (
    "chat_template.jinja", "config.json", "generation_config.json", "model.safetensors", "processor_config.json",
    "tokenizer.json", "tokenizer_config.json", "validation.json",
)  # fmt: skip


def build(out: Path, seed: int = 0, work: Path | None = None, overrides: tuple[str, ...] = ()) -> Path:
    """Makes the checkpoint.

    Args:
        out: its folder; replaced.
        seed: of the weights, the drills, the demonstrations and the training.
        work: folder for what comes up on the way (drilled model, SFT run); a temporary one by default.
        overrides: to the SFT recipe, as `a.b=c`.

    Returns:
        `out`.
    """
    if work is None:
        with tempfile.TemporaryDirectory() as temporary:
            return build(out, seed, Path(temporary), overrides)
    from vista_trainers.training import train

    started = time.monotonic()
    recipe = sft_recipe(drilled(work, seed), work / "sft", seed, overrides)
    final = train(recipe)
    shutil.rmtree(out, ignore_errors=True)
    out.mkdir(parents=True)
    for name in KEPT:
        if (final / name).is_file():
            shutil.copyfile(final / name, out / name)  # not the mode: weights are saved for their owner's eyes only
    plain = recipe.dump()
    plain["output"] = plain["policy"]["config"]["path"] = ""  # folders of the machine that built it
    how = {"command": f"python -m vista_demo_policy.build --seed {seed}", "seed": seed, "recipe": plain}
    (out / "build.json").write_text(json.dumps(how, indent=1) + "\n", encoding="utf-8")
    print(f"{out}: built in {time.monotonic() - started:.0f} s", file=sys.stderr)
    return out


def drilled(work: Path, seed: int) -> Path:
    """Builds and drills the model; returns its folder (the one that is there, if it was done before)."""
    import torch
    from vista_trainers.tiny import TinyConfig, build_model, build_processor

    from vista_demo_policy.drills import practise
    from vista_demo_policy.vocabulary import PHRASES, WORDS

    folder = work / f"drilled-{seed}"
    if folder.is_dir():
        return folder
    torch.manual_seed(seed)
    config = TinyConfig(seed=seed)
    processor = build_processor(config, WORDS, PHRASES)
    model = build_model(config, processor)
    practise(model, processor.tokenizer, seed, report=lambda line: print(line, file=sys.stderr))
    scratch = folder.with_suffix(".tmp")
    model.save_pretrained(scratch)
    processor.save_pretrained(scratch)
    scratch.rename(folder)
    return folder


def sft_recipe(policy: Path, output: Path, seed: int, overrides: tuple[str, ...] = ()) -> "Recipe":
    """The SFT recipe over a drilled policy."""
    from vista_trainers.recipe import load_recipe

    with resources.as_file(resources.files("vista_demo_policy") / "sft.yaml") as path:
        return load_recipe(path, [f"policy.config.path={policy}", f"output={output}", f"seed={seed}", *overrides])


def main() -> None:
    """The command."""
    parser = argparse.ArgumentParser(
        prog="python -m vista_demo_policy.build", description="Build the demo's checkpoint."
    )
    parser.add_argument("--out", type=Path, default=Path(__file__).parent / "checkpoint")
    parser.add_argument("--work", type=Path, help="keep what comes up on the way here, and use what is there")
    parser.add_argument("--seed", type=int, default=0)
    given = parser.parse_args()
    build(given.out, given.seed, given.work)


if __name__ == "__main__":
    main()

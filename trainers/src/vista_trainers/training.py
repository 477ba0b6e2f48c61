"""`train`: a recipe in, a run folder out; started again, it goes on where it was.

run/recipe.yaml       the resolved recipe; a changed one is refused
run/run.lock.json     the tools, data and seed it resolved to; others are refused
run/metrics.jsonl     a line for each optimiser step
run/tensorboard/      the same numbers
run/trajectories/     GRPO: every rollout; SFT: the demonstrations
run/checkpoints/      to resume from
run/final/            the policy, as the `hf` policy loads it
"""

import fnmatch
import json
import shutil
import sys
import time
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from vista_core import HookCaller, PluginError, TrajectoryWriter

from vista_trainers.assembly import Assembly
from vista_trainers.logs import JsonlMetrics, TensorBoardMetrics
from vista_trainers.overlap import refuse_overlap
from vista_trainers.recipe import Recipe, RecipeError, load_recipe

if TYPE_CHECKING:
    from accelerate import PartialState
    from transformers import Trainer, TrainerCallback, TrainingArguments

    from vista_trainers.policies.hf import HFPolicy

# Settings of transformers that follow from the recipe; two places for one thing would disagree one day.
_OWNED = {
    "output_dir": "output",
    "seed": "seed",
    "data_seed": "seed",
    "report_to": "hooks",
    "resume_from_checkpoint": "output (a run in the same folder is resumed)",
}
_CHECKPOINTS = "checkpoints"

A = TypeVar("A", bound="TrainingArguments")
M = TypeVar("M", bound=BaseModel)


class GRPOSettings(BaseModel):
    """`trainer.config` of a GRPO recipe."""

    model_config = ConfigDict(extra="forbid")

    samples: int | None = Field(None, ge=1, description="distinct samples to train on; None: as many as the steps use")
    freeze: list[str] = Field(default_factory=list, description="parameters left as they are, as name patterns")
    lora: dict[str, Any] | None = Field(None, description="settings of peft's LoraConfig; None trains all weights")
    log_trajectories: bool = Field(True, description="write every rollout down")


def train(recipe: Recipe) -> Path:
    """Trains as a recipe says; in every process that `accelerate launch` starts.

    Args:
        recipe: with a `trainer` section and the policy `hf`.

    Returns:
        The folder of the final policy.

    Raises:
        RecipeError: a setting does not fit.
        PluginError: a plugin does not, or the folder holds a run of another recipe.
    """
    if recipe.trainer is None:
        raise RecipeError("This recipe has no `trainer` section, so there is nothing to train.")
    if recipe.policy.use.rpartition(":")[2] != "hf":
        raise RecipeError(f"`policy.use` must be hf to be trained here, not {recipe.policy.use!r}.")
    for key in sorted(_OWNED.keys() & recipe.trainer.trl.keys()):
        raise RecipeError(f"`trainer.trl.{key}` is given by the recipe's `{_OWNED[key]}`; leave it out.")
    recipe.check_plugins()
    from accelerate import PartialState

    process = PartialState()
    folder = Path(recipe.output)
    with process.main_process_first():
        _claim(recipe, folder, process)
    with ExitStack() as stack:
        trainer, callbacks = (_sft if recipe.trainer.use == "sft" else _grpo)(recipe, folder, process, stack)
        for callback in callbacks:
            trainer.add_callback(callback)
        last = last_checkpoint(folder / _CHECKPOINTS)
        trainer.train(resume_from_checkpoint=str(last) if last else None)
        return _finish(trainer, folder, process)


def _grpo(recipe: Recipe, folder: Path, process: "PartialState", stack: ExitStack) -> tuple["Trainer", list[Any]]:
    from trl import GRPOConfig

    from vista_trainers.grpo import VistaGRPOTrainer, check_boundaries, job_rows

    settings = _settings(GRPOSettings, recipe)
    args = _arguments(GRPOConfig, recipe, folder)
    check_boundaries(args)
    policy = _policy(recipe)
    assembly = stack.enter_context(Assembly(recipe, policy))
    with process.main_process_first():
        assembly.write_lock(folder)
    log = None
    if settings.log_trajectories:
        part = "trajectories" if process.is_main_process else f"trajectories-rank{process.process_index}"
        log = stack.enter_context(TrajectoryWriter(folder / part))
    engine = assembly.engine(log=log)
    jobs = assembly.jobs(settings.samples or _samples_used(args, assembly), shuffle=True)
    if process.is_main_process:
        refuse_overlap(assembly, jobs)
    trainer = VistaGRPOTrainer(
        policy.model,
        engine,
        args,
        job_rows(jobs),
        peft_config=_lora(settings.lora),
    )
    _freeze(trainer.model, settings.freeze)
    return trainer, _callbacks(recipe, folder, assembly, process, stack)


def _sft(recipe: Recipe, folder: Path, process: "PartialState", stack: ExitStack) -> tuple["Trainer", list[Any]]:
    from transformers import TrainingArguments

    from vista_trainers.demonstrations import demonstration_rows
    from vista_trainers.sft import SFTSettings, ValidateByPlaying, VistaSFTTrainer

    settings = _settings(SFTSettings, recipe)
    args = _arguments(TrainingArguments, recipe, folder)
    policy = _policy(recipe)
    family: Any = policy.family
    assembly = stack.enter_context(Assembly(recipe, policy))
    with process.main_process_first():
        assembly.write_lock(folder)
    # Every process plays all demonstrations: they are a function of the recipe, and cheap beside the training.
    demonstrations = folder / "trajectories" if process.is_main_process else None
    if demonstrations is not None and (demonstrations / "trajectories.jsonl").is_file():
        demonstrations = None  # a resumed run plays them again but has them written down already
    rows = demonstration_rows(settings.demonstrations, recipe, family, log=demonstrations)
    model = policy.model
    if settings.lora is not None:
        from peft import get_peft_model

        model = get_peft_model(model, _lora(settings.lora))
    _freeze(model, settings.freeze)
    trainer = VistaSFTTrainer(model, family, args, rows)
    callbacks = _callbacks(recipe, folder, assembly, process, stack)
    if settings.validation is not None:
        validate = ValidateByPlaying(assembly, settings.validation, folder)
        validate.trainer = trainer
        callbacks.append(validate)
    return trainer, callbacks


def last_checkpoint(folder: Path) -> Path | None:
    """The newest checkpoint that was written to its end, or None.

    transformers writes `trainer_state.json` last, so a checkpoint without a whole one was cut off by a kill.
    """
    found = []
    for path in folder.glob("checkpoint-*"):
        try:
            found.append((int(json.loads((path / "trainer_state.json").read_text())["global_step"]), path))
        except (OSError, ValueError, KeyError):
            continue
    return max(found)[1] if found else None


def _claim(recipe: Recipe, folder: Path, process: "PartialState") -> None:
    """Takes the folder for this recipe, and drops what a killed run logged after its last checkpoint."""
    path = folder / "recipe.yaml"
    if path.is_file():
        then, now = load_recipe(path).dump(), recipe.dump()
        differing = sorted(key for key in now.keys() | then.keys() if key != "output" and now.get(key) != then.get(key))
        if differing:
            raise RecipeError(
                f"{folder} holds a run of a recipe with other {', '.join(differing)}. "
                "Go on with that one, or choose another `output`."
            )
    if process.is_main_process:
        recipe.save(folder)
        last = last_checkpoint(folder / _CHECKPOINTS)
        step = int(last.name.partition("-")[2]) if last else -1
        JsonlMetrics(folder).truncate(step)


def _arguments(config: type[A], recipe: Recipe, folder: Path) -> A:
    """The trainer's configuration: what the recipe says, unchanged, over a few defaults of ours."""
    assert recipe.trainer is not None
    defaults: dict[str, Any] = {"logging_steps": 1, "save_total_limit": 2, "disable_tqdm": not sys.stderr.isatty()}
    owned: dict[str, Any] = {"output_dir": str(folder / _CHECKPOINTS), "seed": recipe.seed, "report_to": []}
    try:
        return config(**(defaults | recipe.trainer.trl | owned))
    except (TypeError, ValueError) as error:
        raise RecipeError(f"`trainer.trl` does not fit {config.__name__}: {error}") from error


def _settings(model: type[M], recipe: Recipe) -> M:
    assert recipe.trainer is not None
    try:
        return model.model_validate(recipe.trainer.config)
    except ValidationError as error:
        problem = error.errors()[0]
        place = ".".join(map(str, ("trainer", "config", *problem["loc"])))
        raise RecipeError(f"`{place}`: {problem['msg']}, got {str(problem['input'])[:80]!r}") from error


def _policy(recipe: Recipe) -> "HFPolicy":
    from vista_trainers.policies.hf import HFPolicy

    return HFPolicy(**recipe.policy.config)


def _samples_used(args: Any, assembly: Assembly) -> int:
    """Samples that a run of `max_steps` uses, or all there are."""
    entries = zip(assembly.tasks.values(), assembly.recipe.tasks, strict=True)
    available = sum(task.size(entry.split) for task, entry in entries)
    if args.max_steps <= 0:
        return int(available)
    every = args.steps_per_generation * args.num_iterations
    generations = -(-args.max_steps * args.gradient_accumulation_steps // every)
    return int(min(available, max(generations, 1) * args.generation_batch_size // args.num_generations))


def _freeze(model: Any, patterns: list[str]) -> None:
    """Leaves the parameters whose names fit a pattern as they are.

    Raises:
        RecipeError: a pattern fits no parameter.
    """
    names = dict(model.named_parameters())
    for pattern in patterns:
        found = fnmatch.filter(names, pattern)
        if not found:
            raise RecipeError(f"`trainer.config.freeze`: no parameter fits {pattern!r}; one is {next(iter(names))!r}.")
        for name in found:
            names[name].requires_grad_(False)


def _lora(settings: dict[str, Any] | None) -> Any:
    if settings is None:
        return None
    try:
        from peft import LoraConfig
    except ImportError as error:
        raise PluginError("trainer.config.lora needs peft: pip install 'vista-trainers[lora]'") from error
    return LoraConfig(**settings)


def _callbacks(
    recipe: Recipe, folder: Path, assembly: Assembly, process: "PartialState", stack: ExitStack
) -> list["TrainerCallback"]:
    if not process.is_main_process:
        return []
    board = TensorBoardMetrics(folder / "tensorboard")
    stack.callback(board.close)
    return [_metrics_callback([HookCaller([JsonlMetrics(folder), board]), assembly.hooks])]


def _metrics_callback(hooks: list[HookCaller]) -> "TrainerCallback":
    from transformers import TrainerCallback

    class LogThroughHooks(TrainerCallback):
        """Hands what the trainer logs to `vista_log`."""

        def on_train_begin(self, args: Any, state: Any, control: Any, **kwargs: Any) -> None:
            self.started = time.monotonic()
            if state.global_step == 0:
                self.write({}, state)  # says that training has begun, and how long it will be

        def on_log(self, args: Any, state: Any, control: Any, logs: Any = None, **kwargs: Any) -> None:
            # The summary at the end of training holds clocks only.
            if logs and "train_runtime" not in logs:
                self.write(logs, state)

        def write(self, logs: dict[str, Any], state: Any) -> None:
            seconds = round(time.monotonic() - self.started, 3)
            for caller in hooks:
                caller.log({"max_steps": state.max_steps, **logs, "seconds": seconds}, step=state.global_step)

    return LogThroughHooks()


def _finish(trainer: "Trainer", folder: Path, process: "PartialState") -> Path:
    """Writes `final/`: the last weights, or the best where SFT was told to select them."""
    from vista_trainers.sft import BEST

    final = folder / "final"
    trainer.save_model(str(final))  # on every rank: sharded weights are gathered together
    if process.is_main_process:
        (final / "training_args.bin").unlink(missing_ok=True)  # a pickle with this machine's paths
        if (folder / BEST).is_dir():
            shutil.rmtree(final)
            shutil.copytree(folder / BEST, final)
    process.wait_for_everyone()
    return final


__all__ = ["GRPOSettings", "last_checkpoint", "train"]

"""`Recipe`: what a run is, as one YAML file; unknown keys are errors, and every error is one sentence."""

import difflib
import importlib.metadata
import importlib.resources
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any, Literal, Self, TypeVar, get_args

from packaging.requirements import InvalidRequirement, Requirement
from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator, model_validator
from vista_core import EpisodeConfig, PluginError, VistaError

from vista_trainers.yaml12 import YamlError, dump_yaml, load_yaml

Json = Any
R = TypeVar("R", bound="Recipe")


class RecipeError(VistaError):
    """A recipe cannot be read; the text names the file, the key, and what is allowed there."""


class _Section(BaseModel):
    model_config = ConfigDict(extra="forbid", populate_by_name=True)


class Difficulty(_Section):
    """Only the problems that a policy solved neither always nor never; the defaults are the paper's tail patch."""

    log: str = Field(description="trajectory log of that policy, several rollouts a problem: a folder or a .jsonl file")
    min: float = Field(0.125, ge=0, le=1, description="lowest share of right answers")
    max: float = Field(0.375, ge=0, le=1, description="highest share of right answers")


class TaskEntry(_Section):
    """One task to draw samples from."""

    use: str = Field(description="name of a task plugin, or distribution:name")
    split: str = "train"
    weight: float = Field(1.0, gt=0, description="share of the samples, relative to the other tasks")
    limit: int | None = Field(None, gt=0, description="most problems of this task; what it cannot give, the others do")
    difficulty: Difficulty | None = None
    config: dict[str, Json] = Field(default_factory=dict, description="the task's own settings")


class ToolEntry(_Section):
    """One tool of the episode."""

    use: str = Field(description="name of a tool plugin, distribution:name, or ./file.py:object")
    as_: str | None = Field(None, alias="as", description="the name that the model reads")
    backend: str = "auto"
    executor: str | None = Field(None, description="thread, process, or another executor plugin; None: the backend's")
    workers: int = Field(1, ge=1)
    timeout_s: float = Field(30.0, gt=0)
    config: dict[str, Json] = Field(default_factory=dict, description="the tool's own settings")

    @model_validator(mode="before")
    @classmethod
    def _name_alone(cls, value: Any) -> Any:
        return {"use": value} if isinstance(value, str) else value


class PluginEntry(_Section):
    """A policy or a reward, and its own settings."""

    use: str
    config: dict[str, Json] = Field(default_factory=dict)

    @model_validator(mode="before")
    @classmethod
    def _name_alone(cls, value: Any) -> Any:
        return {"use": value} if isinstance(value, str) else value


class RewardEntry(PluginEntry):
    """A reward; the paper's by default."""

    use: str = "vista"


class EpisodeEntry(EpisodeConfig):
    """The episode's settings, and those of the engine that runs many of them."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    concurrency: int = Field(64, ge=1, description="trajectories alive at once")
    max_tokens: int = Field(16_384, ge=1, description="tokens of a whole trajectory, the prompt included")
    scheduling: Literal["async", "lockstep"] = "async"
    max_fault_rate: float = Field(0.05, ge=0, le=1, description="share of the last 200 trajectories that may fault")

    def config(self) -> EpisodeConfig:
        """The part that `Episode` reads; keys that were not set stay unset, so that the policy's family may decide."""
        names = EpisodeConfig.model_fields
        return EpisodeConfig(**{name: getattr(self, name) for name in self.model_fields_set if name in names})


class TrainerEntry(_Section):
    """How to train: `trl` is given unchanged to TRL's (or transformers') own config class."""

    use: Literal["sft", "grpo"]
    trl: dict[str, Json] = Field(default_factory=dict)
    config: dict[str, Json] = Field(default_factory=dict, description="settings of our own trainer class")


class Recipe(_Section):
    """A run: tasks, tools, policy, reward, episode and trainer.

    Example:
        >>> Recipe(tasks=["synthetic_chart"], policy="scripted").tasks[0].split
        'train'
    """

    schema_: Literal[1] = Field(1, alias="schema", description="version of this file's form")
    seed: int = Field(0, ge=0)
    output: str = Field("runs/run", description="folder of everything the run writes")
    required_plugins: list[str] = Field(default_factory=list, description="such as vista-tools-vision>=0.1")
    tasks: list[TaskEntry] = Field(min_length=1)
    held_out: list[TaskEntry] = Field(
        default_factory=list, description="what the policy will be evaluated on: training data must not overlap with it"
    )
    allow_overlap: bool = Field(False, description="train on data that overlap with `held_out`")
    tools: list[ToolEntry] = Field(default_factory=list)
    allow_duplicates: bool = Field(False, description="let two tools of the recipe be the same engine")
    policy: PluginEntry
    reward: RewardEntry = Field(default_factory=RewardEntry)
    episode: EpisodeEntry = Field(default_factory=EpisodeEntry)
    hooks: list[str] = Field(default_factory=list, description="hook plugins to load")
    trainer: TrainerEntry | None = None

    @field_validator("tasks", "held_out", mode="before")
    @classmethod
    def _names_alone(cls, value: Any) -> Any:
        return [{"use": v} if isinstance(v, str) else v for v in value] if isinstance(value, list) else value

    @field_validator("required_plugins")
    @classmethod
    def _requirements(cls, value: list[str]) -> list[str]:
        for line in value:
            try:
                Requirement(line)
            except InvalidRequirement as error:
                raise ValueError(f"{line!r} is not a requirement such as vista-tools-vision>=0.1") from error
        return value

    def check_plugins(self) -> None:
        """Checks `required_plugins` from metadata alone.

        Raises:
            PluginError: one is not installed, or in another version; names the pip line.
        """
        for line in self.required_plugins:
            wanted = Requirement(line)
            try:
                found = importlib.metadata.version(wanted.name)
            except importlib.metadata.PackageNotFoundError:
                found = None
            if found is None or not wanted.specifier.contains(found, prereleases=True):
                state = "is not installed" if found is None else f"is installed in version {found}"
                raise PluginError(f"The recipe requires {line}, and {wanted.name} {state}: pip install '{line}'")

    def dump(self) -> dict[str, Json]:
        """The resolved recipe as plain data, in the form that `load_recipe` reads."""
        plain: dict[str, Json] = self.model_dump(mode="json", by_alias=True)
        # What was not set stays out of `episode`: there, "not set" lets the policy's family decide.
        plain["episode"] = self.episode.model_dump(mode="json", exclude_unset=True)
        return plain

    def save(self, folder: str | Path) -> Path:
        """Writes the resolved recipe to `folder/recipe.yaml` and returns that path."""
        path = Path(folder) / "recipe.yaml"
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(dump_yaml(self.dump()), encoding="utf-8")
        return path

    def with_overrides(self, overrides: Iterable[str]) -> Self:
        """A copy with `a.b=c` applied."""
        return _validated(type(self), _override(self.dump(), overrides), "the recipe")


def load_recipe(source: str | Path, overrides: Sequence[str] = ()) -> Recipe:
    """Reads a recipe.

    Args:
        source: path of a YAML file, or the name of a recipe that is shipped with vista-trainers (`tiny.yaml`).
        overrides: `a.b=c`; a whole number in the path is a place in a list, and the value is read as YAML.

    Raises:
        RecipeError: no such file, not YAML, an unknown key, a bad value: one sentence with the file and the key.
    """
    text, name = _read(source)
    try:
        data = load_yaml(text)
    except YamlError as error:
        raise RecipeError(f"{name} is not valid YAML: {error}") from error
    if not isinstance(data, dict):
        raise RecipeError(f"{name} must hold keys such as `tasks:` and `policy:`, not {type(data).__name__}")
    version = data.get("schema", 1)
    if isinstance(version, int) and version > 1:
        raise RecipeError(f"{name} is of recipe schema {version}; this vista-trainers reads schema 1: update it")
    return _validated(Recipe, _override(data, overrides), name)


def _read(source: str | Path) -> tuple[str, str]:
    path = Path(source)
    shipped = importlib.resources.files("vista_trainers") / "recipes"
    names = sorted(entry.name for entry in shipped.iterdir()) if shipped.is_dir() else []
    names = [name for name in names if name.endswith(".yaml")]
    try:
        if path.is_file():
            return path.read_text(encoding="utf-8"), str(source)
        for name in (str(source), f"{source}.yaml"):
            if name in names:
                return (shipped / name).read_text(encoding="utf-8"), name
    except (OSError, UnicodeDecodeError) as error:
        raise RecipeError(f"{source} cannot be read: {error}") from error
    raise RecipeError(f"There is no recipe {source}: neither a file nor one of the shipped ones ({', '.join(names)})")


def _override(data: dict[str, Json], overrides: Iterable[str]) -> dict[str, Json]:
    for override in overrides:
        path, equals, value = override.partition("=")
        if not equals or not path.strip():
            raise RecipeError(f"The override {override!r} must look like a.b=c")
        try:
            _set(data, path.strip().split("."), load_yaml(value))
        except YamlError as error:
            raise RecipeError(f"The value in the override {override!r} is not YAML: {error}") from error
        except (KeyError, IndexError, TypeError, ValueError) as error:
            raise RecipeError(f"The override {override!r} leads nowhere: {error}") from error
    return data


def _set(data: Any, keys: Sequence[str], value: Json) -> None:
    for depth, key in enumerate(keys):
        place: Any = key
        if isinstance(data, list):
            place = int(key)
            if not 0 <= place < len(data):
                raise IndexError(f"{'.'.join(keys[:depth])} has {len(data)} entries, counted from 0")
        elif not isinstance(data, dict):
            raise TypeError(f"{'.'.join(keys[:depth])} is a plain value and has no {key!r}")
        if depth == len(keys) - 1:
            data[place] = value
            return
        if isinstance(data, dict) and data.get(place) is None:
            data[place] = {}
        elif isinstance(data[place], str) and "use" not in data[place] and depth + 2 == len(keys):
            data[place] = {"use": data[place]}  # the short form `policy: scripted`, now with settings
        data = data[place]


def _validated(model: type[R], data: dict[str, Json], name: str) -> R:
    try:
        return model.model_validate(data)
    except ValidationError as error:
        raise RecipeError(f"{name}: {'; '.join(_explain(model, problem) for problem in error.errors()[:5])}") from error


def _explain(model: type[BaseModel], problem: Any) -> str:
    place = ".".join(str(part) for part in problem["loc"])
    if problem["type"] == "extra_forbidden":
        allowed = _keys_at(model, problem["loc"][:-1])
        near = difflib.get_close_matches(str(problem["loc"][-1]), allowed, n=1)
        hint = f"did you mean `{near[0]}`?" if near else f"allowed here: {', '.join(allowed)}"
        return f"unknown key `{place}`: {hint}"
    if problem["type"] == "missing":
        return f"the key `{place}` is missing"
    message = problem["msg"].removeprefix("Value error, ")
    return f"`{place}` {message[:1].lower()}{message[1:]}, got {str(problem['input'])[:80]!r}"


def _keys_at(model: type[BaseModel], place: Sequence[str | int]) -> list[str]:
    """The keys that a recipe may have at `place`."""
    for part in place:
        if isinstance(part, int):
            continue
        fields = {field.alias or name: field for name, field in model.model_fields.items()}
        inner = _models_in(fields[part].annotation)
        if not inner:
            return []
        model = inner[0]
    return sorted(field.alias or name for name, field in model.model_fields.items())


def _models_in(annotation: Any) -> list[type[BaseModel]]:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return [annotation]
    return [model for arg in get_args(annotation) for model in _models_in(arg)]

"""Weights of the Hugging Face hub: found in the local cache or in a folder, or a sentence that says how to fetch them.

Nothing here downloads. `vista tools NAME --fetch` does, when a person asks for it.
"""

import json
import os
from pathlib import Path
from typing import Any, Self

from vista_core import Backend, Remedy, ToolUnavailable, Weights


def hub_cache() -> Path:
    """The hub's cache on this machine, by the rules of huggingface_hub, which is not imported for it."""
    base = os.environ.get("XDG_CACHE_HOME") or "~/.cache"
    home = os.environ.get("HF_HOME") or os.path.join(base, "huggingface")
    cache = os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE") or os.path.join(home, "hub")
    return Path(os.path.expandvars(os.path.expanduser(cache)))


def is_folder(repo: str) -> bool:
    """Whether a name is written as a folder of this machine: "/models/x", "./x" or "~/x"."""
    return repo.startswith(("/", "./", "../", "~"))


def local_folder(weights: Weights) -> Path | None:
    """The folder that holds exactly the named revision, whole.

    Args:
        weights: repo ("organisation/name") and revision (a commit, or a branch that was fetched by its name); or a
            folder of this machine in place of the repo.

    Returns:
        A folder for `from_pretrained`, or None when it is not there or a download broke off.
    """
    if is_folder(weights.repo):
        folder = Path(weights.repo).expanduser()
    else:
        repo = hub_cache() / f"models--{weights.repo.replace('/', '--')}"
        revision = weights.revision or "main"
        try:
            commit = (repo / "refs" / revision).read_text().strip()
        except OSError:
            commit = revision
        folder = repo / "snapshots" / commit
    return folder if (folder / "config.json").is_file() and _has_model(folder) else None


def _has_model(folder: Path) -> bool:
    """Whether the model's file, or every part that its index names, is there."""
    for name in ("model.safetensors", "pytorch_model.bin"):
        if (folder / name).is_file():
            return True
        index = folder / f"{name}.index.json"
        if index.is_file():
            try:
                parts = set(json.loads(index.read_text())["weight_map"].values())
            except (ValueError, KeyError, AttributeError):
                return False
            return all((folder / part).is_file() for part in parts)
    return False


class HubBackend(Backend):
    """An engine whose weights, named in `weights`, the user fetched from the hub or keeps in a folder.

    Attributes:
        tool: name of the tool that it belongs to, for the command that fetches; "" when the user named the weights.
    """

    tool: str = ""

    def probe(self) -> Remedy | None:
        """None, or the packages or weights that are missing; nothing is loaded."""
        if (missing := super().probe()) is not None:
            return missing
        lacking = [weights for weights in self.weights if local_folder(weights) is None]
        return Remedy(f"{_names(lacking)} not on this machine", self.fetch_command) if lacking else None

    @property
    def fetch_command(self) -> str:
        """What to do about missing weights."""
        if any(is_folder(weights.repo) for weights in self.weights):
            return "put config.json, the processor's files and model.safetensors there, or name another `model`"
        if self.tool:
            return f"vista tools {self.tool} --fetch --backend {self.name}"
        named = (f"{w.repo} --revision {w.revision}" if w.revision else w.repo for w in self.weights)
        return " && ".join(f"hf download {words}" for words in named)

    def configured(self, config: Any) -> Self:
        """The backend that a tool's settings mean: its weights are those of `config.model`, where it names some."""
        model = getattr(config, "model", "")
        if not model:
            return self
        weights = Weights(repo=model, revision=getattr(config, "revision", ""), licence="see its model card")
        return self.model_copy(update={"weights": (weights,), "tool": "", "engine": f"{self.name} {model}"})

    def folder(self, number: int = 0) -> Path:
        """The folder of its weights; `number` says which of `weights`.

        Raises:
            ToolUnavailable: they are not on this machine; with what to do.
        """
        found = local_folder(self.weights[number])
        if found is None:
            raise ToolUnavailable(f"{_names([self.weights[number]])} not on this machine", remedy=self.fetch_command)
        return found

    def load(self, kind: Any, number: int = 0, **settings: Any) -> Any:
        """`kind.from_pretrained` on the local folder, and never on the network.

        Args:
            kind: a class of transformers: a model, a processor, a tokenizer.
            number: which of `weights`.
            **settings: given to `from_pretrained`.

        Raises:
            ToolUnavailable: the weights are missing, damaged, or of a kind that this class cannot load.
        """
        folder = self.folder(number)
        try:
            return kind.from_pretrained(str(folder), local_files_only=True, **settings)
        except Exception as error:  # each format has errors of its own for a damaged file
            repo = self.weights[number].repo
            why = next(iter(f"{type(error).__name__}: {error}".splitlines()))[:300]
            raise ToolUnavailable(
                f"{kind.__name__} cannot load {repo} from {folder} ({why})",
                remedy="name another `model`" if is_folder(repo) else f"delete that folder, then {self.fetch_command}",
            ) from error


class Backends:
    """The class attribute `backends` of a tool whose settings say what they are: other weights, an endpoint.

    A backend with a method `configured(config)` gives itself as the settings mean it. The framework reads a tool's
    settings before it probes, so a probe sees what will be loaded.

    Example:
        >>> class Reader:
        ...     config = None
        ...     backends = Backends(HubBackend("model", weights=(Weights(repo="org/one"),)))
        >>> reader = Reader()
        >>> reader.config = type("Config", (), {"model": "org/two"})()
        >>> Reader.backends[0].weights[0].repo, reader.backends[0].weights[0].repo
        ('org/one', 'org/two')
    """

    def __init__(self, *backends: Backend) -> None:
        self._backends = backends

    def __get__(self, tool: Any, owner: Any = None) -> tuple[Backend, ...]:
        config = getattr(tool, "config", None)
        if config is None:
            return self._backends
        return tuple(b.configured(config) if hasattr(b, "configured") else b for b in self._backends)


def _names(weights: list[Weights]) -> str:
    """The beginning of a sentence: "the weights of a/b (689 MB, Apache-2.0) are"."""
    named = [f"{w.repo} ({w.bytes / 1e6:,.0f} MB, {w.licence})" if w.bytes else w.repo for w in weights]
    return f"the weights of {' and '.join(named)} are"

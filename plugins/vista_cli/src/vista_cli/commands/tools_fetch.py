"""`vista tools NAME --fetch`: download the weights of one backend, because a person asked for it. Nothing else does."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import typer

from ..output import fail, hint, say

NO_NETWORK = 3
"""Exit code when the hub cannot be reached: nothing is wrong with the command, and it can be tried again."""

# Other forms of the same weights: none of them is loaded where there are safetensors.
_OTHER_FORMS = (".bin", ".pt", ".pth", ".h5", ".msgpack", ".ot", ".onnx", ".ckpt", ".gguf", ".mlmodel", ".tflite")


def fetch(name: str, backend_name: str | None) -> None:
    """Download the weights of a tool's backend and say where they are.

    Args:
        name: as for vista_core.load.
        backend_name: which backend; None takes the first whose weights are not here.

    Raises:
        VistaError: no such tool, or no such backend.
        typer.Exit: 3 without a network, 1 when the hub refuses.
    """
    from vista_core import PluginError, load

    tool = load("tool", name, setup=False)
    backends = list(tool.backends)
    chosen = [b for b in backends if backend_name in (None, b.name)]
    if not chosen:
        names = ", ".join(b.name for b in backends)
        raise PluginError(f"Tool `{tool.name}` has no backend {backend_name!r}; it has {names}.")
    loading = [b for b in chosen if b.weights]
    if not loading:
        say(f"{tool.name}: nothing to fetch for {', '.join(b.name for b in chosen)}.")
        return
    backend = next((b for b in loading if b.probe() is not None), loading[0])
    say(f"{tool.name}, backend {backend.name}:")
    if hasattr(backend, "fetch"):
        for weights in backend.weights:
            say(f"  {describe(weights)}")
        _tried(backend.fetch, backend.name)
    else:
        for weights in backend.weights:
            _from_hub(weights)
    remedy = backend.probe()
    if remedy is not None:
        hint(f"It still lacks something: {remedy.problem}. {remedy.remedy}")
    else:
        hint(f"Use it: vista tool call {name} --backend {backend.name} …")


def describe(weights: Any) -> str:
    """Weights in words: "IDEA-Research/grounding-dino-tiny, revision a2bb814d, 689 MB, Apache-2.0"."""
    revision = f"revision {weights.revision[:8]}" if weights.revision else ""
    size = size_words(weights.bytes) if weights.bytes else ""
    return ", ".join(filter(None, (weights.repo, revision, size, weights.licence)))


def size_words(count: int) -> str:
    """A number of bytes as a person says it: "689 MB", "1.1 GB"."""
    return f"{count / 1e9:.1f} GB" if count >= 995_000_000 else f"{max(1, round(count / 1e6))} MB"


def wanted(files: Sequence[str]) -> list[str]:
    """The files of a repo that are worth downloading: one form of the weights, no folder of another tool's.

    Example:
        >>> wanted(["config.json", "model.safetensors", "pytorch_model.bin", "onnx/model.onnx"])
        ['config.json', 'model.safetensors']
    """
    whole = any(file.endswith(".safetensors") and "/" not in file for file in files)
    return [file for file in files if not (whole and file.lower().endswith(_OTHER_FORMS))]


def _from_hub(weights: Any) -> None:
    if weights.repo.startswith(("/", "./", "../", "~")):
        say(f"  {weights.repo} is a folder of this machine; there is nothing to fetch.")
        return
    try:
        from huggingface_hub import HfApi, snapshot_download
    except ImportError:
        fail("Fetching needs huggingface_hub, which is not installed: pip install huggingface_hub.")
        raise typer.Exit(1) from None
    say(f"  {describe(weights)}, from the Hugging Face hub")
    revision = weights.revision or None

    def download() -> str:
        info = HfApi().model_info(weights.repo, revision=revision, timeout=30)
        files = wanted([file.rfilename for file in info.siblings or ()])
        return snapshot_download(weights.repo, revision=revision, allow_patterns=files)

    folder = _tried(download, weights.repo)
    say(f"  is in {Path(folder)}")


def _tried(download: Any, what: str) -> Any:
    """Run a download; what goes wrong becomes one sentence and an exit code."""
    from vista_core import VistaError

    try:
        return download()
    except VistaError:
        raise
    except Exception as error:
        kinds = [kind.__name__ for kind in type(error).__mro__]
        told = f"{type(error).__name__}: {error}".splitlines()[0][:300]
        if "OfflineModeIsEnabled" in kinds:
            fail(f"{what} was not fetched: HF_HUB_OFFLINE is set in the environment. Unset it and try again.")
            raise typer.Exit(NO_NETWORK) from None
        if "GatedRepoError" in kinds:
            fail(f"{what} was not fetched: accept its licence on its page at the hub, and run `hf auth login`.")
        elif {"RepositoryNotFoundError", "RevisionNotFoundError"} & set(kinds):
            fail(f"{what} was not fetched: the hub has no such repo or revision for you ({told}).")
        elif isinstance(error, (OSError, TimeoutError)) or {"TransportError", "RequestError"} & set(kinds):
            fail(f"{what} was not fetched: no connection ({told}). Check the network or proxy, and try again.")
            raise typer.Exit(NO_NETWORK) from None
        else:
            fail(f"{what} was not fetched: {told}")
        raise typer.Exit(1) from None

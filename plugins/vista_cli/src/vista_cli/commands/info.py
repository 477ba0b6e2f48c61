"""`vista info`: versions and machine, for a bug report."""

from typing import Annotated

import typer

from ..output import hint, print_json, print_table

app = typer.Typer(add_completion=False)

LIBRARIES = (
    "torch", "torchvision", "transformers", "trl", "accelerate", "peft", "vllm", "datasets", "gymnasium", "pydantic",
    "pluggy", "numpy", "pillow", "opencv-python-headless", "opencv-python", "rapidocr", "onnxruntime", "sympy", "typer",
    "rich",
)  # fmt: skip


@app.command()
def info(as_json: Annotated[bool, typer.Option("--json", help="Print JSON.")] = False) -> None:
    """Show versions and machine, for a bug report. Read from metadata: nothing heavy is imported."""
    facts = versions()
    if as_json:
        print_json(facts)
        return
    print_table(("what", "value"), facts.items())
    hint("Paste this into a bug report. `vista plugins --check` tells whether each plugin imports.")


def versions() -> dict[str, str]:
    """Return what a bug report needs: Python, system, our packages, the libraries under them, VISTA_* settings."""
    import os
    import platform
    from importlib.metadata import PackageNotFoundError, distributions, version

    facts = {
        "python": platform.python_version(),
        "system": f"{platform.system()} {platform.release()} {platform.machine()}",
        "cpus": str(os.cpu_count()),
    }
    ours = {str(found.metadata["Name"]): found.version for found in distributions() if _is_ours(found)}
    facts |= dict(sorted(ours.items()))
    for name in LIBRARIES:
        try:
            facts[name] = version(name)
        except PackageNotFoundError:
            continue
    settings = ("VISTA_PLUGINS", "VISTA_DISABLE", "OMP_NUM_THREADS", "CUDA_VISIBLE_DEVICES")
    return facts | {name: os.environ[name] for name in settings if name in os.environ}


def _is_ours(found: object) -> bool:
    try:
        name = found.metadata["Name"] or ""  # type: ignore[attr-defined]
    except Exception:  # a file that is not UTF-8 must not stop everybody else's line
        return False
    return name.startswith("vista-")

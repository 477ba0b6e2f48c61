"""The warmed-up tiny policy that the demo starts from, and how it was made.

Example:
    >>> from vista_demo_policy import path
    >>> (path() / "config.json").is_file()
    True
"""

from pathlib import Path

from vista_demo_policy.story import STORY

__all__ = ["STORY", "path"]

_CHECKPOINT = Path(__file__).parent / "checkpoint"


def path() -> Path:
    """The folder of the checkpoint: weights, processor, and the recipe and seed that they were made with.

    Raises:
        FileNotFoundError: the package was built without it.
    """
    if not (_CHECKPOINT / "config.json").is_file():
        raise FileNotFoundError(
            f"The demo's checkpoint is not in {_CHECKPOINT}. Build it (some minutes on one core): "
            "python -m vista_demo_policy.build"
        )
    return _CHECKPOINT

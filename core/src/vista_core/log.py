"""The trajectory log: one JSON line each, token segments in `.npz` files beside it, pictures by id."""

import json
import os
import warnings
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import numpy as np

from vista_core.errors import VistaError
from vista_core.images import Image, ImageStore
from vista_core.trajectory import Segment, Trajectory, migrate

FILE = "trajectories.jsonl"


class TrajectoryWriter(AbstractContextManager["TrajectoryWriter"]):
    """Appends finished trajectories to a folder: `trajectories.jsonl`, `segments/*.npz` and `images/`.

    A line is written by one system call after its segments, so a killed run leaves whole trajectories and at most one
    torn last line, which the next writer removes. One writer at a time.

    Args:
        folder: Where to write; made when needed, appended to when there.

    Example:
        >>> import tempfile
        >>> from vista_core import Trajectory, TrajectoryWriter, read_trajectories
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     with TrajectoryWriter(folder) as writer:
        ...         writer.append(Trajectory(id="sums/train/0", status="answered", answer="4"))
        ...     [trajectory.answer for trajectory in read_trajectories(folder)]
        ['4']
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        (self.folder / "segments").mkdir(parents=True, exist_ok=True)
        self.images = ImageStore(self.folder / "images")
        content = (self.folder / FILE).read_bytes() if (self.folder / FILE).exists() else b""
        torn = len(content) - content.rfind(b"\n") - 1
        if torn:
            os.truncate(self.folder / FILE, len(content) - torn)
            warnings.warn(f"{self.folder / FILE}: removed a torn last line of {torn} bytes.", stacklevel=2)
        self._file = open(self.folder / FILE, "ab", buffering=0)  # noqa: SIM115 - closed by close()
        self._shards = len(list((self.folder / "segments").glob("*.npz")))

    def append(self, trajectory: Trajectory, images: Iterable[Image] = ()) -> None:
        """Write one trajectory with its segments and pictures."""
        self.extend([trajectory], images)

    def extend(self, trajectories: Iterable[Trajectory], images: Iterable[Image] = ()) -> None:
        """Write several trajectories; their segments share one file, which suits a training step.

        Args:
            trajectories: Finished trajectories.
            images: Pictures that they name; those written before cost nothing.
        """
        for image in images:
            self.images.put(image)
        shard = f"segments/{self._shards:06d}.npz"
        arrays: dict[str, Any] = {}
        lines = []
        for index, trajectory in enumerate(trajectories):
            line = trajectory.model_dump_json()
            if trajectory.segments:
                arrays |= _packed(trajectory.segments, f"{index}/")
                line = f'{line[:-1]},"segments":{json.dumps([shard, index])}}}'
            lines.append(line + "\n")
        if arrays:
            np.savez(self.folder / shard, **arrays)
            self._shards += 1
        self._file.write("".join(lines).encode())

    def close(self) -> None:
        """Close the file; a second call does nothing."""
        self._file.close()

    def __exit__(self, *error: object) -> None:
        self.close()


def read_trajectories(path: str | os.PathLike[str], *, segments: bool = False) -> Iterator[Trajectory]:
    """Read a log, oldest first; older schema versions are migrated.

    Args:
        path: A `.jsonl` file, or the folder that holds `trajectories.jsonl`.
        segments: Load the token segments too.

    Raises:
        VistaError: No such log, a line that is no trajectory, or one of a newer version. A torn last line, as a killed
            run leaves it, is a warning.

    Example:
        >>> from vista_core import read_trajectories
        >>> list(read_trajectories("no/such/folder"))
        Traceback (most recent call last):
        vista_core.errors.VistaError: There is no trajectory log at no/such/folder.
    """
    file = Path(path) / FILE if Path(path).is_dir() else Path(path)
    if not file.is_file():
        raise VistaError(f"There is no trajectory log at {path}.")
    loaded, arrays = "", {}
    with open(file, "rb") as lines:
        for number, line in enumerate(lines, 1):
            if not line.endswith(b"\n"):
                warnings.warn(f"{file}, line {number}: left out a torn last line.", stacklevel=2)
                return
            try:
                record = json.loads(line)
                shard, index = record.pop("segments", ("", 0))
                trajectory = Trajectory.model_validate(migrate(record))
                if segments and shard:
                    if shard != loaded:
                        loaded, arrays = shard, dict(np.load(file.parent / shard, allow_pickle=False))
                    trajectory.segments = _unpacked(arrays, f"{index}/")
            except (VistaError, ValueError, TypeError, AttributeError, OSError) as error:
                raise VistaError(f"{file}, line {number}: {error}") from error
            yield trajectory


def _packed(segments: list[Segment], prefix: str) -> dict[str, Any]:
    """The segments of a trajectory as four arrays."""
    about = [[segment.kind, len(segment), segment.images] for segment in segments]
    columns = {prefix + name: np.concatenate([getattr(one, name) for one in segments]) for name in _COLUMNS}
    return {**columns, f"{prefix}about": np.array(json.dumps(about))}


def _unpacked(arrays: dict[str, Any], prefix: str) -> list[Segment]:
    about = json.loads(str(arrays[f"{prefix}about"]))
    ends = np.cumsum([length for _, length, _ in about])[:-1]
    columns = (np.split(arrays[f"{prefix}{name}"], ends) for name in _COLUMNS)
    rows = zip(about, *columns, strict=True)
    return [Segment(kind, ids, mask, logprobs, tuple(images)) for (kind, _, images), ids, mask, logprobs in rows]


_COLUMNS = ("ids", "mask", "logprobs")

"""Pickles that others made: read without running anything."""

import io
import pickle
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from vista_core import Row, TaskDataError

MAGIC = b"\x80"
"""First byte of a pickle of protocol 2 or later."""


class _Plain(pickle.Unpickler):
    """Plain values and numpy arrays, and nothing else.

    A pickle names functions and has them called, and gives numpy's types their inner state: among it flags that make
    numpy follow pointers. What arrays need is replaced by stand-ins, which take shape, type and bytes only.
    """

    def find_class(self, module: str, name: str) -> Any:
        found = {
            ("multiarray", "_reconstruct"): lambda *parts: _Array(),
            ("multiarray", "scalar"): lambda kind, data: _Array().filled(data, kind, (), False).item(),
            ("numeric", "_frombuffer"): lambda data, kind, shape, order: _Array().filled(
                data, kind, shape, order == "F"
            ),
            ("numpy", "ndarray"): "ndarray",
            ("numpy", "dtype"): _Type,
            ("_codecs", "encode"): _latin1,
        }.get((module.removeprefix("numpy.core.").removeprefix("numpy._core."), name))
        if found is None:
            raise pickle.UnpicklingError(f"it asks for {module}.{name}, which data has no need of")
        return found


class _Type:
    """A numpy type: its code and byte order."""

    def __init__(self, code: str, *flags: Any) -> None:
        if not re.fullmatch(r"[biuf][1248]", str(code)):
            raise pickle.UnpicklingError(f"it has an array of the type {code!r}")
        self.code, self.order = code, "="

    def __setstate__(self, state: Any) -> None:
        self.order = state[1] if state[1] in ("<", ">", "=") else "="


class _Array:
    """A numpy array, as pickles build it: first empty, then filled."""

    def __setstate__(self, state: Any) -> None:
        _, shape, kind, fortran, data = state
        self.array = self.filled(data, kind, shape, fortran)

    def filled(self, data: Any, kind: _Type, shape: Any, fortran: Any) -> Any:
        import numpy as np

        raw = data.encode("latin-1") if isinstance(data, str) else bytes(data)
        values = np.frombuffer(raw, kind.order + kind.code)
        return values.reshape(tuple(shape), order="F" if fortran else "C")


def _latin1(text: str, encoding: str) -> bytes:
    if encoding not in ("latin1", "latin-1"):
        raise pickle.UnpicklingError(f"it asks for the encoding {encoding!r}")
    return text.encode("latin-1")


def load(path: Path) -> Any:
    """The value in a pickle file.

    Args:
        path: The file.

    Raises:
        TaskDataError: It is no pickle, or one that would run code or holds anything but plain values and arrays.

    Example:
        >>> import pickle, tempfile
        >>> from vista_tasks_geometry.pickles import load
        >>> file = Path(tempfile.mkdtemp(), "a.pk")
        >>> _ = file.write_bytes(pickle.dumps([{"label": 2}]))
        >>> load(file)
        [{'label': 2}]
    """
    try:
        # latin-1 keeps the bytes of texts that Python 2 wrote; Python 3's texts are not touched by it.
        return _Plain(io.BytesIO(path.read_bytes()), encoding="latin-1").load()
    except Exception as error:  # a broken pickle can raise anything
        raise TaskDataError(f"The pickle cannot be read: {error}. Fetch it again.", file=str(path)) from error


def rows(path: Path, *fields: str) -> list[Row]:
    """The rows of a pickled list of records.

    Args:
        path: The file.
        fields: What the first row must have.

    Raises:
        TaskDataError: It is no list of records, or of another version.
    """
    values = load(path)
    if not isinstance(values, list) or not values:
        raise TaskDataError("It holds no list of problems.", file=str(path))
    found = []
    for number, value in enumerate(values, 1):
        if not isinstance(value, Mapping):
            raise TaskDataError("is no record", file=str(path), line=number)
        plain = {name: one.array if isinstance(one, _Array) else one for name, one in value.items()}
        found.append(Row(plain, path, number))
    for field in fields:
        found[0].need(field)
    return found

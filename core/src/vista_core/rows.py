"""Annotation files that are read row by row, where a row is asked for; and the rows, which know where they are from."""

import bisect
import contextlib
import functools
import hashlib
import itertools
import json
import os
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, BinaryIO

from vista_core.errors import PluginError, TaskDataError

CHUNK = 1 << 20
"""Bytes that are read at a time while an annotation file is indexed."""

SMALL = 1 << 22
"""Annotation files below so many bytes are indexed at each opening; nothing is written for them."""

_STRING = rb'"[^"\\]*+(?:\\.[^"\\]*+)*+"'
_PLAIN = rb'[\[{](?:[^"\[\]{}]++|%b)*+[\]}]' % _STRING
_SIGN = rb'%b|["\[\]{},]|[^\s"\[\]{},]++' % _STRING
_TOKEN = re.compile(_SIGN, re.DOTALL)
# Within the list an array or object with at most one more level inside it is one token, and most rows are that.
_VALUE = re.compile(rb'[\[{](?:[^"\[\]{}]++|%b|%b)*+[\]}]|%b' % (_STRING, _PLAIN, _SIGN), re.DOTALL)


class Row(dict[str, Any]):
    """A row of an annotation file: a dict that knows where it is from.

    Attributes:
        file: Its file.
        number: Its number in the file, from 1.
        name: Its key, where the file is an object of records.
        key: Key of its sample, once a task gave it out.

    Example:
        >>> from pathlib import Path
        >>> from vista_core.rows import Row
        >>> Row({"label": "14"}, Path("train.json"), 7).need("label", int)
        Traceback (most recent call last):
        vista_core.errors.TaskDataError: train.json, line 7, field `label`: should be int, and is str.
    """

    __slots__ = ("file", "key", "name", "number")

    def __init__(self, fields: Mapping[str, Any], file: Path, number: int = 1, name: str = "") -> None:
        super().__init__(fields)
        self.file, self.number, self.name, self.key = file, number, name, ""

    def need(self, field: str, *types: type) -> Any:
        """A field that must be there and of one of these types (any where none is named; a bool is no int).

        Raises:
            TaskDataError: It is missing or of another type.
        """
        if field not in self:
            raise self.wrong("is missing", field)
        value = self[field]
        if types and (not isinstance(value, types) or (isinstance(value, bool) and bool not in types)):
            raise self.wrong(
                f"should be {' or '.join(t.__name__ for t in types)}, and is {type(value).__name__}", field
            )
        return value

    def wrong(self, what: str, field: str = "") -> TaskDataError:
        """The error that says what is wrong with this row."""
        return TaskDataError(f"{what.rstrip('.')}.", file=str(self.file), line=self.number, field=field)


def _spans(file: BinaryIO, within: str) -> Iterator[tuple[int, int]]:
    """Byte range of each element of a JSON array, or of each `"name": value` of an object.

    Only strings and brackets are told apart here; whether a row makes sense is seen when it is read.
    """
    data, before, depth, start, key, filled, level = b"", 0, 0, -1, b"", False, 2 if within else 1
    opened = False
    while (piece := file.read(max(CHUNK, len(data)))) or opened:
        data += piece
        done, opened = len(data), False
        for token in (_TOKEN if start < 0 else _VALUE).finditer(data):
            sign, at = token[0], before + token.start()
            if sign == b'"':  # a string that goes on in the next piece
                done = token.start()
                break
            if sign in b"[{":
                depth += 1
                if depth == level and start < 0 and (not within or (key and json.loads(key) == within)):
                    start, done, opened = at + 1, token.end(), True
                    break
            elif sign in b"]}":
                depth -= 1
                if depth == level - 1 and start >= 0:
                    if filled:
                        yield start, at
                    return
            elif sign == b"," and depth == level and start >= 0:
                yield start, at
                start = at + 1
            elif depth == 1 and start < 0 and sign[:1] == b'"':
                key = sign
            filled = start >= 0
        data, before = data[done:], before + done
    raise ValueError("ends in the middle" if start >= 0 else f"has no list {within}".rstrip())


def _lines(file: BinaryIO) -> Iterator[tuple[int, int]]:
    """Byte range of each line that is not empty."""
    at = 0
    for line in file:
        if line.strip():
            yield at, at + len(line)
        at += len(line)


class _Json:
    """Rows of a .json or .jsonl file, by the byte range of each."""

    def __init__(self, path: Path, within: str) -> None:
        self.path, self.within, self.lines = path, within, path.suffix == ".jsonl"

    def spans(self) -> Iterator[tuple[int, int]]:
        try:
            with open(self.path, "rb") as file:
                if self.within == ".":
                    yield 0, os.stat(self.path).st_size
                else:
                    yield from _lines(file) if self.lines else _spans(file, self.within)
        except ValueError as error:
            raise TaskDataError(f"It {error}. Fetch it again.", file=str(self.path)) from error

    @functools.cached_property
    def index(self) -> Any:
        """Array of int64 of shape (rows, 2)."""
        import numpy as np

        stat = os.stat(self.path)
        stamp = (stat.st_size, stat.st_mtime_ns)
        mark = hashlib.sha256(os.path.abspath(self.path).encode()).hexdigest()[:16]
        cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache", "vista-gym", mark)
        name = f"{self.path.name}.{self.within}.vista-index"
        places = (self.path.with_name(name), cache / name) if stat.st_size >= SMALL else ()
        for place in places:
            with contextlib.suppress(OSError, ValueError, EOFError):
                kept = np.load(place, mmap_mode="r", allow_pickle=False)
                if kept.dtype == np.int64 and kept.shape[1:] == (2,) and tuple(kept[0]) == stamp:
                    return kept.view(np.ndarray)[1:]  # quicker to index than a memmap
        made = np.fromiter(itertools.chain([stamp], self.spans()), np.dtype((np.int64, 2)))
        for place in places:
            with contextlib.suppress(OSError):
                place.parent.mkdir(parents=True, exist_ok=True)
                part = place.with_name(f".{name}.{os.getpid()}")
                with open(part, "wb") as file:
                    np.save(file, made)
                os.replace(part, place)
                break
        return made[1:]

    def __len__(self) -> int:
        return len(self.index)

    def row(self, number: int) -> Row:
        return self.at(number, *self.index[number])

    def at(self, number: int, start: int, end: int) -> Row:
        file = os.open(self.path, os.O_RDONLY)
        try:
            data = os.pread(file, int(end - start), int(start))
        finally:
            os.close(file)
        named = not self.lines and data.lstrip()[:1] == b'"'
        try:
            value = json.loads(b"{%b}" % data if named else data)
            name, fields = next(iter(value.items())) if named else ("", value)
            return Row({**fields}, self.path, number + 1, name)
        except (ValueError, TypeError, RecursionError) as error:
            raise TaskDataError(f"is no JSON object: {error}", file=str(self.path), line=number + 1) from error

    def __iter__(self) -> Iterator[Row]:
        return (self.at(number, *span) for number, span in enumerate(self.spans()))


@functools.lru_cache(maxsize=4)
def _row_group(path: Path, group: int, stamp: int) -> Any:
    import pyarrow.parquet as parquet  # type: ignore[import-untyped]

    return parquet.ParquetFile(path).read_row_group(group)


class _Parquet:
    """Rows of a .parquet file; the row groups that were read last are kept."""

    def __init__(self, path: Path) -> None:
        try:
            import pyarrow.parquet as parquet

            self.path, self.stamp, meta = path, os.stat(path).st_mtime_ns, parquet.read_metadata(path)
        except ImportError as error:
            raise PluginError(f"{path} needs pyarrow. Remedy: pip install 'vista-core[parquet]'") from error
        except ValueError as error:  # pyarrow's ArrowInvalid
            raise TaskDataError(f"It is no parquet file: {error}", file=str(path)) from error
        groups = range(meta.num_row_groups)
        self.starts: list[int] = [0, *itertools.accumulate(meta.row_group(group).num_rows for group in groups)]

    def __len__(self) -> int:
        return self.starts[-1]

    def row(self, number: int) -> Row:
        group = bisect.bisect_right(self.starts, number) - 1
        try:
            table = _row_group(self.path, group, self.stamp)
        except (OSError, ValueError) as error:
            raise TaskDataError(f"cannot be read: {error}", file=str(self.path), line=number + 1) from error
        return Row(table.slice(number - self.starts[group], 1).to_pylist()[0], self.path, number + 1)

    def __iter__(self) -> Iterator[Row]:
        return map(self.row, range(len(self)))


class Rows(Sequence[Row]):
    """Rows of annotation files, one file after the other; only what is asked for is read.

    Args:
        files: .json (an array of records, or an object of records), .jsonl or .parquet files.
        within: Name under which the records lie, where the JSON text is an object around them; `.` when each file is
            one record.

    Raises:
        TaskDataError: A file is malformed; it says where. (On use: nothing is read before.)

    Example:
        >>> import tempfile, pathlib
        >>> from vista_core.rows import Rows
        >>> file = pathlib.Path(tempfile.mkdtemp(), "q.json")
        >>> _ = file.write_text('{"info": {}, "questions": [{"answer": "yes"}, {"answer": "no"}]}')
        >>> rows = Rows(file, within="questions")
        >>> len(rows), rows[1]["answer"], rows[1].number
        (2, 'no', 2)
    """

    def __init__(self, *files: Path, within: str = "") -> None:
        self.parts = [_Parquet(file) if file.suffix == ".parquet" else _Json(file, within) for file in files]

    @functools.cached_property
    def _starts(self) -> list[int]:
        return [0, *itertools.accumulate(len(part) for part in self.parts)]

    def __len__(self) -> int:
        return self._starts[-1]

    def __getitem__(self, number: int) -> Row:  # type: ignore[override]
        if not 0 <= number < len(self):
            raise IndexError(f"there are {len(self)} rows")
        part = bisect.bisect_right(self._starts, number) - 1
        return self.parts[part].row(number - self._starts[part])

    def __iter__(self) -> Iterator[Row]:
        """All rows in order; no index is made for it."""
        return itertools.chain.from_iterable(self.parts)


class Picked(Sequence[Row]):
    """Some rows of a sequence, in the order of their numbers (from 0).

    Example:
        >>> from pathlib import Path
        >>> from vista_core.rows import Picked, Row
        >>> Picked([Row({"n": n}, Path("a")) for n in range(5)], [3, 1])[0]
        {'n': 3}
    """

    def __init__(self, rows: Sequence[Row], numbers: Sequence[int]) -> None:
        self.rows, self.numbers = rows, numbers

    def __len__(self) -> int:
        return len(self.numbers)

    def __getitem__(self, number: int) -> Row:  # type: ignore[override]
        return self.rows[self.numbers[number]]

"""Tasks over public data sets: annotation files that are read row by row, where a row is asked for.

An adapter says what its files look like and what a row means; this module does the rest (folders, indices, pictures,
errors, `check`, `fetch`). A whole adapter:

    class ChartQA(DatasetTask):
        name, licence = "chartqa", "GPL-3.0"
        splits = ("train", "val", "test")        # all that exist; a copy that has fewer shows only those it has
        card = Card(tree="train/{png/, train_human.json}, ...", fields={"query": "the question"},
                    sizes={"train": 28299}, source="https://...", citation="Masry et al. 2022",
                    repository="lmms-lab/ChartQA")
        layouts = (
            Layout("original", {s: (f"{s}/{s}_human.json", f"{s}/{s}_augmented.json") for s in splits},
                   needs=("imgname", "query", "label")),
            Layout("parquet", {"test": ("data/test-*.parquet",)}, needs=("question", "answer", "image")),
        )

        def pictures(self, row):                 # a path, or {"bytes": …} as parquet has it; not opened here
            if self.layout.name == "parquet":
                return [row["image"]]
            return [row.file.parent / "png" / row.need("imgname", str)]

        def to_sample(self, row):
            return Sample(key=row.key, question=row.need("query", str), images=self.images(row))

        def to_gold(self, row):                  # tables, programs, rationales: extra fields of Gold, never of Sample
            return Gold(answer=row.need("label", str), kind=row.file.stem)

        def judge(self, row, answer):            # answer is None where there was none
            return relaxed_accuracy(answer, row.need("label", str))

Optional hooks: `row_id(row)` (the data set's own id; `check` counts those that come twice), `outside(row)` (a sentence
when the answer is not in the vocabulary), `read(split)` (the rows, where they are not simply all rows of the layout's
files: filter with `Picked`, or return any sequence of `Row`), `peek(path, layout)` (the first row of a file of your own
format), `present()` (the splits of this copy). `held_out = True` makes a request for a training split an error.

A `Row` is a dict with `.file`, `.number` (from 1), `.name` (its key, where the file is an object of records) and `.key`
(the sample's). `row.need("field", str, int)` returns a field of one of these types; it and every KeyError, TypeError,
ValueError, IndexError, AttributeError or OverflowError in a hook become a TaskDataError with file, row and field.

Keys of samples are `split/index`. A JSON file of 4 MiB or more is indexed once (seconds for a million rows): the byte
range of each row then lies beside it, or in the cache folder where that one is read-only, and holds as long as size and
time of the file do not change.
"""

import functools
import os
import random
import re
from abc import abstractmethod
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, ClassVar, NamedTuple, TypeVar

from pydantic import BaseModel

from vista_core.calls import Observation
from vista_core.errors import PluginError, TaskDataError
from vista_core.images import Image
from vista_core.rows import Row, Rows
from vista_core.scoring.verdict import Score
from vista_core.task import Expert, ExpertTurn, Gold, Sample, Task

_T = TypeVar("_T")


class Layout(NamedTuple):
    """One way in which copies of a data set lie on disk.

    Attributes:
        name: Its name, for messages and for the adapter: `original`, `parquet`.
        files: Split -> patterns of its annotation files below the root (`*` allowed), in order.
        within: Name under which the records lie in a JSON file; `.` when each file is one record.
        needs: Fields that its first row has: what tells it from other layouts and versions.

    Example:
        >>> from vista_core.dataset import Layout
        >>> Layout("parquet", {"test": ("data/test-*.parquet",)}, needs=("question", "answer")).within
        ''
    """

    name: str
    files: Mapping[str, Sequence[str]]
    within: str = ""
    needs: Sequence[str] = ()

    def paths(self, root: Path, split: str) -> list[Path]:
        """The files of a split that there are."""
        return [path for pattern in self.files.get(split, ()) for path in sorted(root.glob(pattern))]


class Card(BaseModel):
    """What a user should know of a data set.

    Attributes:
        tree: The files that are expected below the root, of each layout.
        fields: Field -> what it holds.
        sizes: Split -> problems of the public release.
        source: Where it is published.
        citation: What to cite.
        non_commercial: Whether its licence forbids commercial use.
        repository: Its id on the Hugging Face hub, where `fetch` may take it from.
        patterns: Files of the repository that are fetched; all where there is none.
        manual: What has to be done by hand, in words.
        notes: What was chosen where sources differ, and why.

    Example:
        >>> from vista_core.dataset import Card
        >>> Card(tree="test.json", source="https://example.org", citation="A. Author 2020").non_commercial
        False
    """

    tree: str
    fields: dict[str, str] = {}
    sizes: dict[str, int] = {}
    source: str
    citation: str
    non_commercial: bool = False
    repository: str = ""
    patterns: tuple[str, ...] = ()
    manual: str = ""
    notes: str = ""


class DatasetConfig(BaseModel, extra="forbid"):
    """Settings of every data-set task.

    Attributes:
        root: Folder with the data.

    Example:
        >>> from vista_core.dataset import DatasetConfig
        >>> DatasetConfig(root="data/chartqa").root.name
        'chartqa'
    """

    root: Path | None = None


class _Guess(NamedTuple):
    answer: str

    def turn(self, observations: Sequence[Observation]) -> ExpertTurn:
        return ExpertTurn("any of them", answer=self.answer)


class DatasetTask(Task):
    """Base of tasks over public data sets; the module's text shows a whole adapter.

    Attributes:
        card: What a user should know of the data set.
        layouts: The ways in which copies of it lie on disk; the first that fits is taken.
        held_out: Only for evaluation: asking for a training split is an error that says so.

    Example:
        >>> import tempfile, pathlib
        >>> from vista_core import Gold, Sample
        >>> from vista_core.dataset import Card, DatasetTask, Layout
        >>> from vista_core.scoring import exact_text
        >>> class Riddles(DatasetTask):
        ...     name, licence, splits, held_out = "riddles", "CC0-1.0", ("test",), True
        ...     card = Card(tree="test.jsonl", source="-", citation="-", manual="Write test.jsonl yourself.")
        ...     layouts = (Layout("original", {"test": ("test.jsonl",)}, needs=("q", "a")),)
        ...     def to_sample(self, row):
        ...         return Sample(key=row.key, question=row.need("q", str))
        ...     def to_gold(self, row):
        ...         return Gold(answer=row.need("a", str))
        ...     def judge(self, row, answer):
        ...         return exact_text(answer, row.need("a", str))
        >>> root = pathlib.Path(tempfile.mkdtemp())
        >>> _ = (root / "test.jsonl").write_text('{"q": "What has keys and opens nothing?", "a": "a piano"}')
        >>> riddles = Riddles(root=root)
        >>> riddles.score(riddles.sample("test", 0).key, "a piano").correct, riddles.check(root)
        (True, [])
        >>> riddles.size("train")
        Traceback (most recent call last):
        vista_core.errors.PluginError: `riddles` is held out for evaluation: there is no training split. It has: test.
    """

    Config = DatasetConfig
    card: ClassVar[Card]
    layouts: ClassVar[tuple[Layout, ...]] = ()
    held_out: ClassVar[bool] = False

    def __init__(self, **config: Any) -> None:
        super().__init__(**config)
        self._rows: dict[str, Sequence[Row]] = {}
        if self.config.root is not None:
            self.splits = self.present()  # type: ignore[misc]

    def pictures(self, row: Row) -> Sequence[Any]:
        """The pictures of a row: paths (relative ones below the root) or `{"bytes": ...}`; none by default."""
        return ()

    @abstractmethod
    def to_sample(self, row: Row) -> Sample:
        """What an agent sees of a row: `row.key` is its key, `self.images(row)` are its pictures."""

    @abstractmethod
    def to_gold(self, row: Row) -> Gold:
        """The answer of a row and what else is known of it."""

    @abstractmethod
    def judge(self, row: Row, answer: str | None) -> Score:
        """The score of an answer to a row."""

    def row_id(self, row: Row) -> str:
        """The data set's own id of a row; empty where it has none."""
        return row.name

    def outside(self, row: Row) -> str:
        """Why the answer of a row cannot be; empty where it can."""
        return ""

    def present(self) -> tuple[str, ...]:
        """The splits that this copy has."""
        return tuple(split for split in type(self).splits if self.layout.paths(self.root, split))

    def peek(self, path: Path, layout: Layout) -> Row | None:
        """The first row of a file, by which a layout is recognised."""
        return next(iter(Rows(path, within=layout.within)), None)

    def read(self, split: str) -> Sequence[Row]:
        """All rows of a split, in the order of its indices."""
        return Rows(*self.layout.paths(self.root, split), within=self.layout.within)

    @property
    def root(self) -> Path:
        """The folder with the data."""
        if self.config.root is None:
            raise TaskDataError(f"Task `{self.name}` needs the setting `root`, its folder. {self.remedy()}")
        return Path(self.config.root)

    @functools.cached_property
    def layout(self) -> Layout:
        """The layout of this copy, recognised by its files and their first rows."""
        if not self.root.is_dir():
            raise TaskDataError(f"There is no such folder. {self.remedy()}", file=str(self.root))
        said = []
        for layout in self.layouts:
            for path in [path for split in layout.files for path in layout.paths(self.root, split)][:1]:
                try:
                    row = self.peek(path, layout)
                    if not (lacking := [field for field in layout.needs if field not in (row or ())]):
                        return layout
                    said.append(f"{path} is no `{layout.name}`: its first row has no {', '.join(lacking)}.")
                except TaskDataError as error:
                    said.append(str(error))
        said = said or [f"It holds none of the layouts of `{self.name}`; expected: {self.card.tree}."]
        raise TaskDataError(f"{' '.join(said)} {self.remedy()}", file=str(self.root))

    def rows(self, split: str) -> Sequence[Row]:
        """The rows of a split; nothing but their places is kept in memory.

        Raises:
            PluginError: There is no such split.
            TaskDataError: A file is malformed.
        """
        if split not in self.splits:
            held = "is held out for evaluation: there is no training split"
            what = held if self.held_out and split.startswith("train") else f"has no split {split!r} in {self.root}"
            raise PluginError(f"`{self.name}` {what}. It has: {', '.join(self.splits)}.")
        if split not in self._rows:
            self._rows[split] = self.read(split)
        return self._rows[split]

    def row(self, key: str) -> Row:
        """The row of a key, without its pictures.

        Raises:
            PluginError: No sample has this key.
        """
        split, _, index = key.rpartition("/")
        known = split in self.splits and re.fullmatch("0|[1-9][0-9]{0,11}", index) is not None
        if not known or int(index) >= self.size(split):
            raise PluginError(f"Task `{self.name}` has no sample {key!r}.")
        row = self.rows(split)[int(index)]
        row.key = key
        return row

    def size(self, split: str) -> int:
        """Number of problems in a split."""
        return len(self.rows(split))

    def sample(self, split: str, index: int) -> Sample:
        """Problem number `index` of a split."""
        if not 0 <= index < self.size(split):
            raise IndexError(f"`{self.name}` has {self.size(split)} problems in {split!r}, and none number {index}")
        return self.asked(self.to_sample, self.row(f"{split}/{index}"))

    def gold(self, key: str) -> Gold:
        """The gold of a problem."""
        return self.asked(self.to_gold, self.row(key))

    def score(self, key: str, answer: str | None) -> Score:
        """Judge an answer by the data set's own rule."""
        return self.asked(lambda row: self.judge(row, answer), self.row(key))

    def asked(self, hook: Callable[[Row], _T], row: Row) -> _T:
        """What a hook says of a row; its errors get file and row.

        Raises:
            TaskDataError: The row is malformed.
        """
        try:
            return hook(row)
        except (KeyError, TypeError, ValueError, IndexError, AttributeError, OverflowError) as error:
            missing = isinstance(error, KeyError)
            raise row.wrong("is missing" if missing else str(error), str(error.args[0]) if missing else "") from error

    def located(self, source: Any) -> bytes | Path:
        """The bytes or the file of a picture; the file is there, and below the root.

        Raises:
            TaskDataError: It is missing, or its name leads out of the root.
        """
        if isinstance(source, Mapping):
            source = source.get("bytes") or source.get("path") or ""
        if isinstance(source, bytes):
            return source
        # The name comes from the data. Links below the root are the user's own, and are followed.
        path, root = os.path.abspath(self.root / source), os.path.abspath(self.root)
        if not path.startswith(root + os.sep):
            raise TaskDataError(f"The picture {os.fspath(source)!r} is not below {root}.")
        if not os.path.isfile(path):
            raise TaskDataError(f"The picture {path} is missing. {self.remedy()}")
        return Path(path)

    def images(self, row: Row) -> tuple[Image, ...]:
        """The pictures of a row; their pixels are decoded on first use.

        Raises:
            TaskDataError: One is missing.
        """
        try:
            return tuple(Image.of(self.located(source)) for source in self.pictures(row))
        except TaskDataError as error:
            raise row.wrong(str(error)) from error

    def expert(self, key: str, habit: str = "careful") -> Expert:
        """The habit `guess` answers at once and blindly: any choice, or the answer of any other problem.

        Raises:
            PluginError: Any other habit: public data have no expert.
        """
        if habit != "guess":
            return super().expert(key, habit)
        draw, (split, _, own) = random.Random(f"{self.name} {key}"), key.rpartition("/")
        choices = self.asked(self.to_sample, self.row(key)).choices
        others = max(self.size(split) - 1, 1)
        other = self.gold(f"{split}/{(int(own) + 1 + draw.randrange(others)) % self.size(split)}").answer
        return _Guess(str(draw.choice(choices) if choices else other[0] if isinstance(other, list) else other))

    def report(self, root: str | Path) -> dict[str, Any]:
        """Read every row of a copy and look for every picture: `vista_core.testing.copies.examined`.

        Raises:
            TaskDataError: It is no copy of the data set at all.
        """
        from vista_core.testing.copies import examined

        return examined(type(self)(**{**self.config.model_dump(), "root": root}))

    def check(self, root: str | Path) -> list[str]:
        """Problems of a copy, one sentence each: the first ten of each kind."""
        try:
            return list(self.report(root)["problems"])
        except TaskDataError as error:
            return [str(error)]

    @classmethod
    def describe(cls) -> dict[str, Any]:
        """Name, splits, licence and card, as plain JSON."""
        facts = {"name": cls.name, "splits": list(cls.splits), "licence": cls.licence, "held_out": cls.held_out}
        return {**facts, **cls.card.model_dump(mode="json")}

    @classmethod
    def remedy(cls) -> str:
        """What brings the data, as a sentence."""
        command = f"vista tasks {cls.name} --fetch FOLDER" if cls.card.repository else cls.card.manual
        return f"Remedy: {command}"

    @classmethod
    def fetch(cls, root: str | Path) -> str:
        """Take the data from the Hugging Face hub into a folder; the text says what is left to do by hand.

        Raises:
            TaskDataError: The release does not allow it; the text says what to do by hand.
            PluginError: huggingface_hub is not installed.
        """
        if not cls.card.repository:
            raise TaskDataError(f"`{cls.name}` cannot be fetched by a program. {cls.card.manual}")
        try:
            from huggingface_hub import snapshot_download
        except ImportError as error:
            raise PluginError("Fetching needs huggingface_hub. Remedy: pip install huggingface_hub") from error
        patterns = list(cls.card.patterns) or None
        snapshot_download(cls.card.repository, repo_type="dataset", local_dir=root, allow_patterns=patterns)
        return f"Fetched {cls.card.repository} into {root}. {cls.card.manual}".strip()

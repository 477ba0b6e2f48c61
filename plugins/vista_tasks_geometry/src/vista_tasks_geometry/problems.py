"""What GeoQA and UniGeo share: problems in pickles, with four choices and a program."""

import functools
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from vista_core import DatasetTask, Gold, Image, Layout, Row, Sample, Score, TaskDataError
from vista_core.scoring import geometry_choice

from vista_tasks_geometry import pickles

_PLACEHOLDER = re.compile(r"N_\s?(\d+)")


class PickledTask(DatasetTask):
    """A task whose files are pickled lists of problems.

    Example:
        >>> from vista_tasks_geometry.problems import PickledTask
        >>> issubclass(PickledTask, DatasetTask)
        True
    """

    def peek(self, path: Path, layout: Layout) -> Row | None:
        """Of a pickle only its first byte is looked at here; its fields are checked when it is read."""
        if path.suffix != ".pk":
            return super().peek(path, layout)
        with path.open("rb") as file:
            if file.read(1) != pickles.MAGIC:
                raise TaskDataError("It is no pickle of protocol 2 or later.", file=str(path))
        return Row(dict.fromkeys(layout.needs), path)

    def read(self, split: str) -> Sequence[Row]:
        """The rows of a split; a pickle is read as a whole."""
        paths = self.layout.paths(self.root, split)
        if paths[0].suffix != ".pk":
            return super().read(split)
        return [row for path in paths for row in pickles.rows(path, *self.layout.needs)]

    @functools.cached_property
    def types(self) -> dict[Any, str]:
        """Id of a problem -> angle, length, area or other; empty where sub_dataset_dict.pk is missing."""
        found = next(iter(sorted(self.root.glob("**/sub_dataset_dict.pk"))), None)
        return {} if found is None else dict(pickles.load(found))

    def chosen_sample(self, row: Row, question: str) -> Sample:
        """A problem with its four choices."""
        return Sample(
            key=row.key,
            question=question,
            images=self.images(row),
            choices=tuple(choices(row)),
            answer_format="one of the choices",
        )

    def chosen_gold(self, row: Row) -> Gold:
        """The right choice, the program, and the solution where there is one."""
        return Gold(
            answer=choices(row)[right(row)],
            kind=str(self.types.get(row["id"], "")),
            label=right(row),
            choice_nums=[None if value is None else float(value) for value in row["choice_nums"]],
            manual_program=list(row.get("manual_program") or ()),
            formal_point=list(row.get("formal_point") or ()),
            solution=str(row.get("answer", "")),
        )

    def chosen_score(self, row: Row, answer: str | None) -> Score:
        """The right choice by letter, text or value."""
        return geometry_choice(answer, right(row), choices(row), row.need("choice_nums", list))

    def row_id(self, row: Row) -> str:
        """The number of a problem; proofs have none."""
        return str(row.get("id", ""))


def picture(row: Row, field: str) -> bytes:
    """A diagram that lies in a pickle as an array, as PNG bytes.

    Args:
        row: The row.
        field: Its field: array of shape (H, W) or (H, W, 3), 0 to 255; colours in the order of OpenCV.

    Raises:
        TaskDataError: It is no such array.

    Example:
        >>> import numpy as np
        >>> from pathlib import Path
        >>> picture(Row({"image": np.zeros((4, 6), np.uint8)}, Path("a.pk")), "image")[1:4]
        b'PNG'
    """
    import numpy as np

    array = row.need(field, np.ndarray)
    if array.ndim not in (2, 3) or array.size == 0 or array.dtype.kind not in "uif":
        raise row.wrong(f"should be a picture, and is an array of {array.dtype} and shape {array.shape}", field)
    pixels = np.clip(array, 0, 255).astype(np.uint8)
    return Image.from_array(pixels[:, :, ::-1] if pixels.ndim == 3 else pixels).data


def filled(text: str, numbers: Sequence[Any]) -> str:
    """A text with its numbers in the place of N_0, N_1, ...

    Args:
        text: The text.
        numbers: The numbers.

    Raises:
        IndexError: There are fewer.

    Example:
        >>> from vista_tasks_geometry.problems import filled
        >>> filled("AB = N_0 and BC = N_1", [3.0, 4.5])
        'AB = 3 and BC = 4.5'
    """
    return _PLACEHOLDER.sub(lambda found: plain(numbers[int(found[1])]), text)


def plain(number: Any) -> str:
    """A number without needless decimals.

    Example:
        >>> from vista_tasks_geometry.problems import plain
        >>> plain(3.0), plain(4.25), plain(None)
        ('3', '4.25', 'none of these')
    """
    return "none of these" if number is None else f"{float(number):.6g}"


def choices(row: Row) -> list[str]:
    """The four choices as texts: as written, or the values where there are no texts."""
    texts = row.get("choices")
    if isinstance(texts, list) and len(texts) == 4:
        return [str(text).strip() for text in texts]
    return [plain(number) for number in row.need("choice_nums", list)]


def right(row: Row) -> int:
    """Index of the right choice.

    Raises:
        TaskDataError: It is none of 0 to 3.
    """
    label = int(row.need("label", int))
    if not 0 <= label < 4:
        raise row.wrong(f"should be 0 to 3, and is {label}", "label")
    return label

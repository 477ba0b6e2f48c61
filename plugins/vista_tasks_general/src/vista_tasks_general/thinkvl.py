"""ThinkVL: the mixture of visual reasoning problems that the VISTA paper calls by this name."""

import re
from collections.abc import Sequence
from typing import Any

from pydantic import Field
from vista_core import Card, DatasetConfig, DatasetTask, Gold, Layout, Picked, Row, Rows, Sample, Score, scoring

SPLITS = ("train", "test")
HELD_OUT_SOURCES = ("clevr_math", "clevr-math", "iconqa", "tabmwp", "plotqa", "ai2d", "mathvista")
"""Parts of VLAA-Thinking whose problems come from sets that the paper evaluates on."""

_CHOICE = re.compile(r"^\s*\(?([A-H])[).:]\s*(\S.*?)\s*$", re.MULTILINE)
_LETTER = re.compile(r"\(?([A-H])\)?\.?")
_IMAGE = re.compile(r"\s*<image>\s*")
_WRAPPED = re.compile(r"^\$(.*)\$$|^\\boxed\{(.*)\}$", re.DOTALL)


class ThinkVLConfig(DatasetConfig):
    """Settings of `thinkvl`."""

    keep_held_out: bool = Field(
        False,
        description="keep problems of VLAA-Thinking whose source is one of the sets that are held out for evaluation",
    )


class ThinkVL(DatasetTask):
    """Visual reasoning problems with short answers: letters, numbers, formulas, words.

    Which set the paper means is not certain. Its text cites ImageNet-Think-250K, which has descriptions and no
    questions, so nothing in it can be checked; its appendix cites OpenVLThinker; and the name resembles VL-Thinking.
    Chosen: the GRPO sets of OpenVLThinker, since the appendix lists what was trained on, and every problem there has
    an answer that can be checked. VLAA-Thinking (VL-Thinking's name today) is read as well, without the parts that
    come from held-out sets (VL-Thinking held 35,000 problems of CLEVR-Math), unless keep_held_out says otherwise.

    Expected below the root, one of
      ydeng9/OpenVLThinker-grpo-medium or -hard (`parquet`): data/{train,test}-*.parquet with images, problem, answer;
      UCSC-VLAA/VLAA-Thinking (`vlaa`): VLAA-Thinking-GRPO-25K.json (train.json in its first revisions) with images/,
      whose archives are to be unpacked there.
    Fields: images (a list), problem (`<image>` marks the picture's place), answer; in VLAA-Thinking id, image,
      question, gt, verifier_type. Sizes: about 9,000 pictures (OpenVLThinker), 25,195 problems
      (VLAA-Thinking-GRPO-25K).

    Score: where the problem lists its choices and the answer is a letter, the right choice, by letter, text or
    number; else equality of numbers in any form (fractions and roots too), else of expressions and words as written.
    EasyR1's reward, which OpenVLThinker trains with, also simplifies expressions; here `1+x` is not `x+1`.

    Licence: of OpenVLThinker's set none is stated; VLAA-Thinking Apache-2.0; both are made of other sets with
    licences of their own. Source: https://huggingface.co/datasets/ydeng9/OpenVLThinker-grpo-medium. Cite Deng et al.,
    arXiv:2503.17352.
    Fetch: `vista tasks thinkvl --fetch FOLDER`.
    """

    name = "thinkvl"
    splits = SPLITS
    licence = "not stated (OpenVLThinker); Apache-2.0 (VLAA-Thinking)"
    Config = ThinkVLConfig
    card = Card(
        tree="data/{train,test}-*.parquet, or VLAA-Thinking-GRPO-25K.json with images/",
        fields={
            "images": "list of pictures (`image`, a path below images/, in VLAA-Thinking)",
            "problem": "the problem, choices and all; <image> marks the picture's place (`question` in VLAA-Thinking)",
            "answer": "a letter, a number, a formula or a word (`gt` in VLAA-Thinking)",
        },
        source="https://huggingface.co/datasets/ydeng9/OpenVLThinker-grpo-medium",
        citation="Deng et al., OpenVLThinker: Complex Vision-Language Reasoning via Iterative SFT-RL Cycles, "
        "arXiv:2503.17352",
        repository="ydeng9/OpenVLThinker-grpo-medium",
        patterns=("data/*.parquet",),
        notes="The VISTA paper is ambiguous: its text cites ImageNet-Think-250K (no questions), its appendix "
        "OpenVLThinker, which was chosen. VLAA-Thinking is read too, without its parts from held-out sets.",
    )
    layouts = (
        Layout(
            "parquet",
            {split: (f"data/{split}-*.parquet", f"{split}-*.parquet") for split in SPLITS},
            needs=("images", "problem", "answer"),
        ),
        Layout("vlaa", {"train": ("VLAA-Thinking-GRPO-25K.json", "train.json")}, needs=("image", "question", "gt")),
    )

    def read(self, split: str) -> Sequence[Row]:
        """The rows, of VLAA-Thinking without the parts from held-out sets."""
        paths = self.layout.paths(self.root, split)
        rows = Rows(*(paths if self.layout.name == "parquet" else paths[:1]))
        if self.layout.name == "parquet" or self.config.keep_held_out:
            return rows
        return Picked(rows, [number for number, row in enumerate(rows) if not self._held_out(row)])

    def pictures(self, row: Row) -> Sequence[Any]:
        """The pictures."""
        if self.layout.name == "parquet":
            return list(row.need("images", list))
        return [self.root / "images" / row.need("image", str)]

    def to_sample(self, row: Row) -> Sample:
        """The problem without its picture marks; choices stay in its text, where its authors put them."""
        return Sample(
            key=row.key,
            question=self._text(row),
            images=self.images(row),
            answer_format="the letter of a choice, a number, a formula or a word",
        )

    def to_gold(self, row: Row) -> Gold:
        """The answer."""
        return Gold(answer=self._answer(row), kind=self._kind(row), source=row.get("id"))

    def judge(self, row: Row, answer: str | None) -> Score:
        """A choice, a number, or a text."""
        gold = self._answer(row)
        if self._kind(row) == "choice":
            return scoring.multiple_choice(answer, ord(gold[0]) - 65, self._choices(row))
        return scoring.math_equal(None if answer is None else _bare(answer), gold)

    def row_id(self, row: Row) -> str:
        """VLAA-Thinking's id; OpenVLThinker has none."""
        return str(row.get("id") or "")

    def outside(self, row: Row) -> str:
        """There is an answer."""
        return "" if self._answer(row) else "the answer is empty"

    def _text(self, row: Row) -> str:
        return _IMAGE.sub(" ", row.need("problem" if self.layout.name == "parquet" else "question", str)).strip()

    def _answer(self, row: Row) -> str:
        gold = _bare(str(row.need("answer" if self.layout.name == "parquet" else "gt", str, int, float)))
        letter = _LETTER.fullmatch(gold)
        return letter[1] if letter and ord(letter[1]) - 65 < len(self._choices(row)) else gold

    def _choices(self, row: Row) -> list[str]:
        """The choices that the text lists as A, B, C, ..., one a line; none where it lists no two."""
        found = _CHOICE.findall(self._text(row))
        letters = [letter for letter, _ in found]
        in_order = letters == [chr(65 + place) for place in range(len(letters))]
        return [text for _, text in found] if in_order and len(found) > 1 else []

    def _kind(self, row: Row) -> str:
        gold = self._answer(row)
        if len(gold) == 1 and gold.isupper() and self._choices(row):
            return "choice"
        number = scoring.read_number(gold) is not None or scoring.read_value(gold) is not None
        return "number" if number else "text"

    def _held_out(self, row: Row) -> bool:
        source = f"{row.get('id', '')} {row.get('image', '')}".casefold()
        return any(name in source for name in HELD_OUT_SOURCES)


def _bare(text: str) -> str:
    r"""A text without the dollar signs or the \boxed{} around it.

    Example:
        >>> _bare(r"$\boxed{3}$")
        '3'
    """
    text = text.strip()
    while match := _WRAPPED.match(text):
        text = (match[1] if match[1] is not None else match[2]).strip()
    return text

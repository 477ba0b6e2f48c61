"""MapQA: questions about choropleth maps of the states of the USA."""

import json
import re
from pathlib import Path
from typing import Any

from pydantic import Field
from vista_core import Card, DatasetConfig, DatasetTask, Gold, Layout, Row, Rows, Sample, Score, scoring

SPLITS = ("train", "dev", "test")
_PLACES = ("questions", "MapQA_?/questions", "MapQA_?/MapQA_?/questions")
_DASH = re.compile(r"\s*[-‐‑–—−]\s*")


class MapQAConfig(DatasetConfig):
    """Settings of `mapqa`."""

    subsets: tuple[str, ...] | None = Field(None, description="such as MapQA_U; None: all that the copy has")


class MapQA(DatasetTask):
    """Questions about choropleth maps: what a state's value is, which states lie in a range, how states compare.

    Expected below the root: the folders of one or more archives, MapQA_S (synthetic data), MapQA_U (maps of the
      Kaiser Family Foundation in their one style) and MapQA_V (the same data drawn in many styles; the paper calls it
      MapQA-R), each with images/, metadata/, questions/{train,dev,test}-QA.json, questions/answer_vocab.json and
      usa_geo.json. A folder of the same name once more inside is understood, and so is a root that is one subset
      itself.
    Fields: question_id, map_id, question_type (retrieval or relational), question_template_id, question,
      oracle_delexicalized_question, tesseract_delexicalized_question, answer (one, or a list),
      oracle_delexicalized_answer.
    Sizes: about 800,000 questions over 60,000 maps; MapQA_U has 20,789 maps.

    Score: the answer has to be the gold answer: for a list the whole set, in any order, with nothing missing and
    nothing added; for a range, a name, yes or no, or a number the very one (spaces around a dash do not matter). The
    authors publish no scorer; their paper counts an answer as right when it is the gold one.
    Gold also has the delexicalised forms and the map's metadata, where the copy has it.

    Licence: none is stated in the authors' README. Source: https://github.com/OSU-slatelab/MapQA. Cite Chang et al.,
    NeurIPS 2022 workshop on table representation. Fetch by hand: unpack the archives of the Google Drive folder that
    README names.

    The VISTA paper trains on 1,500 problems and tests on 2,000, and does not say of which subset; all that the copy
    has are read, unless the setting `subsets` names some.
    """

    name = "mapqa"
    splits = SPLITS
    licence = "not stated by the authors"
    Config = MapQAConfig
    card = Card(
        tree="MapQA_{S,U,V}/{images/, questions/{train,dev,test}-QA.json, [metadata/], [usa_geo.json]}",
        fields={
            "question_id": "id within the file",
            "map_id": "file name of the map below images/",
            "question_type": "retrieval or relational",
            "question_template_id": "such as retrieval_1",
            "question": "the question; it ends with ` ?`",
            "oracle_delexicalized_question, tesseract_delexicalized_question": "ranges replaced by legend_N",
            "answer": "a text, a number, or a list of texts: then all of them are asked for",
            "oracle_delexicalized_answer": "the answer with ranges replaced by legend_N",
        },
        sizes={},
        source="https://github.com/OSU-slatelab/MapQA",
        citation="Chang et al., MapQA: A Dataset for Question Answering on Choropleth Maps, NeurIPS 2022 workshop on "
        "table representation learning, arXiv:2211.08545",
        manual="Unpack MapQA_S.zip, MapQA_U.zip and MapQA_V.zip, from the Google Drive folder that the source's "
        "README names, into one folder, by hand.",
        notes="The VISTA paper does not say which subset it uses: all that the copy has are read.",
    )
    layouts = (
        Layout(
            "original",
            {split: tuple(f"{place}/{split}-QA.json" for place in _PLACES) for split in SPLITS},
            needs=("map_id", "question", "answer", "question_type"),
        ),
    )

    def present(self) -> tuple[str, ...]:
        """The splits for which a wanted subset is there."""
        return tuple(split for split in SPLITS if self._files(split))

    def read(self, split: str) -> Rows:
        """The rows of the wanted subsets, one after the other."""
        return Rows(*self._files(split))

    def pictures(self, row: Row) -> list[Path]:
        """The map."""
        return [self._base(row) / "images" / row.need("map_id", str)]

    def to_sample(self, row: Row) -> Sample:
        """The question without the space before its question mark."""
        text = re.sub(r"\s+\?$", "?", row.need("question", str).strip())
        form = "yes, no, a value, a range as the legend has it, or a list with commas"
        return Sample(key=row.key, question=text, images=self.images(row), answer_format=form)

    def to_gold(self, row: Row) -> Gold:
        """The answer (a list means all of them), its delexicalised form, and what the map was drawn from."""
        facts = {
            name: row.get(name)
            for name in (
                "question_template_id", "oracle_delexicalized_question", "tesseract_delexicalized_question",
                "oracle_delexicalized_answer",
            )
        }  # fmt: skip
        if metadata := self._metadata(row):
            facts["metadata"] = metadata
        return Gold(answer=self._answer(row), kind=row.need("question_type", str), subset=self._base(row).name, **facts)

    def judge(self, row: Row, answer: str | None) -> Score:
        """The whole set for a list; otherwise the very answer."""
        gold = self._answer(row)
        given = None if answer is None else _DASH.sub("-", answer)
        if isinstance(gold, list):
            return scoring.exact_set(given, [_DASH.sub("-", text) for text in gold])
        if gold.casefold() in ("yes", "no"):
            return scoring.vocabulary(answer, gold, ("yes", "no"))
        if scoring.read_number(gold) is not None:
            return scoring.numeric(answer, gold)
        return scoring.exact_text(given, _DASH.sub("-", gold))

    def row_id(self, row: Row) -> str:
        """Subset and question id."""
        return f"{self._base(row).name}/{row.need('question_id', int, str)}"

    def outside(self, row: Row) -> str:
        """There is an answer."""
        answer = self._answer(row)
        return "" if answer and all(text.strip() for text in answer) else "the answer is empty"

    def _files(self, split: str) -> list[Path]:
        wanted = self.config.subsets
        paths = self.layout.paths(self.root, split)
        return [path for path in paths if wanted is None or path.parent.parent.name in wanted]

    def _base(self, row: Row) -> Path:
        return row.file.parent.parent

    def _metadata(self, row: Row) -> dict[str, Any]:
        """What the map was drawn from; empty where the copy has no metadata."""
        path = self._base(row) / "metadata" / f"{Path(row.need('map_id', str)).stem}.json"
        return json.loads(Path(self.located(path)).read_bytes()) if path.is_file() else {}

    def _answer(self, row: Row) -> str | list[str]:
        answer = row.need("answer", str, int, float, list)
        if not isinstance(answer, list):
            return str(answer)
        if not answer or not all(isinstance(text, str | int | float) for text in answer):
            raise row.wrong("should be texts, and not empty", "answer")
        return [str(text) for text in answer]

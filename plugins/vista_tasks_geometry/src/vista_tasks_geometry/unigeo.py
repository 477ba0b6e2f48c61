"""UniGeo: geometry calculation and proving in English."""

from collections.abc import Sequence
from typing import Any, Literal

from vista_core import Card, DatasetConfig, Gold, Layout, Row, Sample, Score
from vista_core.scoring import exact_text

from vista_tasks_geometry.problems import PickledTask, filled, picture


class UniGeoConfig(DatasetConfig):
    """Settings of `unigeo`.

    Attributes:
        form: Which problems: `calculation` (four choices) or `proving` (a sequence of steps).

    Example:
        >>> from vista_tasks_geometry.unigeo import UniGeoConfig
        >>> UniGeoConfig().form
        'calculation'
    """

    form: Literal["calculation", "proving"] = "calculation"


class UniGeo(PickledTask):
    """UniGeo (Chen et al. 2022).

    Calculation is GeoQA in English: four choices and a program. Proving asks for the steps of a proof, as the tokens of
    the release (`M_0 C_3 E_1 ...`), which have to be the gold ones; its authors report top-10, which one answer cannot
    have. The numbers of a calculation are put in the place of N_0, N_1, ...

    Example:
        >>> from vista_tasks_geometry.unigeo import UniGeo
        >>> UniGeo.Config().form
        'calculation'
    """

    name = "unigeo"
    splits = ("train", "val", "test")
    licence = "not stated"
    Config = UniGeoConfig
    card = Card(
        tree="{calculation,proving}_{train,val,test}.pk, sub_dataset_dict.pk (or all of it below UniGeo/)",
        fields={
            "English_problem": "calculation: the question with N_0, N_1, ... for numbers",
            "image, img": "diagram, an array: calculation (H, W), proving (H, W, 3)",
            "numbers, choices, choice_nums, label": "calculation: as in GeoQA",
            "manual_program, formal_point, answer": "calculation: program, points, Chinese solution (gold)",
            "id": "calculation: number of the problem, as in GeoQA",
            "input_text": "proving: the question",
            "proving_sequence": "proving: the steps (gold)",
            "problem_type": "proving: parallel, triangle, quadrangle, congruent or similarity (gold)",
        },
        source="https://github.com/chen-judge/UniGeo",
        citation="Chen et al. 2022, EMNLP (arXiv:2212.02746)",
        manual="Take UniGeo from the link in the README of chen-judge/UniGeo and unpack it into the root.",
        notes="The 750 test problems of the paper are about the 754 of calculation, which are therefore the default. "
        "Its calculation problems are those of GeoQA: `vista tasks overlap` finds the shared pictures.",
    )
    layouts = (
        Layout(
            "calculation",
            {split: (f"calculation_{split}.pk", f"UniGeo/calculation_{split}.pk") for split in splits},
            needs=("English_problem", "image", "numbers", "choice_nums", "label", "id"),
        ),
        Layout(
            "proving",
            {split: (f"proving_{split}.pk", f"UniGeo/proving_{split}.pk") for split in splits},
            needs=("input_text", "img", "proving_sequence", "problem_type"),
        ),
    )

    def __init__(self, **config: Any) -> None:
        chosen = UniGeoConfig.model_validate({"form": config.get("form", "calculation")}).form
        # A copy has both forms; the setting says which is meant.
        self.layouts = tuple(layout for layout in type(self).layouts if layout.name == chosen)  # type: ignore[misc]
        super().__init__(**config)

    def pictures(self, row: Row) -> list[Any]:
        """The diagram."""
        return [picture(row, "img" if self.config.form == "proving" else "image")]

    def to_sample(self, row: Row) -> Sample:
        """Question, diagram, choices."""
        if self.config.form == "proving":
            form = "the steps of the proof, separated by spaces"
            return Sample(
                key=row.key, question=row.need("input_text", str), images=self.images(row), answer_format=form
            )
        return self.chosen_sample(row, filled(row.need("English_problem", str), row.need("numbers", list)))

    def to_gold(self, row: Row) -> Gold:
        """The right choice and the program; or the proof."""
        if self.config.form == "proving":
            return Gold(answer=_proof(row), kind=row.need("problem_type", str))
        return self.chosen_gold(row)

    def judge(self, row: Row, answer: str | None) -> Score:
        """The right choice by letter, text or value; or the very proof."""
        if self.config.form == "proving":
            return exact_text(answer, _proof(row))
        return self.chosen_score(row, answer)


def _proof(row: Row) -> str:
    steps: Sequence[Any] = row.need("proving_sequence", list)
    return " ".join(str(step) for step in steps)

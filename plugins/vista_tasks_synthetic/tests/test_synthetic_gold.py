"""Gold follows from what is drawn; the scorer accepts it and nothing else."""

import math
import re
from dataclasses import replace
from decimal import Decimal

import numpy as np
import pytest
from synthetic_helpers import LEVELS, all_tasks
from vista_tasks_synthetic.chart import SyntheticChart
from vista_tasks_synthetic.draw.axes import Words, lay_out
from vista_tasks_synthetic.draw.chart import draw_chart
from vista_tasks_synthetic.geometry import SyntheticGeometry
from vista_tasks_synthetic.keyed import generator
from vista_tasks_synthetic.questions import answer_from
from vista_tasks_synthetic.styles import chart_style
from vista_tasks_synthetic.table import SyntheticTable


def by_hand(gold):
    """Answer a list question from the gold's table, written independently of the package."""
    columns = gold.get("series", gold.get("columns"))
    table = {row[0]: dict(zip(columns, map(float, row[1:]), strict=True)) for row in gold["table"]}
    if gold["row"]:
        values = table[gold["row"]]
    else:
        column = gold["column"] if gold["column"] in columns else columns[0]
        values = {name: row[column] for name, row in table.items()}
    numbers = list(values.values())
    named = [values[name] for name in gold["names"]]
    return {
        "value": lambda: named[0],
        "largest": lambda: max(numbers),
        "smallest": lambda: min(numbers),
        "difference": lambda: named[0] - named[1],
        "sum": lambda: named[0] + named[1],
        "which_largest": lambda: next(n for n, v in values.items() if v == max(numbers)),
        "which_smallest": lambda: next(n for n, v in values.items() if v == min(numbers)),
        "second_largest": lambda: sorted(numbers)[-2],
        "count_above": lambda: len([v for v in numbers if v > float(gold["threshold"])]),
        "mean": lambda: sum(numbers) / len(numbers),
        "total": lambda: sum(numbers),
        "ratio": lambda: named[0] / named[1],
        "range": lambda: max(numbers) - min(numbers),
        "share": lambda: 100 * named[0] / sum(numbers),
    }[gold["kind"]]()


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize("kind", [SyntheticChart, SyntheticTable])
def test_list_gold_is_right_by_hand(kind, level):
    task, seen = kind(level=level), set()
    for index in range(400):
        gold = task.gold(f"train/{index}").model_dump()
        expected = by_hand(gold)
        seen.add(gold["kind"])
        if isinstance(expected, str):
            assert gold["answer"] == expected
        else:
            assert float(gold["answer"]) == pytest.approx(expected, abs=0.00501 if "." in gold["answer"] else 1e-9)
    assert seen == set(task.kinds)


def test_level_one_chart_questions_are_the_agreed_ones():
    task = SyntheticChart()
    forms = [
        r"What is the value of ([A-Z][a-z]+)\?", r"What is the largest value\?", r"What is the smallest value\?",
        r"What is the value of ([A-Z][a-z]+) minus ([A-Z][a-z]+)\?",
        r"What is the value of ([A-Z][a-z]+) plus ([A-Z][a-z]+)\?",
    ]  # fmt: skip
    for index in range(200):
        sample = task.sample("validation", index)
        table = {name: int(value) for name, value in task.gold(sample.key).model_dump()["table"]}
        assert 3 <= len(table) <= 6
        assert all(1 <= value <= 99 for value in table.values())
        match = next(m for form in forms if (m := re.fullmatch(form, sample.question)))
        assert set(match.groups()) <= set(table)


def triangle(a, b, c):
    """Angles of a triangle with these sides, in degrees."""
    cos = [(q * q + r * r - p * p) / (2 * q * r) for p, q, r in ((a, b, c), (b, c, a), (c, a, b))]
    return [math.degrees(math.acos(value)) for value in cos]


class Measured:
    """Lengths and angles of a figure, measured in its sketch (which is drawn to scale) by the labels' scale."""

    def __init__(self, data):
        self.at = data.sketch.points
        scales = [float(text) / math.dist(self.at[a], self.at[b]) for a, b, text in data.sketch.lengths]
        assert all(scale == pytest.approx(scales[0], rel=1e-6) for scale in scales), "labels agree with the sketch"
        self.scale = scales[0] if scales else 1.0
        for a, vertex, b, text in data.sketch.angles:
            if text:
                assert self.turn(a, vertex, b) == pytest.approx(float(text[:-1]), abs=1e-6)

    def far(self, one, two):
        return self.scale * math.dist(self.at[one], self.at[two])

    def turn(self, one, vertex, two):
        (x, y), (a, b), (c, d) = self.at[vertex], self.at[one], self.at[two]
        between = math.atan2(b - y, a - x) - math.atan2(d - y, c - x)
        return math.degrees(abs((between + math.pi) % (2 * math.pi) - math.pi))

    def area(self, a, b, c):
        return self.far(b, a) * self.far(b, c) * math.sin(math.radians(self.turn(a, b, c))) / 2


MEASURES = {
    "triangle_angle": lambda m, p: m.turn(p[0], p[2], p[1]),
    "line_angle": lambda m, p: m.turn(p[1], p[0], p[3]),
    "exterior_angle": lambda m, p: m.turn(p[0], p[2], p[3]),
    "isosceles": lambda m, p: m.turn(p[0], p[1], p[2]),
    "inscribed_angle": lambda m, p: m.turn(p[0], p[2], p[1]),
    "hypotenuse": lambda m, p: m.far(p[0], p[1]),
    "leg": lambda m, p: m.far(p[0], p[2]),
    "third_side": lambda m, p: m.far(p[0], p[1]),
    "opposite_side": lambda m, p: m.far(p[0], p[2]),
    "chord": lambda m, p: m.far(p[0], p[1]),
    "tangent_length": lambda m, p: m.far(p[0], p[1]),
    "perimeter": lambda m, p: m.far(p[0], p[1]) + m.far(p[1], p[2]) + m.far(p[2], p[0]),
    "rectangle_area": lambda m, p: m.far(p[0], p[1]) * m.far(p[1], p[2]),
    "rectangle_perimeter": lambda m, p: 2 * (m.far(p[0], p[1]) + m.far(p[1], p[2])),
    "right_area": lambda m, p: m.area(*p[:3]),
    "triangle_area": lambda m, p: m.area(*p[:3]),
    "circle_area": lambda m, p: math.pi * m.far("O", p[0]) ** 2,
    "circumference": lambda m, p: math.pi * m.far(p[0], p[1]),
    "sector_area": lambda m, p: math.pi * m.far("O", p[0]) ** 2 * m.turn(p[0], "O", p[1]) / 360,
}


@pytest.mark.parametrize("level", LEVELS)
def test_geometry_gold_fits_the_drawn_figure(level):
    task, seen = SyntheticGeometry(level=level), set()
    for index in range(250):
        data = task._content("test", index)
        answer = float(task.gold(f"test/{index}").answer)
        seen.add(data.kind)
        assert answer == pytest.approx(MEASURES[data.kind](Measured(data), data.letters), abs=0.0051, rel=1e-9), (
            data.kind
        )
    assert seen == set(task.kinds)


@pytest.mark.parametrize("level", LEVELS)
def test_bars_end_on_the_pixel_row_of_their_value(level):
    """The picture itself is measured: the bar's colour begins exactly where the axis has its value."""
    task, checked = SyntheticChart(level=level), 0
    for index in range(60):
        data = task._content("train", index)
        if data.form != "bars" or len(data.series) > 1:
            continue
        style = chart_style(generator("look", index), level, None)
        style = replace(style, noise=0, jpeg=None, value_labels=False, ticks=True, outline=False, per_bar_colours=False)
        pixels = np.asarray(draw_chart(data, style, generator("ink", index))).astype(int)
        words = Words(data.names, data.series, data.title, data.axis_title)
        frame = lay_out(style.size, style, words, data.peak, data.resolution, horizontal=False)
        assert frame.scale * data.resolution >= Decimal("1.4"), "one step of value is visible"
        for n, value in enumerate(data.values[0]):
            column = pixels[:, round(frame.centre(n, len(data.names)))]
            ink, top = column[frame.bottom - 1], frame.at(value)
            assert (column[top : frame.bottom] == ink).all()
            assert (column[top - 1] != ink).any()
        checked += 1
    assert checked >= (5 if level < 3 else 0)


@pytest.mark.parametrize("task", all_tasks(), ids=lambda t: f"{t.name}-{t.config.level}")
def test_the_scorer_accepts_gold_and_nothing_else(task):
    keys = [f"validation/{i}" for i in range(60)]
    golds = [task.gold(key) for key in keys]
    for number, (key, gold) in enumerate(zip(keys, golds, strict=True)):
        assert task.score(key, gold.answer).correct
        assert task.score(key, f" {gold.answer} ").value == 1.0
        other = golds[(number + 1) % len(golds)].answer
        tolerance = task._question("validation", number).tolerance
        numbers = all(re.fullmatch(r"-?[\d.]+", text) for text in (other, gold.answer))
        near = numbers and abs(Decimal(other) - Decimal(gold.answer)) <= tolerance
        assert task.score(key, other).correct == (other == gold.answer or near)
        hedges = [f"{gold.answer} or 12", f"{gold.answer} {gold.answer}1", f"not {gold.answer}", f"{gold.answer}, 3, 5"]
        for wrong in (None, "", "  ", "unknown", ".", *hedges):
            score = task.score(key, wrong)
            assert not score.correct and score.value == 0.0, (gold.answer, wrong)


def test_rounded_answers_have_a_tolerance_of_one_hundredth_only():
    task = SyntheticTable(level=2, kinds=("mean",))
    key = next(f"train/{i}" for i in range(50) if len(task.gold(f"train/{i}").answer.partition(".")[2]) == 2)
    gold = Decimal(task.gold(key).answer)
    assert task.score(key, str(gold + Decimal("0.01"))).correct
    assert not task.score(key, str(gold + Decimal("0.02"))).correct


def test_level_one_wants_the_very_number():
    for index in range(50):
        question = SyntheticChart()._question("train", index)
        assert question.tolerance == 0


@pytest.mark.parametrize("kind", ["value", "difference", "total", "mean", "ratio", "share"])
def test_a_reading_nearer_to_its_step_than_to_the_next_is_right(kind):
    """Every value misread by 0.4 steps still gives a right answer, and one by more than two steps a wrong one."""
    task = SyntheticChart(level=3, kinds=(kind,))
    for index in range(60):
        data, question = task._content("train", index), task._question("train", index)
        if data.form == "pie" or question.plan.row:
            continue
        row = data.values[data.series.index(question.plan.column)]
        for off, right in (("0.4", True), ("-0.4", True), ("2.5", False)):
            if not right and kind != "value":
                continue
            read = tuple(value + Decimal(off) * data.resolution for value in row)
            named = tuple(read[data.names.index(name)] for name in question.plan.labels)
            answer = answer_from(question.plan, data.names, read, named)
            assert task.score(f"train/{index}", answer).correct == right

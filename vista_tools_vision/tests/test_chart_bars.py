"""The chart reader on bar charts drawn here with Pillow: kinds, themes, turned labels, and pictures of no chart."""

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
import pytest
from vista_tools_vision.backends import paddle_engine
from vista_tools_vision.chart.reader import read_chart
from vista_tools_vision.chart.scene import ChartUnreadable

INKS = ("#1f77b4", "#ff7f0e", "#2ca02c")
NAMES = ["Norway", "Japan", "Kenya", "Peru"]
SIZE = (640, 460)
PLOT = (90, 60, 500, 380)


def face(size: int = 15) -> PIL.ImageFont.FreeTypeFont:
    return PIL.ImageFont.load_default(size)


def draw(
    rows: dict[str, list[float]],
    *,
    names: list[str] = NAMES,
    lying: bool = False,
    stacked: bool = False,
    top: float = 100,
    low: float = 0,
    form: str = "{:g}",
    page: str = "white",
    panel: str | None = None,
    text: str = "black",
    grid: str | None = "#d8d8d8",
    legend: bool = True,
    labels: bool = False,
    scale: bool = True,
    turn: int = 0,
    title: str = "",
    side_title: str = "",
) -> np.ndarray:
    """A bar chart to the pixel; RGB uint8."""
    image = PIL.Image.new("RGB", SIZE, page)
    pen = PIL.ImageDraw.Draw(image)
    left, high, right, base = PLOT
    pen.rectangle(PLOT, fill=panel or page)
    length = (right - left) if lying else (base - high)

    def place(value: float) -> int:
        along = round((value - low) / (top - low) * length)
        return left + along if lying else base - along

    for i in range(6):
        value = low + i * (top - low) / 5
        at = place(value)
        if grid:
            pen.line((at, high, at, base) if lying else (left, at, right, at), fill=grid)
        if scale:
            spot, anchor = ((at, base + 6), "mt") if lying else ((left - 8, at), "rm")
            pen.text(spot, form.format(value), font=face(), fill=text, anchor=anchor)
    slot = ((base - high) if lying else (right - left)) / len(names)
    wide = 0.7 * slot / (1 if stacked else len(rows))
    for n, name in enumerate(names):
        start = (high if lying else left) + (n + 0.15) * slot
        reached = 0.0
        for s, values in enumerate(rows.values()):
            value, from_ = values[n], reached if stacked else 0.0
            a, b = sorted((place(from_), place(from_ + value)))
            x, y = round(start + (0 if stacked else s * wide)), round(start + (0 if stacked else s * wide) + wide)
            if b > a:
                pen.rectangle((a, x, b - 1, y - 1) if lying else (x, a, y - 1, b - 1), fill=INKS[s])
            if labels:
                pen.text(((x + y) / 2, a - 4), form.format(value), font=face(13), fill=text, anchor="mb")
            reached += value if stacked else 0.0
        middle = start + 0.35 * slot
        if turn:
            width = int(face().getlength(name)) + 4
            stamp = PIL.Image.new("L", (width, 22), 0)
            PIL.ImageDraw.Draw(stamp).text((2, 11), name, font=face(), fill=255, anchor="lm")
            stamp = stamp.rotate(turn, expand=True, resample=PIL.Image.Resampling.BICUBIC)
            image.paste(text, (round(middle - stamp.width / 2), base + 8), stamp)
        else:
            spot, anchor = ((left - 8, middle), "rm") if lying else ((middle, base + 6), "mt")
            pen.text(spot, name, font=face(), fill=text, anchor=anchor)
    if legend and len(rows) > 1:
        for s, name in enumerate(rows):
            y = 80 + 26 * s
            pen.rectangle((516, y - 7, 530, y + 7), fill=INKS[s])
            pen.text((538, y), name, font=face(), fill=text, anchor="lm")
    if title:
        pen.text((SIZE[0] / 2, 24), title, font=face(22), fill=text, anchor="mm")
    if side_title:
        stamp = PIL.Image.new("L", (160, 24), 0)
        PIL.ImageDraw.Draw(stamp).text((80, 12), side_title, font=face(16), fill=255, anchor="mm")
        image.paste(text, (10, 140), stamp.rotate(90, expand=True))
    return np.asarray(image)


def read(image: np.ndarray):
    return read_chart(image, paddle_engine(1))


def values(scene) -> dict[tuple[str, str], float]:
    columns, rows = scene.table()
    return {(row[0], column): float(cell) for row in rows for column, cell in zip(columns[1:], row[1:], strict=True)}


def expected(rows: dict[str, list[float]], head: str = "") -> dict[tuple[str, str], float]:
    return {(n, head or s): v for s, row in rows.items() for n, v in zip(NAMES, row, strict=True)}


def close(true: dict, slack: float) -> dict:
    return {key: pytest.approx(value, abs=slack) for key, value in true.items()}


ONE = {"Sales": [63, 21, 88, 40]}
THREE = {"North": [63, 21, 88, 40], "South": [15, 74, 33, 92], "West": [48, 57, 9, 66]}
PILED = {"North": [23, 11, 38, 20], "South": [15, 34, 13, 22], "West": [28, 17, 29, 36]}


def test_single_bars_with_titles():
    scene = read(draw(ONE, title="Export of goods", side_title="Tonnes"))
    assert (scene.kind, scene.orientation, scene.arrangement) == ("bar", "vertical", "single")
    assert scene.title == "Export of goods"
    assert scene.table()[0] == ["Name", "Tonnes"]
    assert values(scene) == close(expected(ONE, "Tonnes"), 0.5)
    assert scene.y.scale == "linear"
    assert scene.x.scale == "category"
    assert {m.source for m in scene.marks} == {"scale"}
    assert scene.plot.left == pytest.approx(90, abs=3)


def test_bars_are_boxed_to_the_pixel():
    mark = read(draw(ONE)).marks[0]
    wide = 0.7 * 410 / 4
    left = round(90 + 0.15 * 410 / 4)
    assert mark.box == (left, 380 - round(0.63 * 320), round(90 + 0.15 * 410 / 4 + wide), 380)


def test_grouped_bars_are_told_apart_by_the_legend():
    scene = read(draw(THREE))
    assert scene.arrangement == "grouped"
    assert [s.name for s in scene.series] == ["North", "South", "West"]
    assert [e.colour for e in scene.legend] == list(INKS)
    assert values(scene) == close(expected(THREE), 0.5)


def test_lying_bars():
    scene = read(draw(ONE, lying=True))
    assert (scene.orientation, scene.arrangement) == ("horizontal", "single")
    assert values(scene) == close(expected(ONE, "Value"), 0.5)


@pytest.mark.parametrize("lying", [False, True])
def test_stacked_bars_have_their_own_lengths(lying):
    scene = read(draw(PILED, stacked=True, lying=lying))
    assert scene.arrangement == "stacked"
    assert values(scene) == close(expected(PILED), 0.7)


def test_dark_page_with_a_panel():
    scene = read(draw(THREE, page="#11161c", panel="#1d242d", text="#e8eef2", grid="#39434f"))
    assert scene.theme == "dark"
    assert (scene.page, scene.panel) == ("#11161c", "#1d242d")
    assert values(scene) == close(expected(THREE), 0.5)


@pytest.mark.parametrize("turn", [45, 90])
def test_turned_names(turn):
    assert values(read(draw(ONE, turn=turn))) == close(expected(ONE, "Value"), 0.5)


def test_negative_values_hang_below_the_line():
    rows = {"Change": [63, -21, -48, 40]}
    assert values(read(draw(rows, low=-100))) == close(expected(rows, "Value"), 1)


def test_units_of_the_axis_count():
    rows = {"Cost": [2.5e6, 1e6, 4.5e6, 3e6]}
    image = draw({"Cost": [v / 1e6 for v in rows["Cost"]]}, top=5, form="${:g}M")
    scene = read(image)
    assert scene.y.unit == "$"
    assert values(scene) == close(expected(rows, "Value"), 25000)


def test_labels_on_bars_are_exact_and_need_no_scale():
    rows = {"Sales": [4817, 1203, 3977, 2650]}
    scene = read(draw(rows, top=5000, labels=True, scale=False, grid=None))
    assert values(scene) == expected(rows, "Value")
    assert {m.source for m in scene.marks} == {"label"}


def test_a_missing_name_is_not_made_up():
    scene = read(draw(ONE, names=["Norway", "", "Kenya", "Peru"]))
    assert [row[0] for row in scene.table()[1]] == ["Norway", "", "Kenya", "Peru"]
    assert any("could not be read" in note for note in scene.notes)


def test_colours_without_a_legend_are_series_without_names():
    scene = read(draw(THREE, legend=False))
    assert scene.table()[0] == ["Name", "series 1", "series 2", "series 3"]
    assert any("no legend" in note for note in scene.notes)


def test_a_large_picture_comes_back_in_its_own_pixels():
    image = np.asarray(PIL.Image.fromarray(draw(ONE)).resize((2560, 1840), PIL.Image.Resampling.LANCZOS))
    scene = read(image)
    assert (scene.width, scene.height) == (2560, 1840)
    assert scene.y.pixel_of(0) == pytest.approx(4 * 380, abs=8)
    assert scene.marks[0].box.bottom == pytest.approx(4 * 380, abs=8)
    assert values(scene) == close(expected(ONE, "Value"), 0.7)


def noise(shape: tuple[int, int, int]) -> np.ndarray:
    return np.random.default_rng(0).integers(0, 256, shape, np.uint8)


@pytest.mark.parametrize(
    ("image", "found"),
    [
        (np.zeros((1, 1, 3), np.uint8), "1x1 pixels"),
        (np.full((300, 400, 3), 255, np.uint8), "one colour, #ffffff"),
        (noise((240, 320, 3)), "found"),
        (np.tile(np.linspace(0, 255, 400, dtype=np.uint8)[None, :, None], (300, 1, 3)), "found"),
        (draw(ONE, scale=False), "no scale of numbers"),
        (draw(ONE, names=[""] * 4), "no names"),
    ],
    ids=["tiny", "blank", "noise", "gradient", "no numbers", "no names"],
)
def test_what_is_no_chart_is_named(image, found):
    with pytest.raises(ChartUnreadable, match=found):
        read(image)


def test_without_titles_plain_bars_take_the_fast_path_and_others_do_not(monkeypatch):
    from vista_tools_vision.chart import reader

    frames = []
    whole = reader.read_frame
    monkeypatch.setattr(reader, "read_frame", lambda *a: frames.append(1) or whole(*a))
    engine = paddle_engine(1)
    assert values(read_chart(draw(ONE, grid=None), engine, title=False)) == expected(ONE, "Value")
    assert not frames
    stacked = read_chart(draw(PILED, stacked=True), engine, title=False)
    assert frames
    assert values(stacked) == close(expected(PILED), 0.7)


def test_bars_that_stand_for_nothing_are_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("vista_tools_vision.chart.bars._categories", lambda frame, axis, slots: [])
    with pytest.raises(ChartUnreadable, match="nothing that says what they stand for"):
        read_chart(np.asarray(draw({"": [30, 60, 45, 80]})), paddle_engine(1))

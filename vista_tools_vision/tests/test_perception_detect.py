"""`grounding_dino` with the classical backend: phrases, colours, shapes, text, tables and figures."""

import math

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
import pytest
import vista_core as vista
from hypothesis import given, settings
from hypothesis import strategies as st
from vista_tools_vision.perception import colours
from vista_tools_vision.perception.boxes import Found, suppress
from vista_tools_vision.perception.phrases import MAX_PHRASES, Phrase, parse


@pytest.fixture(scope="module")
def detector() -> vista.Tool:
    return vista.load("tool", "grounding_dino", backend="classical")


def polygon(count: int, x: float, y: float, radius: float, turn: float = 0.0) -> list[tuple[float, float]]:
    angles = [turn + 2 * math.pi * k / count for k in range(count)]
    return [(x + radius * math.cos(a), y + radius * math.sin(a)) for a in angles]


@pytest.fixture(scope="module")
def scene() -> PIL.Image.Image:
    picture = PIL.Image.new("RGB", (640, 420), "white")
    pen = PIL.ImageDraw.Draw(picture)
    pen.rectangle((20, 20, 99, 99), fill=(210, 30, 30))
    pen.ellipse((140, 20, 219, 99), fill=(30, 60, 200))
    pen.polygon(polygon(3, 300, 65, 45, -math.pi / 2), fill=(30, 140, 60))
    pen.rectangle((380, 40, 499, 79), fill=(148, 103, 189))
    pen.polygon(polygon(6, 570, 60, 42), fill=(23, 190, 207))
    pen.ellipse((20, 150, 119, 199), fill=(255, 140, 0))
    star = [
        p for pair in zip(polygon(5, 190, 175, 48), polygon(5, 190, 175, 19, math.pi / 5), strict=True) for p in pair
    ]
    pen.polygon(star, fill=(230, 120, 195))
    pen.polygon(polygon(4, 300, 175, 45), fill=(140, 86, 75))
    pen.ellipse((380, 130, 459, 209), outline="black", width=3)
    side, cx, cy = 45, 560, 180
    hexagon = polygon(6, cx, cy, side, math.pi / 6)
    for corners, colour in (((4, 5, 3), (230, 60, 60)), ((3, 2, 1), (170, 30, 30)), ((5, 0, 1), (110, 20, 20))):
        around = [hexagon[k] for k in corners]
        face = [*around, (cx, cy)] if corners[0] != 4 else [hexagon[3], hexagon[4], hexagon[5], (cx, cy)]
        pen.polygon(face, fill=colour)
    font = PIL.ImageFont.load_default(26)
    pen.text((20, 250), "Total 47", fill="black", font=font)
    pen.text((220, 250), "Subtotal 1,250.5", fill="black", font=font)
    return picture


TRUTH = {
    "red square": (20, 20, 100, 100),
    "blue circle": (140, 20, 220, 100),
    "green triangle": (261, 20, 339, 88),
    "purple rectangle": (380, 40, 500, 80),
    "cyan hexagon": (528, 24, 612, 97),
    "orange ellipse": (20, 150, 120, 200),
    "pink star": (151, 129, 238, 221),
    "brown diamond": (255, 130, 345, 220),
    "black circle": (380, 130, 460, 210),
    "red cube": (521, 135, 599, 225),
}


def test_each_phrase_finds_its_shape_and_nothing_else(detector, scene):
    output = detector(images=[scene], caption=". ".join(TRUTH)).data
    found = {d.phrase: d.box for d in output.detections}
    assert found.keys() == TRUTH.keys() and len(output.detections) == len(TRUTH)
    for phrase, box in TRUTH.items():
        assert found[phrase] == pytest.approx(box, abs=3), phrase
    assert output.size == (640, 420) and output.not_searched == []


def test_what_is_not_there_is_not_found(detector, scene):
    absent = "green circle. red circle. yellow object. blue square. red hexagon. sphere. cylinder. white circle. cross"
    assert detector(images=[scene], caption=absent).text == "Nothing of this was found."


def test_without_a_colour_every_colour_counts(detector, scene):
    found = detector(images=[scene], caption="circle").data.detections
    assert sorted(d.box[0] for d in found) == pytest.approx([140, 380], abs=3)
    assert len(detector(images=[scene], caption="objects").data.detections) == len(TRUTH)


def test_gradients_and_writing_make_no_solids_and_shading_does(detector):
    picture = np.full((240, 560, 3), 250, np.uint8)
    ramp = np.linspace(0, 1, 120)[:, None, None]
    picture[60:180, 30:90] = (1 - ramp) * np.array([120, 160, 240]) + ramp * np.array([20, 50, 160])
    page = PIL.Image.fromarray(picture)
    pen = PIL.ImageDraw.Draw(page)
    pen.polygon(polygon(6, 190, 120, 60), fill=(30, 60, 200))
    pen.text((190, 120), "5", fill="white", font=PIL.ImageFont.load_default(70), anchor="mm")
    pen.ellipse((290, 60, 409, 179), fill=(150, 60, 190))  # a ball with a highlight
    pen.ellipse((315, 80, 345, 105), fill=(225, 190, 240))
    pen.ellipse((450, 160, 529, 186), fill=(40, 160, 70))  # a cylinder in two tones
    pen.rectangle((450, 60, 529, 173), fill=(40, 160, 70))
    pen.ellipse((450, 47, 529, 73), fill=(90, 210, 120))
    found = detector(images=[page], caption="cube. sphere. cylinder. rectangle. hexagon").data.detections
    assert {d.phrase: d.box[0] for d in found} == pytest.approx(
        {"rectangle": 30, "hexagon": 130, "sphere": 290, "cylinder": 450}, abs=3
    )


def test_a_dark_line_around_a_shape_is_no_shape_of_its_own(detector):
    page = PIL.Image.new("RGB", (300, 200), (205, 205, 205))
    PIL.ImageDraw.Draw(page).polygon(polygon(4, 100, 100, 60), fill=(240, 220, 40), outline="black", width=3)
    found = detector(images=[page], caption="yellow diamond. black diamond. black object").data.detections
    assert [d.phrase for d in found] == ["yellow diamond"]


def test_words_are_found_whole_and_narrowed_to_their_part_of_a_line(detector, scene):
    found = detector(images=[scene], caption='text "total"').data.detections
    assert len(found) == 1, "not in Subtotal"
    assert found[0].box == pytest.approx((18, 250, 82, 278), abs=9)
    (number,) = detector(images=[scene], caption='the number "1,250.5"').data.detections or [None]
    assert number is None, "its line is no number"
    assert len(detector(images=[scene], caption="text").data.detections) == 2


def test_a_caption_is_read_as_far_as_it_is_known(detector, scene):
    seen = detector(images=[scene], caption="a red square. two cats. dirty blue circle")
    assert [d.phrase for d in seen.data.detections] == ["a red square"]
    assert seen.data.not_searched == ["two cats", "dirty blue circle"]
    assert (
        seen.text.splitlines()[1] == "Not looked for, as this detector does not know it: two cats; dirty blue circle."
    )
    with pytest.raises(vista.ToolFailed, match=r"does not know 'cat'. It knows: shapes \(circle"):
        detector(images=[scene], caption="cat.")


@pytest.mark.parametrize(
    ("caption", "known"),
    [
        ("Red Cube.", [Phrase("Red Cube", "cube", "red")]),
        ("blue ball and grey discs", [Phrase("blue ball", "sphere", "blue"), Phrase("grey discs", "circle", "grey")]),
        ('text "No. 5, left"', [Phrase('text "No. 5, left"', "text", None, "No. 5, left")]),
        ("“Total”", [Phrase("“Total”", "text", None, "Total")]),
        ("red", [Phrase("red", "object", "red")]),
        ("charts; tables", [Phrase("charts", "figure"), Phrase("tables", "table")]),
        ("red red cube. red table. cube sphere. ''. ...", []),
        ("circle. circle", [Phrase("circle", "circle")]),
    ],
)  # fmt: skip
def test_captions_are_read_phrase_by_phrase(caption, known):
    assert parse(caption)[0] == known


@given(st.text(max_size=300))
@settings(max_examples=60, deadline=None)
def test_any_caption_can_be_read(caption):
    known, unknown = parse(caption)
    assert len(known) + len(unknown) <= MAX_PHRASES


@pytest.mark.parametrize(
    ("rgb", "word"),
    [
        ((255, 0, 0), "red"), ((139, 0, 0), "red"), ((255, 165, 0), "orange"), ((255, 255, 0), "yellow"),
        ((0, 128, 0), "green"), ((127, 255, 0), "green"), ((0, 128, 128), "cyan"), ((0, 0, 128), "blue"),
        ((70, 130, 180), "blue"), ((128, 0, 128), "purple"), ((255, 192, 203), "pink"), ((255, 0, 255), "magenta"),
        ((139, 69, 19), "brown"), ((0, 0, 0), "black"), ((128, 128, 128), "grey"), ((255, 255, 255), "white"),
    ],
)  # fmt: skip
def test_well_known_colours_have_their_name(rgb, word):
    fits = {name: colours.fit(np.array(rgb), name) for name in colours.WORDS}
    assert max(fits, key=lambda name: fits[name]) == word
    assert fits[word] > 0.5


@given(rgb=st.tuples(*[st.integers(0, 255)] * 3))
@settings(max_examples=200, deadline=None)
def test_a_pixel_that_fits_a_word_is_in_its_mask(rgb):
    picture = np.full((1, 1, 3), rgb, np.uint8)
    for word in colours.WORDS:
        if colours.fit(np.array(rgb), word) > 0.5:
            assert colours.pixels(picture, word)[0, 0], word


@pytest.mark.parametrize("rules", [True, False])
def test_tables_and_figures_of_a_page_are_told_apart(detector, bars, table_picture, rules):
    page = PIL.Image.new("RGB", (900, 1000), "white")
    pen = PIL.ImageDraw.Draw(page)
    for y, line in (
        (40, "The sales of fruit rose in most towns of the region, and fell in two."),
        (76, "Mangoes led."),
    ):
        pen.text((60, y), line, font=PIL.ImageFont.load_default(22), fill="black")
    page.paste(bars(["Mango", "Kiwi", "Pear"], [47, 12, 33], size=(560, 400)), (150, 150))
    rows = [["Fruit", "May", "June"], ["Mango", "47", "50"], ["Kiwi", "12", "9"], ["Pear", "33", "31"]]
    page.paste(table_picture(rows, rules=rules, row_height=44), (200, 700))
    output = detector(images=[page], caption="table. figure").data
    found = {d.phrase: d.box for d in output.detections}
    assert len(output.detections) == 2
    left, top, right, bottom = found["table"]
    assert 195 <= left <= 225 and 695 <= top <= 725 and 480 <= right <= 605 and 850 <= bottom <= 890
    left, top, right, bottom = found["figure"]
    assert 150 <= left <= 205 and 190 <= top <= 240 and 690 <= right <= 715 and 515 <= bottom <= 552


def test_a_table_found_is_no_figure_and_a_chart_is_no_table(detector, bars, table_picture):
    chart = bars(["Mango", "Kiwi"], [47, 12], grid=True)
    assert {d.phrase for d in detector(images=[chart], caption="table. figure").data.detections} == {"figure"}
    table = table_picture([["Day", "Pizzas"], ["Friday", "5"], ["Sunday", "12"]])
    assert {d.phrase for d in detector(images=[table], caption="table. figure").data.detections} == {"table"}


def test_calls_for_one_picture_share_its_search(detector, scene, monkeypatch):
    reads = []
    engine = type(detector.detector._engine)
    plain = engine.detect
    monkeypatch.setattr(engine, "detect", lambda self, image: reads.append(1) or plain(self, image))
    image = vista.Image.of(scene)
    context = vista.ToolContext(images=[image], reads={"image"})
    results = detector.run_batch(
        [(detector.args_model(caption=c), context) for c in ('"Total"', "text", "circle", "cat")]
    )
    assert len(reads) == 1
    assert [len(r.detections) for r in results[:3]] == [1, 2, 2] and isinstance(results[3], vista.ToolFailed)


def test_detections_are_drawn_where_it_is_wanted(scene):
    drawing = vista.load("tool", "grounding_dino", backend="classical", config={"rendering": {"picture": True}})
    seen = drawing(images=[scene], caption="red square")
    assert seen.images[0].size == (640, 420)
    assert not np.array_equal(seen.images[0].array, np.asarray(scene))


def test_of_boxes_that_overlap_the_surest_stays():
    kept = suppress(
        [Found((0, 0, 10, 10), "a", 0.5), Found((0, 0, 10, 9.5), "b", 0.9), Found((5, 5, 15, 15), "c", 0.1)], 0.8
    )
    assert [f.phrase for f in kept] == ["b", "c"]


def test_boxes_of_a_large_picture_are_those_of_its_own_pixels(detector, scene):
    large = scene.resize((2560, 1680), PIL.Image.Resampling.LANCZOS)
    (found,) = detector(images=[large], caption="red square").data.detections
    assert found.box == pytest.approx((80, 80, 400, 400), abs=8)

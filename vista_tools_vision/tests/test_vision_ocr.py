"""The tool `easyocr` on pictures drawn here."""

import sys
import types
from pathlib import Path

import numpy as np
import PIL.Image
import pytest
import vista_core as vista
from vista_tools_vision.ocr_engine import NUMBER_ALPHABET, PaddleOCR

from vista_tools_vision import backends


def words(image: PIL.Image.Image, *placed: tuple[str, tuple[int, int]]) -> PIL.Image.Image:
    import PIL.ImageDraw
    import PIL.ImageFont

    pen = PIL.ImageDraw.Draw(image)
    for text, at in placed:
        pen.text(at, text, font=PIL.ImageFont.load_default(20), fill="black")
    return image


@pytest.fixture(scope="module")
def page() -> PIL.Image.Image:
    return words(
        PIL.Image.new("RGB", (320, 200), "white"),
        ("Total 84", (20, 20)),
        ("North", (20, 90)),
        ("South", (200, 90)),
        ("12.50", (200, 150)),
    )


ROWS = [["Day", "Pizzas", "Price"], ["Friday", "5", "$1.97"], ["Sunday", "10", "$3.46"], ["Monday", "8", "$12.06"]]


def test_all_text_comes_in_reading_order_with_boxes(ocr, page):
    seen = ocr(images=[page])
    assert seen.text == "Total 84\nNorth\nSouth\n12.50"
    north = seen.data.detections[1]
    assert north.confidence > 0.9
    assert north.box == pytest.approx((20, 92, 75, 110), abs=8)


def test_boxes_are_written_where_the_settings_ask_for_them(page):
    tool = vista.load("tool", "easyocr", backend="rapidocr", config={"rendering": {"boxes": True}})
    assert tool(images=[page]).text.splitlines()[1].startswith("North [")


def test_a_picture_with_the_boxes_and_limits_come_where_the_settings_ask_for_them(page):
    config = {"rendering": {"picture": True, "max_rows": 2}}
    seen = vista.load("tool", "easyocr", backend="rapidocr", config=config)(images=[page])
    assert seen.text == "Total 84\nNorth\n... (2 more lines)"
    assert seen.images[0].size == page.size and not np.array_equal(seen.images[0].array, np.asarray(page))
    assert len(seen.data.detections) == 4


def test_a_very_large_picture_is_read_in_a_copy_and_told_in_its_own_pixels(ocr, page):
    seen = ocr(images=[page.resize((4800, 3000))], task="extract_table", row_tolerance=150)
    assert seen.data.rows == [["Total 84", ""], ["North", "South"], ["", "12.50"]]
    north = next(d for d in seen.data.detections if d.text == "North")
    assert north.box == pytest.approx((300, 1380, 1125, 1650), abs=130)


def test_a_region_is_read_in_coordinates_of_the_whole_picture(ocr, page):
    seen = ocr(images=[page], task="extract_by_region", region=[180, 70, 320, 130])
    assert seen.text == "South"
    assert seen.data.detections[0].box == pytest.approx((200, 92, 257, 110), abs=8)


def test_detect_only_gives_boxes_and_recognize_only_reads_one_line(ocr, page):
    seen = ocr(images=[page], task="detect_only")
    assert len(seen.text.splitlines()) == 4
    assert all(d.text == "" for d in seen.data.detections)
    assert ocr(images=[page.crop((10, 15, 130, 50))], task="recognize_only").text == "Total 84"


@pytest.mark.parametrize("rules", [True, False])
def test_a_table_is_read_cell_by_cell(ocr, table_picture, rules):
    seen = ocr(images=[table_picture(ROWS, title="Pizzas sold", rules=rules)], task="extract_table")
    assert seen.data.rows == ROWS
    assert seen.data.title == "Pizzas sold"
    assert seen.text.splitlines()[:2] == ["Pizzas sold", "Day | Pizzas | Price"]


def test_an_empty_cell_stays_empty(ocr, table_picture):
    rows = [*ROWS[:2], ["Sunday", "", "$3.46"], *ROWS[3:]]
    assert ocr(images=[table_picture(rows)], task="extract_table").data.rows == rows


def test_leaves_of_a_stem_and_leaf_table_are_parted(ocr, table_picture):
    rows = [["Stem", "Leaf"], ["1", "2 4 9"], ["2", "0 7"]]
    seen = ocr(images=[table_picture(rows)], task="extract_table")
    assert seen.data.rows == [["Stem", "Leaf"], ["1", "2, 4, 9"], ["2", "0, 7"]]


def test_what_is_read_unsurely_is_left_out(ocr, page):
    assert ocr(images=[page], min_confidence=1.0).text != ""
    sure = ocr(images=[page], min_confidence=0.99).data.detections
    assert all(d.confidence >= 0.99 for d in sure)


def test_bad_arguments_name_their_field(ocr, page):
    for arguments, field in (
        ({"task": "read"}, "task"),
        ({"task": "extract_by_region"}, "region"),
        ({"region": [50, 20, 10, 40]}, "region"),
        ({"region": [500, 500, 600, 600]}, "region"),
        ({"min_confidence": 2}, "min_confidence"),
        ({"image": 3}, "image"),
        ({"language": "en"}, "language"),
    ):
        with pytest.raises(vista.ToolArgumentError) as caught:
            ocr(images=[page], **arguments)
        assert field in str(caught.value)


@pytest.mark.parametrize("task", ["detect_and_recognize", "detect_only", "recognize_only", "extract_table"])
def test_odd_pictures_give_tool_errors_only(ocr, odd_picture, task):
    try:
        seen = ocr(images=[odd_picture], task=task)
    except vista.ToolError as error:
        assert str(error)
    else:
        assert seen.text


def test_a_picture_without_text_says_so(ocr):
    blank = PIL.Image.new("RGB", (200, 100), "white")
    assert ocr(images=[blank]).text == "No text was found."
    with pytest.raises(vista.ToolFailed, match="no table"):
        ocr(images=[blank], task="extract_table")


def test_a_huge_picture_is_refused_before_it_is_decoded(ocr):
    import io

    stored = io.BytesIO()
    PIL.Image.new("1", (20_000, 20_000)).save(stored, "PNG")
    with pytest.raises((vista.ImageError, vista.ToolArgumentError)):
        ocr(images=[stored.getvalue()])


def test_the_alphabet_can_be_restricted(page):
    engine = PaddleOCR()
    crop = np.asarray(page.crop((190, 145, 270, 180)))
    assert engine.recognize([crop], NUMBER_ALPHABET)[0].text == "12.50"
    forced = engine.recognize([np.asarray(page.crop((10, 85, 90, 120)))], "0123456789")[0]
    assert forced.confidence < 0.5 or not forced.text


def test_detection_agrees_with_rapidocr_itself(page):
    rapidocr = pytest.importorskip("rapidocr")
    detection, recognition = backends.model_files()
    theirs = rapidocr.RapidOCR(
        params={
            "Global.log_level": "critical",
            "Global.use_cls": False,
            "Det.model_path": str(detection),
            "Rec.model_path": str(recognition),
        }
    )(np.asarray(page)[:, :, ::-1])
    engine = PaddleOCR()
    found = engine.detect(np.asarray(page), short_side=736)
    lines = engine.read_quads(np.asarray(page), [quad for quad, _ in found])
    assert [line.text for line in lines] == list(theirs.txts)
    for (quad, _), other in zip(found, theirs.boxes, strict=True):
        assert np.abs(quad - other).max() < 4


def test_a_missing_package_has_a_remedy(monkeypatch):
    monkeypatch.setattr(backends, "model_files", lambda: None)
    assert "rapidocr" in backends.RAPIDOCR.probe().remedy
    monkeypatch.setattr(backends, "find_spec", lambda name: None)
    assert "vista-tools-vision[easyocr]" in backends.EASYOCR.probe().remedy


def test_easyocr_runs_in_worker_processes_which_are_replaced():
    """It leaks, and is not safe for threads; the executor's own tests hold that workers are replaced."""
    assert backends.EASYOCR.executor == "process"
    assert backends.EASYOCR.max_batch_size == 1


def test_easyocr_without_weights_says_which_and_where(monkeypatch, tmp_path):
    monkeypatch.setattr(backends, "find_spec", lambda name: object())
    monkeypatch.setenv("EASYOCR_MODULE_PATH", str(tmp_path))
    problem = backends.EASYOCR.probe()
    assert "craft_mlt_25k.pth" in problem.problem
    assert str(tmp_path) in problem.problem
    (tmp_path / "model").mkdir()
    for name in ("craft_mlt_25k.pth", "english_g2.pth"):
        (tmp_path / "model" / name).write_bytes(b"weights")
    assert backends.EASYOCR.probe() is None


def test_the_easyocr_backend_calls_its_reader_and_never_downloads(monkeypatch, page):
    """The package itself is not installed here; this holds the adapter to the interface that easyocr 1.7 documents."""
    made = {}

    class Reader:
        def __init__(self, languages, **settings):
            made.update(settings, languages=languages)

        def detect(self, image):
            assert image.shape == (200, 320, 3)
            # x from, x to, y from, y to; and corners of what is slanted
            return [[[20, 95, 90, 115]]], [[[[200, 90], [260, 92], [260, 114], [200, 112]]]]

        def recognize(self, grey, horizontal_list, free_list):
            assert grey.ndim == 2
            assert horizontal_list == [[0, grey.shape[1], 0, grey.shape[0]]]
            return [([[0, 0]] * 4, "North" if grey.shape[1] > 65 else "South", 0.75)]

    module = types.ModuleType("easyocr")
    module.Reader = Reader
    monkeypatch.setitem(sys.modules, "easyocr", module)
    engine = backends.EasyOCREngine(["en"])
    assert made["download_enabled"] is False
    assert made["gpu"] is False
    array = np.asarray(page)
    found = engine.detect(array)
    assert [line.text for line in engine.read_quads(array, [quad for quad, _ in found])] == ["North", "South"]


def test_importing_the_modules_is_light():
    import subprocess

    code = (
        "import sys, vista_tools_vision.ocr, vista_tools_vision.crop, vista_tools_vision.rotate, "
        "vista_tools_vision.chart_table; "
        "print([m for m in ('cv2', 'rapidocr', 'onnxruntime', 'numpy', 'PIL', 'torch') if m in sys.modules])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, cwd=Path(__file__).parent)
    assert done.stdout.strip() == "[]", done.stderr


def test_icons_and_round_letters_are_not_taken_for_other_signs(page):
    names = words(PIL.Image.new("RGB", (200, 60), "white"), ("Onyx 0.5", (20, 20)))
    for languages in (("en",), ("en", "ch_sim")):
        tool = vista.load("tool", "easyocr", backend="rapidocr", config={"languages": languages})
        assert tool(images=[names]).text == "Onyx 0.5"

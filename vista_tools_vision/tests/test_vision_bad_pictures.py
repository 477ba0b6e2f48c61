"""Every endpoint, every kind of bad picture: a ToolArgumentError or a ToolFailed that says why, or a right answer."""

import io
import struct
import zlib

import numpy as np
import PIL.Image
import PIL.ImageDraw
import PIL.ImageFont
import pytest
import vista_core as vista

NAMES = sorted(row.name for row in vista.available("tool") if row.distribution == "vista-tools-vision")
ARGUMENTS = {
    "grounding_dino": {"caption": 'red circle. text. figure. table. text "Total"'},
    "image_zoom_in": {"bbox_2d": [0, 0, 40, 40]},
    "image_rotate": {"angle": 10},
    "easyocr": {"task": "extract_table"},
}
BACKENDS = {"easyocr": "rapidocr", "image_zoom_in": "pillow", "image_rotate": "pillow"}


def stored(picture: PIL.Image.Image, form: str = "PNG", **options) -> bytes:
    file = io.BytesIO()
    picture.save(file, form, **options)
    return file.getvalue()


def claimed(width: int, height: int, compressed: bytes = b"") -> bytes:
    """A PNG whose header claims a size, whatever its data."""

    def chunk(kind: bytes, data: bytes) -> bytes:
        return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

    header = struct.pack(">IIBBBBB", width, height, 8, 2, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", compressed) + chunk(b"IEND", b"")


def photo() -> PIL.Image.Image:
    """No chart and no text: coloured clouds."""
    rough = np.random.default_rng(3).integers(0, 256, (5, 7, 3), dtype=np.uint8)
    return PIL.Image.fromarray(rough).resize((280, 200), PIL.Image.Resampling.BICUBIC)


def deep() -> bytes:
    """16 bits of grey with a legible word."""
    sheet = PIL.Image.new("L", (200, 80), 255)
    PIL.ImageDraw.Draw(sheet).text((20, 20), "Total 47", font=PIL.ImageFont.load_default(30), fill=0)
    return stored(PIL.Image.fromarray(np.asarray(sheet).astype(np.uint16) * 257))


def bad_pictures() -> dict[str, bytes]:
    noise = PIL.Image.fromarray(np.random.default_rng(1).integers(0, 256, (90, 120, 3), dtype=np.uint8))
    blank = PIL.Image.new("RGB", (160, 120), "white")
    whole, packed = stored(noise), stored(noise, "JPEG")
    return {
        "empty file": b"",
        "text file": b"Mango,47\n",
        "header alone": whole[:33],
        "corrupt": whole[:60] + bytes(200) + whole[260:],
        "truncated png": whole[: len(whole) // 2],
        "truncated jpeg": packed[: len(packed) // 2],
        "20000x20000": claimed(20_000, 20_000, zlib.compress(bytes(100))),
        "bomb": claimed(65_000, 65_000, zlib.compress(bytes(1 << 20), 9)),
        "short data": claimed(3000, 3000, zlib.compress(bytes(100))),
        "1x1": stored(PIL.Image.new("RGB", (1, 1), "red")),
        "one row": stored(PIL.Image.new("RGB", (900, 1), "grey")),
        "one column": stored(PIL.Image.new("RGB", (1, 900), "grey")),
        "16 bit": deep(),
        "cmyk": stored(blank.convert("CMYK"), "JPEG"),
        "animated": stored(blank, "GIF", save_all=True, append_images=[noise.convert("P")]),
        "transparent": stored(PIL.Image.new("RGBA", (64, 64), (255, 0, 0, 0))),
        "no chart": stored(photo()),
        "blank": stored(blank),
    }


PICTURES = bad_pictures()
UNREADABLE = [*list(PICTURES)[:9]]
LEGAL = [*list(PICTURES)[9:]]


@pytest.fixture(scope="module", params=NAMES)
def tool(request: pytest.FixtureRequest) -> vista.Tool:
    return vista.load("tool", request.param, backend=BACKENDS.get(request.param, "classical"))


def answer(tool: vista.Tool, picture: bytes) -> vista.Observation | vista.ToolError:
    try:
        return tool(images=[picture], question="What is the highest value?", **ARGUMENTS.get(tool.name, {}))
    except (vista.ToolArgumentError, vista.ToolFailed) as error:
        assert 15 <= len(str(error)) <= 600, "an error is a sentence"
        return error


def test_all_nineteen_endpoints_are_here():
    assert len(NAMES) == 19, NAMES


@pytest.mark.parametrize("kind", UNREADABLE)
def test_a_picture_that_cannot_be_read_is_an_argument_error(tool, kind):
    error = answer(tool, PICTURES[kind])
    assert isinstance(error, vista.ToolArgumentError), error
    assert error.field == "image"


@pytest.mark.parametrize("kind", LEGAL)
def test_a_picture_of_nothing_is_told_or_answered(tool, kind):
    seen = answer(tool, PICTURES[kind])
    if tool.name in CHART_READERS:
        assert isinstance(seen, vista.ToolFailed), f"{tool.name} invented {seen}"
    elif isinstance(seen, vista.Observation):
        assert seen.text


# What must find a chart, and finds none here; opencv_to_svg draws what it sees, chart or not.
CHART_READERS = frozenset(name for name in NAMES if name.startswith(("chart", "unichart", "deplot")))


def test_sixteen_bits_and_the_first_frame_are_read_rightly():
    ocr = vista.load("tool", "easyocr", backend="rapidocr")
    assert ocr(images=[PICTURES["16 bit"]]).text == "Total 47"
    first = PIL.Image.open(io.BytesIO(deep())).convert("I").point(lambda v: v / 257).convert("L").convert("RGB")
    blank = PIL.Image.new("RGB", first.size, "white")
    assert ocr(images=[stored(first, "GIF", save_all=True, append_images=[blank])]).text == "Total 47"
    assert ocr(images=[stored(first.convert("CMYK"), "JPEG", quality=95)]).text == "Total 47"

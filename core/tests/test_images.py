"""Images: every kind of file is decoded right, or refused with a sentence."""

import contextlib
import copy
import io
import pickle
import struct
import zlib

import numpy as np
import PIL.Image
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel, ValidationError
from vista_core import Image, ImageError, ImageStore


def encoded(picture: PIL.Image.Image, form: str = "PNG", **options: object) -> bytes:
    buffer = io.BytesIO()
    picture.save(buffer, form, **options)
    return buffer.getvalue()


def arrays() -> st.SearchStrategy[np.ndarray]:
    sizes = st.tuples(st.integers(1, 12), st.integers(1, 12), st.integers(0, 2**32 - 1))
    return sizes.map(lambda s: np.random.default_rng(s[2]).integers(0, 256, (s[0], s[1], 3), dtype=np.uint8))


@given(arrays())
@settings(max_examples=60, deadline=None)
def test_an_array_survives_storing_and_reading(pixels: np.ndarray) -> None:
    image = Image.from_array(pixels)
    again = Image.from_bytes(image.data)
    assert np.array_equal(image.array, pixels)
    assert np.array_equal(again.array, pixels)
    assert again == image and hash(again) == hash(image) and again.id == image.id
    assert image.size == (pixels.shape[1], pixels.shape[0])


@given(st.binary(max_size=300))
@settings(max_examples=200, deadline=None)
def test_any_bytes_give_an_image_or_an_image_error(data: bytes) -> None:
    try:
        assert Image.from_bytes(data).array.dtype == np.uint8
    except ImageError as error:
        assert str(error).endswith(".")


@pytest.mark.filterwarnings("ignore::UserWarning", "ignore::PIL.Image.DecompressionBombWarning")
@given(st.integers(0, 2**32 - 1), st.integers(1, 40))
@settings(max_examples=100, deadline=None)
def test_damaged_pictures_give_an_image_or_an_image_error(seed: int, hits: int) -> None:
    rng = np.random.default_rng(seed)
    picture = PIL.Image.fromarray(rng.integers(0, 256, (9, 9, 3), dtype=np.uint8))
    form = ["PNG", "JPEG", "GIF", "BMP", "TIFF", "WEBP"][seed % 6]
    data = bytearray(encoded(picture, form))
    for position in rng.integers(0, len(data), hits):
        data[position] = rng.integers(0, 256)
    with contextlib.suppress(ImageError):
        assert Image.from_bytes(bytes(data)).array.shape[2] == 3


def test_the_array_is_shared_and_read_only() -> None:
    image = Image.from_array(np.zeros((3, 3, 3), np.uint8))
    assert image.array is image.array
    with pytest.raises(ValueError):
        image.array[0, 0, 0] = 1
    image.pil().putpixel((0, 0), (9, 9, 9))
    assert image.array[0, 0, 0] == 0


def test_exif_orientation_is_applied_to_pixels_and_size() -> None:
    pixels = np.zeros((2, 4, 3), np.uint8)
    pixels[0, 0] = 255
    exif = PIL.Image.Exif()
    exif[0x0112] = 6  # turn by 90 degrees clockwise to show it
    image = Image.from_bytes(encoded(PIL.Image.fromarray(pixels), "PNG", exif=exif))
    assert image.size == (2, 4)
    assert image.array.shape == (4, 2, 3)
    assert image.array[0, 1].tolist() == [255, 255, 255]


def test_sixteen_bit_grey_is_scaled_and_not_clipped() -> None:
    ramp = np.array([[0, 257, 32896, 65535]], np.uint16)
    image = Image.from_bytes(encoded(PIL.Image.fromarray(ramp), "PNG"))
    assert image.array[0, :, 0].tolist() == [0, 1, 128, 255]


def test_sixteen_bit_colour_is_read() -> None:
    # Written by hand: Pillow reads 16-bit RGB and cannot write it.
    rows = b"\x00" + struct.pack(">6H", 65535, 0, 0, 0, 65535, 32896)

    def chunk(kind: bytes, body: bytes) -> bytes:
        return struct.pack(">I", len(body)) + kind + body + struct.pack(">I", zlib.crc32(kind + body))

    header = struct.pack(">IIBBBBB", 2, 1, 16, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    assert Image.from_bytes(data).array[0].tolist() == [[255, 0, 0], [0, 255, 128]]


def test_cmyk_is_converted() -> None:
    image = Image.from_bytes(encoded(PIL.Image.new("CMYK", (8, 8), (255, 0, 0, 0)), "JPEG", quality=95))
    red, green, blue = image.array[4, 4].tolist()
    assert red < 40 and green > 120 and blue > 120


@pytest.mark.parametrize("mode", ["RGBA", "LA", "P"])
def test_transparent_parts_show_white(mode: str) -> None:
    picture = PIL.Image.new("RGBA", (2, 1), (0, 0, 0, 0))
    picture.putpixel((1, 0), (0, 0, 0, 255))
    image = Image.from_bytes(encoded(picture.convert(mode), "PNG"))
    assert image.array[0, 0].tolist() == [255, 255, 255]
    assert image.array[0, 1].tolist() == [0, 0, 0]


def test_a_palette_with_a_transparent_colour_shows_white() -> None:
    picture = PIL.Image.new("P", (2, 1), 0)
    picture.putpalette([10, 20, 30, 40, 50, 60])
    picture.putpixel((1, 0), 1)
    image = Image.from_bytes(encoded(picture, "PNG", transparency=0))
    assert image.array[0].tolist() == [[255, 255, 255], [40, 50, 60]]


@pytest.mark.parametrize("mode,colour", [("1", 1), ("L", 200), ("YCbCr", (100, 128, 128))])
def test_other_modes_become_rgb(mode: str, colour: object) -> None:
    form = "TIFF" if mode == "YCbCr" else "PNG"
    assert Image.from_bytes(encoded(PIL.Image.new(mode, (3, 2), colour), form)).array.shape == (2, 3, 3)


def test_an_animation_shows_its_first_frame() -> None:
    frames = [PIL.Image.new("RGB", (4, 4), colour) for colour in ("red", "blue")]
    data = encoded(frames[0], "GIF", save_all=True, append_images=frames[1:])
    assert Image.from_bytes(data).array[0, 0].tolist() == [255, 0, 0]


def test_floating_point_pixels_are_refused() -> None:
    with pytest.raises(ImageError, match="floating-point"):
        _ = Image.from_bytes(encoded(PIL.Image.new("F", (2, 2), 0.5), "TIFF")).array


def test_a_truncated_picture_is_refused() -> None:
    rng = np.random.default_rng(0)
    data = encoded(PIL.Image.fromarray(rng.integers(0, 256, (64, 64, 3), dtype=np.uint8)), "JPEG")
    image = Image.from_bytes(data[: len(data) // 2])
    with pytest.raises(ImageError, match="corrupt, truncated"):
        _ = image.array


@pytest.mark.parametrize("size", [(8000, 7000), (20000, 20000), (60000, 60000)])
def test_a_decompression_bomb_is_refused_before_decoding(size: tuple[int, int]) -> None:
    header = struct.pack(">IIBBBBB", *size, 8, 2, 0, 0, 0)
    data = b"\x89PNG\r\n\x1a\n" + struct.pack(">I", 13) + b"IHDR" + header
    data += struct.pack(">I", zlib.crc32(b"IHDR" + header)) + struct.pack(">I", 0) + b"IDAT" + struct.pack(">I", 0)
    with pytest.raises(ImageError, match="megapixels"):
        Image.from_bytes(data)


def test_postscript_is_never_opened() -> None:
    with pytest.raises(ImageError, match="not a picture"):
        Image.from_bytes(b"%!PS-Adobe-3.0 EPSF-3.0\n%%BoundingBox: 0 0 10 10\n")


@pytest.mark.parametrize(
    "array",
    [np.zeros((2, 2, 3)), np.zeros((2, 2, 5), np.uint8), np.zeros(4, np.uint8)],
)
def test_arrays_of_another_form_are_refused(array: np.ndarray) -> None:
    with pytest.raises(ImageError, match="uint8 array"):
        Image.from_array(array)
    with pytest.raises(ImageError, match="empty"):
        Image.from_array(np.zeros((0, 2, 3), np.uint8))


def test_an_image_is_made_of_anything(tmp_path) -> None:
    pixels = np.full((2, 3, 3), 7, np.uint8)
    image = Image.from_array(pixels)
    path = tmp_path / "a.png"
    path.write_bytes(image.data)
    assert Image.of(path) == Image.of(str(path)) == Image.of(image.data) == Image.of(image) == image
    assert np.array_equal(Image.of(pixels).array, Image.of(PIL.Image.fromarray(pixels)).array)
    assert Image.from_array(pixels[:, :, 0]).array.shape == (2, 3, 3)
    with pytest.raises(ImageError, match="int"):
        Image.of(3)
    with pytest.raises(ImageError, match=r"nowhere\.png"):
        Image.of(tmp_path / "nowhere.png")
    path.write_bytes(b"rubbish")
    with pytest.raises(ImageError, match=r"a\.png"):
        Image.of(path)


def test_copies_and_pickles() -> None:
    image = Image.from_array(np.zeros((2, 2, 3), np.uint8))
    for again in (copy.deepcopy(image), copy.copy(image), pickle.loads(pickle.dumps(image))):
        assert again == image and np.array_equal(again.array, image.array) and not again.array.flags.writeable


class Holder(BaseModel):
    images: tuple[Image, ...]


def test_json_holds_the_id_only_and_comes_back_through_the_context(tmp_path) -> None:
    image = Image.from_array(np.zeros((2, 2, 3), np.uint8))
    holder = Holder(images=(image,))
    assert holder.model_dump() == {"images": (image,)}
    text = holder.model_dump_json()
    assert text == f'{{"images":[{{"image":"{image.id}"}}]}}'
    store = ImageStore(tmp_path)
    store.put(image)
    assert Holder.model_validate_json(text, context={"images": store}) == holder
    assert Holder.model_validate_json(text, context={"images": {image.id: image}}) == holder
    for context in (None, {"images": {}}):
        with pytest.raises(ValidationError):
            Holder.model_validate_json(text, context=context)
    assert list(Holder.model_json_schema()["properties"]["images"]["items"]["properties"]) == ["image"]


def test_a_store_in_a_folder_writes_once_and_reads_back(tmp_path) -> None:
    image = Image.from_array(np.full((2, 2, 3), 5, np.uint8))
    store = ImageStore(tmp_path / "images")
    assert store.put(image) == store.put(image) == image.id
    assert [path.name for path in (tmp_path / "images").iterdir()] == [f"{image.id}.png"]
    other = ImageStore(tmp_path / "images")
    assert image.id in other and np.array_equal(other.get(image.id).array, image.array)
    with pytest.raises(ImageError):
        other.get("f" * 64)
    assert "../../etc/passwd" not in other

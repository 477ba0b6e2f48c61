"""Pictures: one handle per picture, decoded once, identified by the bytes as first stored."""

import contextlib
import hashlib
import io
import os
import re
import tempfile
import weakref
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from pydantic import GetCoreSchemaHandler
from pydantic_core import core_schema

from vista_core.errors import ImageError

if TYPE_CHECKING:
    import numpy as np
    import PIL.Image
    from numpy.typing import NDArray

MAX_PIXELS = 50_000_000
"""Pictures with more pixels than this are refused before they are decoded."""

# EPS is left out on purpose: Pillow reads it by running Ghostscript.
_FORMATS = ("PNG", "JPEG", "GIF", "BMP", "PPM", "WEBP", "TIFF", "MPO", "JPEG2000")

_PNG_EXIF = (b"eXIf", b"Raw profile type", b"XML:com.adobe")


class Image:
    """A picture, decoded once through EXIF transpose to RGB.

    Make one with `of`, which takes a path, bytes, a PIL image or an array, or with the constructor of the kind. Bytes
    of a data set are kept as they are; pictures made by tools are stored as PNG. Two images are equal when their bytes
    are. In JSON an image is `{"image": id}`, never its pixels.

    Attributes:
        id: sha256 of the stored bytes, 64 hexadecimal digits.
        data: The bytes as first stored.
        size: (width, height) in pixels, after EXIF transpose.

    Example:
        >>> import numpy as np
        >>> from vista_core import Image
        >>> image = Image.from_array(np.zeros((4, 6, 3), np.uint8))
        >>> image.size, image.array.shape, Image.from_bytes(image.data) == image
        ((6, 4), (4, 6, 3), True)
    """

    __slots__ = ("__weakref__", "_array", "data", "id", "size")

    def __init__(self, data: bytes, id: str | None = None, array: "NDArray[np.uint8] | None" = None) -> None:
        self.data = data
        self.id: str = id or hashlib.sha256(data).hexdigest()
        self._array = array
        self.size: tuple[int, int] = _size(data) if array is None else (array.shape[1], array.shape[0])

    @classmethod
    def from_bytes(cls, data: bytes, *, id: str | None = None) -> "Image":
        """Make an image of a picture file's bytes; the header is checked now, the pixels on first use.

        Args:
            data: The bytes.
            id: Their sha256 where it is known already, so that it is not computed twice.

        Raises:
            ImageError: These bytes are not a picture, or one of more than 50 megapixels.
        """
        return cls(data, id)

    @classmethod
    def from_path(cls, path: str | os.PathLike[str]) -> "Image":
        """Read a picture file.

        Raises:
            ImageError: There is no such file, or it is not a picture.
        """
        try:
            with open(path, "rb", buffering=0) as file:
                return cls(file.read())
        except (OSError, ImageError) as error:
            raise ImageError(f"Cannot read the picture {os.fspath(path)}: {error}") from error

    @classmethod
    def from_array(cls, array: Any) -> "Image":
        """Store a uint8 array of shape (H, W), (H, W, 3) or (H, W, 4) as a PNG.

        Raises:
            ImageError: Another shape or type, an empty array, or more than 50 megapixels.
        """
        import numpy as np
        import PIL.Image

        pixels = np.asarray(array)
        if pixels.dtype != np.uint8 or pixels.ndim not in (2, 3) or pixels.shape[2:] not in ((), (3,), (4,)):
            form = "uint8 array of shape (H, W), (H, W, 3) or (H, W, 4)"
            raise ImageError(f"An image needs a {form}; this one is {pixels.dtype} of shape {pixels.shape}.")
        _check_size(pixels.shape[1], pixels.shape[0])
        return cls.from_pil(PIL.Image.fromarray(np.ascontiguousarray(pixels)))

    @classmethod
    def from_pil(cls, picture: "PIL.Image.Image") -> "Image":
        """Store a Pillow image as a PNG (level 1: quick to write, and never encoded again).

        Raises:
            ImageError: It cannot be shown as RGB, or has more than 50 megapixels.
        """
        import PIL.Image

        _check_size(*picture.size)
        pixels, buffer = _decoded(picture), io.BytesIO()
        PIL.Image.fromarray(pixels).save(buffer, "PNG", compress_level=1)
        return cls(buffer.getvalue(), array=pixels)

    @classmethod
    def of(cls, source: Any) -> "Image":
        """Make an image of a path, bytes, a Pillow image or an array; an Image is returned as it is.

        Raises:
            ImageError: It is none of these, or not a picture that can be read.
        """
        if isinstance(source, Image):
            return source
        if isinstance(source, (bytes, str, os.PathLike)):
            return cls.from_bytes(source) if isinstance(source, bytes) else cls.from_path(source)
        return cls.from_pil(source) if hasattr(source, "getexif") else cls.from_array(source)

    @property
    def array(self) -> "NDArray[np.uint8]":
        """Read-only uint8 array of shape (height, width, 3), decoded on first use and then shared.

        Raises:
            ImageError: The pixels are corrupt or truncated.
        """
        if self._array is None:
            self._array = _decoded(_open(self.data))
        return self._array

    def pil(self) -> "PIL.Image.Image":
        """A new Pillow image in mode RGB, yours to change."""
        import PIL.Image

        return PIL.Image.fromarray(self.array.copy())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, Image) and self.id == other.id

    def __hash__(self) -> int:
        return hash(self.id)

    def __reduce__(self) -> tuple[Any, tuple[bytes, str]]:
        return Image, (self.data, self.id)  # copies share the bytes, and decode again only when asked

    @classmethod
    def __get_pydantic_core_schema__(cls, source: Any, handler: GetCoreSchemaHandler) -> core_schema.CoreSchema:
        form = core_schema.typed_dict_schema({"image": core_schema.typed_dict_field(core_schema.str_schema())})
        written = core_schema.plain_serializer_function_ser_schema(lambda im: {"image": im.id}, when_used="json")
        found = core_schema.with_info_plain_validator_function(_validated)
        return core_schema.json_or_python_schema(core_schema.chain_schema([form, found]), found, serialization=written)


class ImageStore:
    """Images by id, in a folder.

    Each picture is written once, atomically, and read back when it is asked for, so that a long run does not hold all
    its pictures in memory.

    Args:
        folder: Where the files `<id>.png` or `<id>.jpg` go; it is made when needed.

    Example:
        >>> import tempfile
        >>> import numpy as np
        >>> from vista_core import Image, ImageStore
        >>> with tempfile.TemporaryDirectory() as folder:
        ...     store = ImageStore(folder)
        ...     key = store.put(Image.from_array(np.zeros((2, 2, 3), np.uint8)))
        ...     key in store, store[key].size
        (True, (2, 2))
    """

    def __init__(self, folder: str | os.PathLike[str]) -> None:
        self.folder = Path(folder)
        self._images: weakref.WeakValueDictionary[str, Image] = weakref.WeakValueDictionary()

    def put(self, image: Image) -> str:
        """Keep an image; returns its id. Putting one twice costs nothing."""
        if image.id not in self._images and self._path(image.id) is None:
            self.folder.mkdir(parents=True, exist_ok=True)
            with tempfile.NamedTemporaryFile(dir=self.folder, prefix=".", delete=False) as file:
                file.write(image.data)
            suffix = ".jpg" if image.data.startswith(b"\xff\xd8") else ".png"
            os.replace(file.name, self.folder / f"{image.id}{suffix}")
        self._images[image.id] = image
        return image.id

    def get(self, key: str) -> Image:
        """The image with this id.

        Raises:
            ImageError: There is none.
        """
        if (image := self._images.get(key)) is None:
            if (path := self._path(key)) is None:
                raise ImageError(f"There is no image {key:.12}… in {self.folder}.")
            image = self._images[key] = Image.from_path(path)
        return image

    __getitem__ = get

    def __contains__(self, key: str) -> bool:
        return key in self._images or self._path(key) is not None

    def _path(self, key: str) -> Path | None:
        # The id is checked before it becomes part of a path: ids also come from files that others wrote.
        if not re.fullmatch(r"[0-9a-f]{64}", key):
            return None
        paths = (self.folder / f"{key}{suffix}" for suffix in (".png", ".jpg"))
        return next((path for path in paths if path.exists()), None)


def _validated(value: Any, info: core_schema.ValidationInfo) -> Image:
    if isinstance(value, Image):
        return value
    images = info.context.get("images") if isinstance(info.context, Mapping) else None
    if images is None or not isinstance(value, Mapping) or value.get("image") not in images:
        raise ValueError('expected an Image, or {"image": id} with its image in the validation context {"images": ...}')
    found: Image = images[value["image"]]
    return found


def _check_size(width: int, height: int) -> None:
    if not 0 < width * height <= MAX_PIXELS:
        raise ImageError(f"A picture of {width} x {height} pixels is empty or above {MAX_PIXELS // 10**6} megapixels.")


def _open(data: bytes) -> "PIL.Image.Image":
    """Open without decoding."""
    import PIL.Image

    try:
        return PIL.Image.open(io.BytesIO(data), formats=_FORMATS)
    except (PIL.Image.DecompressionBombError, PIL.Image.DecompressionBombWarning) as error:
        raise ImageError(f"A picture is above {MAX_PIXELS // 10**6} megapixels: {error}") from error
    except Exception as error:
        raise ImageError(f"These {len(data)} bytes are not a picture in a format that is read here.") from error


def _size(data: bytes) -> tuple[int, int]:
    """(width, height) after EXIF transpose, from the header alone."""
    picture = _open(data)
    _check_size(*picture.size)
    # Pillow decodes a whole PNG to see whether EXIF follows its pixels; its bytes tell sooner that there is none.
    if picture.format == "PNG" and not any(mark in data for mark in _PNG_EXIF):
        return picture.size
    try:
        turned = picture.getexif().get(0x0112) in (5, 6, 7, 8)
    except Exception:  # a broken EXIF block says nothing about the pixels
        turned = False
    return picture.size[::-1] if turned else picture.size


def _decoded(picture: "PIL.Image.Image") -> "NDArray[np.uint8]":
    """Pixels of the first frame as a read-only uint8 array (H, W, 3); transparent parts show white."""
    import numpy as np
    import PIL.Image
    import PIL.ImageOps

    try:
        picture.load()
        if picture.mode.startswith("I"):
            # 16 bits of grey: Pillow's own convert() would clip everything above 255 to white.
            grey = PIL.Image.fromarray((np.asarray(picture).clip(0, 65535) // 257).astype(np.uint8))
            grey.info["exif"] = picture.info.get("exif", b"")
            picture = grey
        if picture.mode == "F":
            raise ValueError("its pixels are floating-point numbers; convert it to 8-bit RGB first")
        with contextlib.suppress(Exception):  # as in _size
            PIL.ImageOps.exif_transpose(picture, in_place=True)
        if picture.has_transparency_data:
            white = PIL.Image.new("RGBA", picture.size, "white")
            picture = PIL.Image.alpha_composite(white, picture.convert("RGBA"))
        array = np.asarray(picture if picture.mode == "RGB" else picture.convert("RGB"), dtype=np.uint8)
    except Exception as error:
        raise ImageError(f"The picture is corrupt, truncated or of an unknown kind: {error}.") from error
    array.flags.writeable = False
    return array

"""Pictures on the wire: what a client may send in place of one, and how the tools' own go back.

The strings that arrive here were written by a program that a language model drives. They are decoded as base64, or,
below a folder that the user opened on purpose, read as files. They never become a URL, nor a path outside that folder.
"""

import base64
import binascii
import os
import re
from pathlib import Path
from typing import Any

from vista_core import Image, ImageError, ToolArgumentError

_URL = re.compile(r"\s*[a-z][a-z0-9+.-]*:", re.IGNORECASE)
_DATA = re.compile(r"data:[\w.+/-]*(;[\w.=+-]+)*;base64,", re.IGNORECASE)
_MAX_PATH = 1024  # characters; longer strings can only be base64
_TYPES = ((b"\x89PNG", "image/png"), (b"\xff\xd8", "image/jpeg"), (b"GIF8", "image/gif"), (b"BM", "image/bmp"))


class Pictures:
    """Reads the `images` argument of a call.

    Args:
        root: Folder whose picture files clients may name, by paths relative to it; None allows no paths.
        limit: Most pictures of one call.
        max_bytes: Most bytes of one picture.

    Raises:
        FileNotFoundError: `root` is no folder.

    Example:
        >>> import base64
        >>> import numpy as np
        >>> from vista_core import Image
        >>> png = Image.from_array(np.zeros((4, 6, 3), np.uint8)).data
        >>> Pictures().read(["data:image/png;base64," + base64.b64encode(png).decode()])[0].size
        (6, 4)
    """

    def __init__(
        self, root: str | os.PathLike[str] | None = None, *, limit: int = 16, max_bytes: int = 20_000_000
    ) -> None:
        self.root = Path(root).resolve() if root is not None else None
        if self.root is not None and not self.root.is_dir():
            raise FileNotFoundError(2, "No such folder", str(root))
        self.limit = limit
        self.max_bytes = max_bytes

    def schema(self) -> dict[str, Any]:
        """JSON schema of the argument."""
        forms = "data URLs or plain base64" + (", or paths below the server's folder of pictures" if self.root else "")
        return {
            "type": "array",
            "items": {"type": "string"},
            "maxItems": self.limit,
            "description": f"The pictures, numbered from 0: {forms}.",
        }

    def read(self, given: Any) -> tuple[Image, ...]:
        """The pictures of one call, in order.

        Args:
            given: What the client sent: a list of strings, or None for no picture.

        Raises:
            ToolArgumentError: It is no such list, a picture cannot be read, or a path is not allowed.
        """
        if given is None:
            return ()
        if not isinstance(given, list) or not all(isinstance(item, str) for item in given):
            raise ToolArgumentError("`images` must be a list of strings.", field="images")
        if len(given) > self.limit:
            raise ToolArgumentError(f"`images` holds {len(given)} pictures; the limit is {self.limit}.", field="images")
        return tuple(self._one(number, text) for number, text in enumerate(given))

    def _one(self, number: int, text: str) -> Image:
        try:
            data = self._bytes(text)
            if len(data) > self.max_bytes:
                raise ImageError(f"it has more than {self.max_bytes} bytes")
            return Image.from_bytes(data)
        except ImageError as error:
            raise ToolArgumentError(f"Picture {number} of `images` cannot be used: {error}", field="images") from None

    def _bytes(self, text: str) -> bytes:
        if match := _DATA.match(text):
            return self._decoded(text[match.end() :])
        if _URL.match(text):
            raise ImageError("of URLs only data:…;base64,… is taken here; nothing is fetched")
        if self.root is not None and len(text) <= _MAX_PATH and (path := self._path(self.root, text)) is not None:
            with path.open("rb") as file:
                return file.read(self.max_bytes + 1)
        try:
            return self._decoded(text)
        except ImageError:
            where = "no file below the server's folder of pictures" if self.root else "paths are not allowed here"
            raise ImageError(f"it is not base64, and {where}") from None

    @staticmethod
    def _path(root: Path, text: str) -> Path | None:
        """The file that a text names below the root, links followed; None for anything else, wherever it leads."""
        try:
            path = (root / text).resolve()
            return path if path.is_relative_to(root) and path.is_file() else None
        except (OSError, ValueError, RuntimeError):  # too long, a null character, a loop of links
            return None

    def _decoded(self, text: str) -> bytes:
        if len(text) > self.max_bytes * 4 // 3 + 1024:
            raise ImageError(f"it has more than {self.max_bytes} bytes")
        try:
            return base64.b64decode("".join(text.split()), validate=True)
        except (binascii.Error, ValueError):
            raise ImageError("it is not valid base64") from None


def encoded(image: Image) -> tuple[str, str]:
    """The bytes of an image as base64, and their media type.

    Example:
        >>> import numpy as np
        >>> encoded(Image.from_array(np.zeros((1, 1, 3), np.uint8)))[1]
        'image/png'
    """
    known = (kind for start, kind in _TYPES if image.data.startswith(start))
    kind = next(known, None)
    if kind is None:  # TIFF, WebP, JPEG 2000 of a data set: clients know PNG
        image, kind = Image.from_pil(image.pil()), "image/png"
    return base64.b64encode(image.data).decode("ascii"), kind

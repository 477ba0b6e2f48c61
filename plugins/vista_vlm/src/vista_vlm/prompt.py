"""What is asked of a model: a text, an optional system text, and pictures."""

import io
from dataclasses import dataclass, field
from typing import Any

from vista_core import Image, ImageError, ToolArgumentError, ToolContext

_MAGIC = ((b"\x89PNG", "image/png"), (b"\xff\xd8", "image/jpeg"))


@dataclass(frozen=True, slots=True)
class Prompt:
    """One request.

    Attributes:
        text: what the user says.
        images: shown before the text, in order.
        system: the system text; "" for none.
    """

    text: str
    images: tuple[Image, ...] = field(default=())
    system: str = ""

    def messages(self) -> list[dict[str, Any]]:
        """The request as chat templates of transformers read it; pictures are Pillow images."""
        shown: list[dict[str, Any]] = [{"type": "image", "image": image.pil()} for image in self.images]
        user = {"role": "user", "content": [*shown, {"type": "text", "text": self.text}]}
        if not self.system:
            return [user]
        return [{"role": "system", "content": [{"type": "text", "text": self.system}]}, user]


def picture(context: ToolContext, index: int, max_side: int) -> Image:
    """An image of the call, decoded, and made smaller where it is larger than `max_side` px.

    Raises:
        ToolArgumentError: there is no such image, or it is corrupt or truncated.
    """
    image = context.image(index)
    try:
        width, height = image.array.shape[1::-1]  # decodes it: a header alone says nothing of the pixels
    except ImageError as error:
        raise ToolArgumentError(f"Image {index} cannot be read: {error}", field="image") from error
    shrink = max_side / max(width, height)
    if shrink >= 1:
        return image
    size = (max(1, round(width * shrink)), max(1, round(height * shrink)))
    return Image.from_pil(image.pil().resize(size))


def data_url(image: Image) -> str:
    """A picture as a data URL: its stored bytes where they are a PNG or a JPEG, else a PNG of its first frame."""
    import base64

    data = image.data
    kind = next((mime for magic, mime in _MAGIC if data.startswith(magic)), None)
    if kind is None:
        buffer = io.BytesIO()
        image.pil().save(buffer, "PNG")
        kind, data = "image/png", buffer.getvalue()
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"

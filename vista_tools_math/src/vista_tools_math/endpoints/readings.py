"""One reading of a picture for all endpoints that ask for it."""

import threading
from collections import OrderedDict
from typing import TYPE_CHECKING

from vista_core import ToolContext

from vista_tools_math.endpoints.base import pixels

if TYPE_CHECKING:
    from vista_tools_math.diagrams import Reader, Scene

_KEPT = 32  # readings; a scene is a few kilobytes
_lock = threading.Lock()
_known: "OrderedDict[str, Scene]" = OrderedDict()


def scene_of(context: ToolContext, index: int, read: "Reader") -> "Scene":
    """Read a picture of the call, or take the reading of the tool that looked at it before in this process.

    Args:
        context: of the call.
        index: which image.
        read: the text recogniser.

    Raises:
        ToolArgumentError: no such image, or one that cannot be decoded.
    """
    from vista_tools_math.diagrams import read_scene

    image = pixels(context, index)
    key = context.image(index).id
    with _lock:
        if key in _known:
            _known.move_to_end(key)
            return _known[key]
    scene = read_scene(image, read)
    with _lock:
        _known[key] = scene
        if len(_known) > _KEPT:
            _known.popitem(last=False)
    return scene

"""The DejaVu and STIX fonts that matplotlib carries, found without importing matplotlib."""

import importlib.util
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

from vista_core.errors import PluginError

if TYPE_CHECKING:
    from PIL.ImageFont import FreeTypeFont

FAMILIES: dict[str, str] = {
    "sans": "DejaVuSans.ttf",
    "sans bold": "DejaVuSans-Bold.ttf",
    "serif": "DejaVuSerif.ttf",
    "serif bold": "DejaVuSerif-Bold.ttf",
    "mono": "DejaVuSansMono.ttf",
    "mono bold": "DejaVuSansMono-Bold.ttf",
    "times": "STIXGeneral.ttf",
    "times bold": "STIXGeneralBol.ttf",
    "times italic": "STIXGeneralItalic.ttf",
    "sans italic": "DejaVuSans-Oblique.ttf",
}
"""Family name -> file name in matplotlib's font folder."""


@lru_cache(maxsize=1)
def font_folder() -> Path:
    """Return the folder of matplotlib's TrueType fonts.

    Raises:
        PluginError: matplotlib is not installed.
    """
    spec = importlib.util.find_spec("matplotlib")
    if spec is None or spec.origin is None:
        raise PluginError(
            "vista-tasks-synthetic draws text with the fonts that matplotlib carries, and matplotlib is not installed; "
            "run `pip install matplotlib`."
        )
    return Path(spec.origin).parent / "mpl-data" / "fonts" / "ttf"


@lru_cache(maxsize=512)
def font(family: str, size: int) -> "FreeTypeFont":
    """Return a font of FAMILIES at a size in pixels.

    The basic layout engine is asked for: it is always there, so a picture does not depend on libraqm.
    """
    from PIL import ImageFont

    return ImageFont.truetype(str(font_folder() / FAMILIES[family]), size, layout_engine=ImageFont.Layout.BASIC)

"""Loads the two packages whose project folders bear their import names.

In importlib mode pytest would otherwise take the folder `vista_tools_vision/` for the package `vista_tools_vision`.
"""

import vista_tools_math  # noqa: F401
import vista_tools_vision  # noqa: F401

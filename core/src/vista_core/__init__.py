"""Tools, tasks, rewards and environments for vision-language models that think with tools.

Everything in `__all__` is imported on first use: `import vista_core` alone loads no other library.

Example:
    >>> import vista_core as vista
    >>> vista.Observation(text="84").text
    '84'
"""

from vista_core._lazy import attach

__version__ = "0.1.0"
__getattr__, __dir__, __all__ = attach(__name__, __file__)

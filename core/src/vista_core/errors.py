"""The family of errors: whose fault it is decides what happens next.

A `ToolError` is part of the episode: its text goes back to the policy as the observation. Every other error is about
the set-up, the machine or a plugin, and is never shown as the policy's fault.
"""

from __future__ import annotations

from typing import ClassVar


class VistaError(Exception):
    """Base of every error that VISTA-Gym raises on purpose.

    Example:
        >>> from vista_core import ToolFailed, VistaError
        >>> issubclass(ToolFailed, VistaError)
        True
    """


class ToolError(VistaError):
    """An error that is the observation of a call: the policy reads its text and may react.

    Args:
        message: One sentence that the policy can act upon. It must not name files, hosts or gold answers.
        code: Class of the violation (`E2` argument name, `E3` argument value, `E5` tool output), where there is one.

    Example:
        >>> from vista_core import ToolError
        >>> str(ToolError("The chart has no legend.")), ToolError.kind
        ('The chart has no legend.', 'tool')
    """

    kind: ClassVar[str] = "tool"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message)
        self.code = code


class ToolArgumentError(ToolError):
    """The arguments of a call are wrong in a way that the model can correct.

    Args:
        message: One sentence that names the field and what it should be.
        field: The argument in question, where there is one.
        code: `E2` (no such argument) or `E3` (a bad value; the default).

    Example:
        >>> from vista_core import ToolArgumentError
        >>> error = ToolArgumentError("`angle` must be a number of degrees.", field="angle")
        >>> error.kind, error.field, error.code
        ('argument', 'angle', 'E3')
    """

    kind: ClassVar[str] = "argument"

    def __init__(self, message: str, *, field: str | None = None, code: str | None = "E3") -> None:
        super().__init__(message, code=code)
        self.field = field


class ToolFailed(ToolError):
    """The tool worked as it should and cannot answer this call. It says why; it never makes a result up.

    Example:
        >>> from vista_core import ToolFailed
        >>> raise ToolFailed("No chart was found in image 0.")
        Traceback (most recent call last):
        vista_core.errors.ToolFailed: No chart was found in image 0.
    """

    kind: ClassVar[str] = "failed"


class ToolTimeout(ToolError):
    """A healthy tool did not answer in the time that it was given; the policy asked for too much.

    Example:
        >>> from vista_core import ToolTimeout
        >>> ToolTimeout("`solve` took longer than 30 s.").kind
        'timeout'
    """

    kind: ClassVar[str] = "timeout"


class ToolUnavailable(VistaError):
    """A tool cannot work on this machine as it is (missing weights, package or device). Raised at set-up.

    Args:
        problem: What is missing.
        remedy: What to do, best as a command.

    Example:
        >>> from vista_core import ToolUnavailable
        >>> print(ToolUnavailable("easyocr is not installed", remedy="pip install easyocr"))
        easyocr is not installed. Remedy: pip install easyocr
    """

    def __init__(self, problem: str, *, remedy: str = "") -> None:
        super().__init__(f"{problem.rstrip('.')}. Remedy: {remedy}" if remedy else problem)
        self.problem = problem
        self.remedy = remedy


class InfrastructureError(VistaError):
    """A worker died, a pipe broke, a service did not answer: retried, and never held against the policy.

    Example:
        >>> from vista_core import InfrastructureError
        >>> str(InfrastructureError("worker 3 of `easyocr` died with signal 9"))
        'worker 3 of `easyocr` died with signal 9'
    """


class PluginError(VistaError):
    """A developer's mistake in a plugin or in its use: the text says what, where and the remedy.

    Example:
        >>> import vista_core as vista
        >>> vista.load("tool", "no_such_tool_at_all")  # doctest: +ELLIPSIS
        Traceback (most recent call last):
        vista_core.errors.UnknownName: No tool is named 'no_such_tool_at_all'...
    """


class UnknownName(PluginError, LookupError):
    """No installed plugin has this name; the text gives the nearest names, or the `pip install` line.

    Example:
        >>> from vista_core import PluginError, UnknownName
        >>> issubclass(UnknownName, PluginError) and issubclass(UnknownName, LookupError)
        True
    """


class NameClash(PluginError):
    """Two distributions give the same name; the text names both and the `distribution:name` forms that pick one.

    Example:
        >>> from vista_core import NameClash, PluginError
        >>> issubclass(NameClash, PluginError)
        True
    """


class TaskDataError(VistaError):
    """A task's data is missing or malformed.

    Args:
        message: What is wrong and what to do about it.
        file: The file in question.
        line: Line or row number, counted from 1.
        field: Field of the row.

    Example:
        >>> from vista_core import TaskDataError
        >>> print(TaskDataError("is not a number", file="train.json", line=7, field="answer"))
        train.json, line 7, field `answer`: is not a number
    """

    def __init__(self, message: str, *, file: str = "", line: int | None = None, field: str = "") -> None:
        places = [file] if file else []
        places += [f"line {line}"] if line is not None else []
        places += [f"field `{field}`"] if field else []
        super().__init__(f"{', '.join(places)}: {message}" if places else message)
        self.file = file
        self.line = line
        self.field = field


class ImageError(VistaError, ValueError):
    """A picture cannot be read: corrupt, truncated, too large, or of a kind that cannot be shown as RGB.

    Example:
        >>> from vista_core import Image
        >>> Image.from_bytes(b"not a picture")
        Traceback (most recent call last):
        vista_core.errors.ImageError: These 13 bytes are not a picture in a format that is read here.
    """

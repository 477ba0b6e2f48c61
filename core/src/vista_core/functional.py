"""`@tool`: a typed function with a docstring is a tool."""

import inspect
import re
import typing
from collections.abc import Callable, Collection
from functools import partial
from typing import Any, overload

from pydantic import BaseModel, Field, ValidationError, create_model
from pydantic.fields import FieldInfo

from vista_core.context import ToolContext
from vista_core.errors import ToolFailed
from vista_core.images import Image
from vista_core.tools import Tool

_GIVEN = {ToolContext: "context", Image: "image", tuple[Image, ...]: "images"}
_ARGUMENT = re.compile(r"(\w+)\s*(?:\([^)]*\))?:\s*(.*)")


class FunctionTool(Tool[BaseModel, BaseModel]):
    """A tool made of a function by `@tool`; `function` is the function itself.

    Example:
        >>> from vista_core import tool
        >>> @tool
        ... def double(x: float) -> float:
        ...     "Double a number."
        ...     return 2 * x
        >>> double.function(4)
        8
    """

    function: Callable[..., Any]
    _given: dict[str, str]

    def run(self, args: BaseModel, context: ToolContext) -> Any:
        """Call the function with the arguments, and with what it asks of the context."""
        values = {name: getattr(args, name) for name in type(args).model_fields}
        for name, what in self._given.items():
            values[name] = context if what == "context" else context.image(0) if what == "image" else context.images
        value = self.function(**values)
        return self._awaited(value) if inspect.isawaitable(value) else self._output(value)

    async def _awaited(self, value: Any) -> Any:
        return self._output(await value)

    def _output(self, value: Any) -> Any:
        if isinstance(value, BaseModel):
            return value
        try:  # strictly: a function that returns another type than it says has a fault that must show
            return self.output_model.model_validate({"value": value}, strict=True)
        except ValidationError as error:
            raise ToolFailed(f"The tool `{self.name}` gave an output of the wrong form.", code="E5") from error


@overload
def tool(function: Callable[..., Any], /) -> FunctionTool: ...
@overload
def tool(
    *, name: str = "", family: str = "other", reads: Collection[str] | None = None
) -> Callable[[Callable[..., Any]], FunctionTool]: ...
def tool(function: Callable[..., Any] | None = None, /, **options: Any) -> Any:
    """Make a tool of a function.

    Its parameters are the arguments that the model writes; descriptions come from `Annotated[..., Field(...)]` or from
    the `Args:` section of the docstring; the text before the first section is the tool's description. A parameter typed
    `Image` receives the first image, `tuple[Image, ...]` all of them, `ToolContext` the context.

    Args:
        function: A function with a docstring, typed parameters and a return type.
        **options: `name` of the tool, the function's by default; `family`, its group in listings; `reads`, what it
            reads of the trajectory, by default what its parameters ask for (a `ToolContext`: all but state).

    Raises:
        TypeError: No name, no docstring, or a parameter without a type; says which.

    Example:
        >>> from typing import Annotated
        >>> from pydantic import Field
        >>> from vista_core import tool
        >>> @tool
        ... def double(x: Annotated[float, Field(description="a number")]) -> float:
        ...     "Double a number."
        ...     return 2 * x
        >>> double(x=21).text
        '42'
    """
    return partial(_make, **options) if function is None else _make(function, **options)


def _make(
    function: Callable[..., Any], *, name: str = "", family: str = "other", reads: Collection[str] | None = None
) -> FunctionTool:
    called = name or getattr(function, "__name__", "")
    if not called.isidentifier():
        raise TypeError(f"A tool needs a name, and {called or function!r} is none. Remedy: def, or @tool(name=...).")
    description, documented = _docstring(inspect.getdoc(function) or "")
    if not description:
        raise TypeError(f"@tool function {called} has no docstring; the model reads it to know what the tool does.")
    hints = typing.get_type_hints(function, include_extras=True)
    returned = hints.get("return", type(None))
    if returned is type(None):
        raise TypeError(f"@tool function {called} needs a return type other than None, e.g. `-> str`.")

    fields: dict[str, Any] = {}
    given: dict[str, str] = {}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.kind not in (parameter.POSITIONAL_OR_KEYWORD, parameter.KEYWORD_ONLY):
            raise TypeError(f"@tool function {called}: parameter {parameter} cannot be written as a named argument.")
        if parameter.name not in hints:
            raise TypeError(f"@tool function {called}: parameter {parameter.name} has no type; the schema needs one.")
        hint = hints[parameter.name]
        if hint in _GIVEN:
            given[parameter.name] = _GIVEN[hint]
            continue
        default = ... if parameter.default is parameter.empty else parameter.default
        if parameter.name in documented and not isinstance(default, FieldInfo):
            default = Field(default, description=documented[parameter.name])
        fields[parameter.name] = (hint, default)

    wanted = {"image", "question", "choices", "seed"} if "context" in given.values() else {"image"} if given else set()
    title = "".join(part.capitalize() for part in called.split("_"))
    is_model = isinstance(returned, type) and issubclass(returned, BaseModel)
    body = {
        "__doc__": function.__doc__,
        "__module__": function.__module__,
        "name": called,
        "family": family,
        "description": description,
        "reads": frozenset(wanted if reads is None else reads),
        "args_model": create_model(f"{title}Args", __doc__=description, **fields),
        "output_model": returned if is_model else create_model(f"{title}Output", value=(returned, ...)),
        "function": staticmethod(function),
        "_given": given,
    }
    made: FunctionTool = type(title, (FunctionTool,), body)()
    return made


def _docstring(text: str) -> tuple[str, dict[str, str]]:
    """The text before the first section, and the descriptions of the `Args:` section (Google style)."""
    sections = re.split(r"^(Args|Returns|Raises|Yields|Examples?|Notes?):[ \t]*$", text, flags=re.MULTILINE)
    described: dict[str, str] = {}
    body = sections[sections.index("Args") + 1] if "Args" in sections else ""
    for line in inspect.cleandoc(body).splitlines():
        match = _ARGUMENT.match(line)
        if match:
            described[match[1]] = match[2]
        elif described and line.startswith(" "):
            described[list(described)[-1]] += " " + line.strip()
    return " ".join(sections[0].split()), described

"""`ToolConformance`: what every tool must hold."""

from vista_core.testing.tool_runs import RunChecks
from vista_core.testing.tool_safety import SafetyChecks
from vista_core.testing.tool_schema import SchemaChecks


class ToolConformance(SchemaChecks, RunChecks, SafetyChecks):
    """Inherit it in a class `Test...`, and pytest checks a tool.

    Attributes:
        tool: an installed name, "distribution:name", "./file.py:object", the class, or the object of @tool.
        examples: arguments of calls that work.
        images: pictures that the calls see: paths, bytes, arrays, PIL images or Images.
        question: the question of the sample, for tools that read it.
        choices: its choices, likewise.
        seed: seed of the calls.
        backend: name of the backend to test; "auto" is the first that can work here.
        config: settings of the tool.
        timeout_s: limit of an ordinary call, in seconds.
        wrong: (arguments, name of the wrong one), for what the schema cannot say.
        slow: arguments of a call that takes more than two seconds, to see it stopped.
        network: True for a tool that is a client of a service.
        weights_env: environment variables that say where its weights are.

    `tool`, `examples`, `images`, `wrong`, `slow`, `config`, `question` and `choices` may be pytest fixtures instead.

    Example:
        >>> from vista_core.testing import ToolConformance
        >>> class TestCalculator(ToolConformance):
        ...     tool = "calculator"
        ...     examples = ({"expression": "47 + 37"},)
        >>> TestCalculator.timeout_s
        30.0
    """

"""Checks of a tool: what the model reads, and what becomes of wrong arguments."""

import re
from typing import Any

from pydantic import BaseModel

from vista_core.errors import PluginError, ToolArgumentError
from vista_core.schema import parameters_schema, validate_arguments
from vista_core.testing.arguments import described, extreme_values, types_of, wrong_values
from vista_core.testing.base import jsonable
from vista_core.testing.report import short
from vista_core.testing.running import running, submit
from vista_core.testing.tool_calls import ToolSuite, plain

_READ = "The model reads nothing about a tool but its name, description and schema."


class SchemaChecks(ToolSuite):
    """The schema and the arguments."""

    def test_it_is_found_under_its_own_name(self) -> None:
        """The class and the entry point agree, and models can write the name."""
        tool, row = self.described, self.row
        own = type(tool).name
        if own != row.name:
            self.fail(
                f"Its class is named {own!r}, its entry point {row.name!r}.",
                "Logs, recipes and the paper's aliases would speak of two tools.",
                f"Write `name = {row.name!r}` into the class, or rename the entry point.",
            )
        if not re.fullmatch(r"[a-z][a-z0-9_]{0,63}", row.name):
            self.fail(
                f"{row.name!r} is no short snake_case name.",
                "Chat templates, OpenAI and MCP refuse other names.",
                "Use a-z, digits and _, beginning with a letter, 64 characters at most.",
            )

    def test_everything_that_the_model_reads_is_there(self) -> None:
        """The tool, and each argument of it, has a description and a type."""
        tool = self.described
        if not tool.description.strip():
            self.fail(
                "It has no description.",
                _READ,
                "Write a docstring for its arguments model; its first paragraph is read.",
            )
        with self.blames("Its arguments cannot be written as a schema.", _READ):
            schema = parameters_schema(tool.args_model)
        for path, part in described(schema):
            if not str(part.get("description", "")).strip():
                self.fail(
                    f"The argument `{path}` has no description.",
                    _READ,
                    f'Write `{path.split(".")[-1]}: ... = Field(description="...")`, or an Args: section for @tool.',
                )
            if not types_of(part):
                self.fail(
                    f"The argument `{path}` has no type; it takes anything.",
                    "The policy cannot know what to write, and nothing that it writes is checked.",
                    "Give it a type: str, float, a Literal, a list of something, a model.",
                )

    def test_the_schema_survives_a_round_trip(self) -> None:
        """Schema and arguments are JSON, and read back as what they were."""
        tool = self.described
        with self.blames("It has no schema.", _READ):
            definition = tool.definition()
        if not jsonable(definition.parameters) or "$ref" in str(definition.parameters):
            self.fail(
                "Its schema is not plain JSON without references.",
                "Chat templates and other programs read it as it stands.",
                "Use defaults and types that JSON can say.",
            )
        if self.spec.create(setup=False).definition() != definition:
            self.fail(
                "Two tools of the same spec have different schemas.",
                "Trajectories carry a hash of the schema; a run could not be resumed or replayed.",
                "Make the models and the description independent of time, order of sets, and environment.",
            )
        for example in self.asked:
            arguments = self._accepted(example)
            # The full form is what executors, logs and replays carry.
            for written in (arguments.model_dump(mode="json"), arguments.model_dump(mode="json", exclude_unset=True)):
                if self._accepted(plain(written)) != arguments:
                    self.fail(
                        f"The arguments {short(example)} change when they are written as JSON and read back.",
                        "The call that is logged, cached and replayed would not be the one that was made.",
                        "Let the fields' validators accept what the fields' serialisers write.",
                    )

    def test_wrong_arguments_name_their_field(self) -> None:
        """A wrong argument is a ToolArgumentError that says which."""
        schema = parameters_schema(self.described.args_model)
        for example in self.asked:
            self._refused({**example, "no_such_argument": 1}, "no_such_argument", "has an argument that there is not")
            for name in schema.get("required", ()):
                short_of = {key: value for key, value in example.items() if key != name}
                self._refused(short_of, name, "lacks a required argument")
            for name, part in schema["properties"].items():
                for value in wrong_values(part):
                    self._refused({**example, name: value}, name, "has a wrong value")
            if "image" in self.spec.reads and types_of(schema["properties"].get("image", {})) == {"integer"}:
                self._refused({**example, "image": len(self.images) + 7}, "image", "names an image that there is not")
        for arguments, field in self.wrong:
            self._refused(dict(arguments), field, "is wrong by the suite's own word")

    def test_extreme_arguments_are_answered_or_refused(self) -> None:
        """Values at the ends of what the schema allows never make the tool raise what it did not mean."""
        schema = parameters_schema(self.described.args_model)
        example = self.asked[0]
        calls = [
            {**example, name: value} for name, part in schema["properties"].items() for value in extreme_values(part)
        ]
        # Through the executor: what takes for ever is stopped at its time, which is a fair answer.
        with running([self.spec.model_copy(update={"timeout_s": 5.0})]) as executor:
            for arguments in calls:
                call = self.call(arguments, timeout_s=5.0)
                call.spec = self.spec.model_copy(update={"timeout_s": 5.0})
                result = self.settled(submit(executor, [call])[0], arguments)
                self.survives(arguments, result, "An extreme value")

    def _accepted(self, arguments: dict[str, Any]) -> BaseModel:
        try:
            return validate_arguments(self.described.args_model, arguments)
        except (ToolArgumentError, PluginError) as error:
            self.fail(
                f"Its schema refuses the arguments {short(arguments)}: {error}",
                "What is logged could not be replayed, and what an example shows could not be called.",
                "Correct the example, or the field's type or validator.",
            )

    def _refused(self, arguments: dict[str, Any], field: str, what: str) -> None:
        error = self.attempt(arguments)
        asked = f"The call {short(arguments)} {what} (`{field}`)"
        why = "The policy corrects its call only when it is told which argument is wrong."
        if error is None:
            self.fail(
                f"{asked}, and is answered.",
                "An answer to a wrong call teaches the policy that wrong calls work.",
                "Narrow the field's type or limits, or raise ToolArgumentError in run().",
            )
        if not isinstance(error, ToolArgumentError):
            self.fail(
                f"{asked}, and ends as {type(error).__name__}: {error}",
                why,
                f'Raise ToolArgumentError("...", field="{field}") instead.',
            )
        if error.field != field or field not in str(error):
            self.fail(
                f"{asked}, and the error names {error.field or 'no field'}: {error}",
                why,
                f'Raise ToolArgumentError with field="{field}", and write the name into its text.',
            )

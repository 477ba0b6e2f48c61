"""What all suites share: their subject, fixtures in the place of attributes, and the check of the import."""

import json
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any, ClassVar, NoReturn

import pytest

from vista_core.discovery.metadata import Kind, PluginRow, canonical
from vista_core.errors import VistaError
from vista_core.testing import report
from vista_core.testing.child import HEAVY, in_child
from vista_core.testing.subjects import row_of

IMPORT_LIMIT_S = 0.3
_TRIES = 4


def _is_fixture(value: Any) -> bool:
    return hasattr(value, "_pytestfixturefunction") or type(value).__name__ == "FixtureFunctionDefinition"


class Conformance:
    """Base of the suites; `given` names the attributes that a subclass may give as pytest fixtures too."""

    kind: ClassVar[Kind]
    given: ClassVar[tuple[str, ...]] = ()
    _kept: ClassVar[dict[str, Any]] = {}

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        cls._kept = {}  # what is costly to make, such as a tool with its weights: once for a class

    @pytest.fixture(autouse=True)
    def _vista_given(self, request: pytest.FixtureRequest) -> None:
        """Put the values of fixtures where attributes are looked for."""
        for name in self.given:
            if _is_fixture(getattr(type(self), name, None)):
                setattr(self, name, request.getfixturevalue(name))

    @property
    def row(self) -> PluginRow:
        """Where the subject comes from."""
        if "row" not in self._kept or _is_fixture(getattr(type(self), self.kind, None)):
            with self.blames("It cannot be found.", "What is not found cannot be used in a recipe."):
                self._kept["row"] = row_of(self.kind, getattr(self, self.kind))
        row: PluginRow = self._kept["row"]
        return row

    @property
    def subject(self) -> str:
        """The subject's name for failures."""
        row = self._kept.get("row")
        if row is None:
            return f"{self.kind} {report.short(getattr(self, self.kind, None))}"
        return f"{row.kind} `{row.name}` of {row.distribution or row.target} {row.version}".rstrip()

    def fail(self, wrong: str, why: str, mend: str) -> NoReturn:
        """Fail with the three parts of a complaint."""
        __tracebackhide__ = True
        report.fail(self.subject, wrong, why, mend)

    @contextmanager
    def blames(self, wrong: str, why: str, mend: str = "See the reason above.") -> Iterator[None]:
        """Turn an exception of the plugin into a complaint that quotes it."""
        __tracebackhide__ = True
        try:
            yield
        except Exception as error:
            own = str(error) if isinstance(error, VistaError) else f"{type(error).__name__}: {error}"
            self.fail(f"{wrong} {own}", why, mend)

    def test_import_is_light(self) -> None:
        """Importing the plugin is quick, quiet, and loads no heavy library."""
        module = self.row.target.rpartition(":")[0]
        if not module:
            pytest.skip("it is defined inside a function, so it has no module of its own to import")
        best: dict[str, Any] = {"seconds": float("inf")}
        for _ in range(_TRIES):
            seen = in_child("import", {"module": module, "kind": self.kind})
            if seen.get("error"):
                self.fail(
                    f"Importing {module} in a fresh process fails: {seen['error']}.",
                    "Worker processes import it afresh: every call would be a fault.",
                    "Import what is missing, or import it inside setup().",
                )
            best = min(best, seen, key=lambda one: one["seconds"])
            if best["seconds"] <= IMPORT_LIMIT_S:
                break
        if best["heavy"]:
            self.fail(
                f"Importing {module} loads {', '.join(best['heavy'])}.",
                "Each worker, listing and schema look-up would pay seconds and hundreds of MB for it.",
                "Import it inside setup() or run(), and name its types under TYPE_CHECKING.",
            )
        if best["printed"]:
            self.fail(
                f"Importing {module} prints {report.short(best['printed'])}.",
                "Programs that speak over standard output (MCP, --json) break on it.",
                "Remove the print, or use the logging module.",
            )
        if best["threads"]:
            self.fail(
                f"Importing {module} starts {best['threads']} thread(s).",
                "Rollout workers are forked and spawned; threads of an import are lost or deadlock there.",
                "Start them in setup().",
            )
        if best["seconds"] > IMPORT_LIMIT_S:
            self.fail(
                f"Importing {module} takes {best['seconds']:.2f} s, best of {_TRIES}; {IMPORT_LIMIT_S} s is allowed.",
                "Every worker process and every start of a run waits for it.",
                "Find the slow import with `python -X importtime` and move it into setup().",
            )

    def test_its_distribution_asks_for_vista_core(self) -> None:
        """An installed plugin says with which versions of vista-core it works."""
        row = self.row
        if not isinstance(getattr(self, self.kind), str) or ".py:" in row.target:
            pytest.skip("it was not given by an installed name, so there is no metadata to check")
        from importlib.metadata import requires

        from packaging.requirements import Requirement

        needs = [Requirement(text) for text in requires(row.distribution) or []]
        ranges = [str(need.specifier) for need in needs if canonical(need.name) == "vista-core" and not need.marker]
        if canonical(row.distribution) != "vista-core" and not any("<" in text or "==" in text for text in ranges):
            found = f"only asks for vista-core{ranges[0]}" if ranges else "does not ask for vista-core"
            self.fail(
                f"Its distribution {found}, without an upper limit.",
                "A later vista-core with other interfaces would fail in the middle of a run instead of at its start.",
                'Write "vista-core>=0.1,<0.2" into `dependencies` of its pyproject.toml.',
            )


def jsonable(value: Any) -> bool:
    """Whether a value is plain JSON.

    Example:
        >>> jsonable({"a": [1, None]}), jsonable({1, 2}), jsonable(float("nan"))
        (True, False, False)
    """
    try:
        json.dumps(value, allow_nan=False)
    except (TypeError, ValueError, RecursionError):
        return False
    return True


def disturb_randomness(number: int) -> None:
    """Move the global random states: a plugin must not depend on them."""
    import random

    random.seed(number)
    if "numpy" in sys.modules:
        sys.modules["numpy"].random.seed(number)
    if "torch" in sys.modules:
        sys.modules["torch"].manual_seed(number)


__all__ = ["HEAVY", "Conformance", "disturb_randomness", "jsonable"]

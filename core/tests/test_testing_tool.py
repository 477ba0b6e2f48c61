"""`ToolConformance` against tools with one fault each: it finds it, and says what, why and how to mend it."""

import re
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from vista_core.testing import ToolConformance, running, tool_runs

FILES = [Path(__file__).parent / name for name in ("broken_tools.py", "broken_tools_at_work.py")]
PICTURE = np.full((8, 6, 3), 90, np.uint8)
SAY = ({"text": "a"}, {"text": "b", "times": 2})
Failed = pytest.fail.Exception


def suite(tool: str, **attributes: Any) -> Any:
    """A suite for one of the broken tools."""
    broken = next((file for file in FILES if f"class {tool}(" in file.read_text()), FILES[0])
    given = {"tool": f"{broken}:{tool}", "examples": SAY, **attributes}
    return type(f"Conformance_{tool}", (ToolConformance,), given)()


def looking(tool: str, **attributes: Any) -> Any:
    return suite(tool, **{"examples": ({}, {"image": 0}), "images": (PICTURE,), **attributes})


def complaint(made: Any, check: str) -> str:
    """The text with which a check fails."""
    with pytest.raises(Failed) as failed:
        getattr(made, f"test_{check}")()
    text = str(failed.value)
    assert re.search(r"^tool .+: .+[.?!)] Why it matters: .+[.?!)] To mend it: .+[.?!)]$", text, re.DOTALL), text
    return text


CHECKS = [name.removeprefix("test_") for name in dir(ToolConformance) if name.startswith("test_")]


SLOW = {"import_is_light", "without_weights_it_says_so"}  # they start children; once is enough


@pytest.mark.parametrize("check", CHECKS)
@pytest.mark.parametrize("made", [suite("Good"), looking("Look"), suite("Batching")], ids=["good", "look", "batching"])
def test_nothing_is_wrong_with_good_tools(made: Any, check: str) -> None:
    if check in SLOW and "Good" not in made.tool:
        pytest.skip("the tool `good` stands for it")
    getattr(made, f"test_{check}")()


MODES = {"examples": ({"mode": "fast"},), "wrong": (({"mode": "warp"}, "mode"),)}
FAULTS = [
    ("it_is_found_under_its_own_name", suite("BadName"), "'Bad-Name' is no short snake_case name"),
    ("everything_that_the_model_reads_is_there", suite("NoWords"), "It has no description"),
    ("everything_that_the_model_reads_is_there", suite("Undescribed"), "The argument `text` has no description"),
    ("everything_that_the_model_reads_is_there", suite("UndescribedInside"), "`points.text` has no description"),
    ("everything_that_the_model_reads_is_there", suite("Anything"), "`text` has no type; it takes anything"),
    ("the_schema_survives_a_round_trip", suite("OneWay", examples=({"number": 3},)), "refuses the arguments"),
    ("the_schema_survives_a_round_trip", suite("Restless"), "same spec have different schemas"),
    ("the_schema_survives_a_round_trip", suite("Good", examples=({"txt": "a"},)), "did you mean `text`"),
    ("wrong_arguments_name_their_field", suite("Unnamed", **MODES), "the error names no field: Bad arguments."),
    ("wrong_arguments_name_their_field", suite("WrongKind", **MODES), "ends as ToolFailed"),
    ("wrong_arguments_name_their_field", suite("Lenient", **MODES), "(`mode`), and is answered"),
    ("wrong_arguments_name_their_field", looking("AnyImage"), "names an image that there is not (`image`), and is"),
    ("extreme_arguments_are_answered_or_refused", suite("Crashes"), "(IndexError: string index out of range)"),
    ("examples_work", suite("Silent"), "is empty"),
    ("examples_work", suite("NotANumber"), "holds NaN"),
    ("examples_work", suite("Peeks"), "reads 'question' without declaring it"),
    ("examples_work", suite("BlamesTheMachine"), "ends as a fault of the machine: too hard"),
    ("examples_work", suite("Good", examples=()), "The suite has no examples"),
    ("examples_work", suite("Good", examples=({"text": 3},)), "The example {'text': 3} does not work"),
    ("examples_work", suite("NoSuchTool"), "NoSuchTool"),
    ("the_same_call_gives_the_same_result", suite("Dice"), "gave another result the second time (text: "),
    ("nothing_leaks_between_trajectories", suite("Remembers"), "After another trajectory's calls"),
    ("nothing_leaks_between_trajectories", suite("HalfState"), "Served by another worker"),
    ("images_survive", looking("Paints"), "changed image 0 in place"),
    ("images_survive", looking("Reencodes"), "not the same after serialisation"),
    ("missing_and_tiny_images_are_refused_or_answered", looking("NeedsAnImage"), "A question without images makes it"),
    ("missing_and_tiny_images_are_refused_or_answered", looking("Divides"), "An image of one pixel makes it raise"),
    ("a_batch_equals_its_calls", suite("BatchLoses"), "3 results for 4 calls"),
    ("a_batch_equals_its_calls", suite("BatchRaises"), "no batches today"),
    ("a_batch_equals_its_calls", suite("BatchMixes"), "In a batch {'text': 'a'} gives another result"),
    ("a_batch_equals_its_calls", suite("BatchUnused"), "run_batch is never called"),
    ("a_batch_equals_its_calls", suite("BatchDrifts"), "beyond its tolerance of 0.01"),
    ("calls_over_their_time_cost_only_themselves", suite("Hurries"), "(ValueError: no time)"),
    ("calls_over_their_time_cost_only_themselves", suite("Quick", slow={"text": "a"}), "not stopped at its time"),
    ("threads_and_processes_agree", suite("HashSeed"), "In a worker process"),
    ("hostile_arguments_do_nothing", suite("Opens"), "reached out: open "),
    ("hostile_arguments_do_nothing", suite("Evaluates"), "reached out: "),
    ("hostile_arguments_do_nothing", suite("Shells"), "reached out: subprocess.Popen"),
    ("hostile_arguments_do_nothing", suite("Fetches"), "reached out: socket.connect"),
    ("hostile_arguments_do_nothing", suite("Phones"), "An ordinary call uses the network"),
    ("hostile_arguments_do_nothing", suite("Chokes"), "A hostile text makes it raise what it did not mean to"),
    ("without_weights_it_says_so", suite("NeedsSympy"), "Without packages, backend `python` raises PluginError"),
    ("without_weights_it_says_so", suite("Helpless"), "unavailable without a remedy"),
    ("without_weights_it_says_so", suite("Downloads"), "Set-up goes to the network"),
]


@pytest.mark.parametrize(
    ("check", "made", "sentence"), FAULTS, ids=[f"{check}-{type(made).__name__}" for check, made, _ in FAULTS]
)
def test_each_fault_is_found(check: str, made: Any, sentence: str) -> None:
    assert sentence in complaint(made, check)


def test_every_check_is_tested() -> None:
    here = {"import_is_light", "its_distribution_asks_for_vista_core", "cancelled_calls_leave_nothing_behind"}
    assert {check for check, _, _ in FAULTS} | here == set(CHECKS)


def test_calls_that_hang_are_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "PATIENCE_S", 1.0)
    monkeypatch.setattr(tool_runs, "submit", lambda executor, calls: running.submit(executor, calls, 2.0))
    monkeypatch.setattr(tool_runs, "cancelled", lambda executor, calls: running.cancelled(executor, calls, 2.0))
    over_time, hangs = "calls_over_their_time_cost_only_themselves", "hangs, or makes the next one hang"
    assert f"A call with no time left {hangs}" in complaint(suite("Holds"), over_time)
    assert f"A cancelled call {hangs}" in complaint(suite("Holds"), "cancelled_calls_leave_nothing_behind")


@pytest.mark.parametrize(
    ("check", "made"),
    [
        ("a_batch_equals_its_calls", suite("BatchRounds")),
        ("calls_over_their_time_cost_only_themselves", suite("Sleeps", slow={"text": "sleep"})),
        ("calls_over_their_time_cost_only_themselves", suite("Stubborn")),  # the executor does not wait for it
        ("without_weights_it_says_so", suite("Helpful")),
    ],
    ids=["tolerance", "slow", "stubborn", "weights"],
)
def test_what_is_declared_is_no_fault(check: str, made: Any) -> None:
    getattr(made, f"test_{check}")()


IMPORTS = {
    "import sympy": "loads sympy",
    "print('hello')": "prints 'hello'",
    "import threading as t, time; t.Thread(target=time.sleep, args=(60,), daemon=True).start()": "starts 1 thread",
    "import time; time.sleep(0.5)": "0.3 s is allowed",
    "import sys\nif 'pytest' not in sys.modules: import no_such": "in a fresh process fails: ModuleNotFoundError",
}
CODE = "\nfrom vista_core import tool\n@tool\ndef say(text: str) -> str:\n    'Say it.'\n    return text\n"


@pytest.mark.parametrize("line", IMPORTS, ids=list(IMPORTS.values()))
def test_imports_that_are_not_light_are_found(line: str, vista_isolated: Any) -> None:
    vista_isolated.install("heavy-tools", tools={"say": "heavy_tools:say"}, files={"heavy_tools.py": line + CODE})
    made = type("Heavy", (ToolConformance,), {"tool": "say", "examples": ({"text": "a"},)})()
    if "sympy" in line and "sympy" not in sys.modules:
        pytest.importorskip("sympy")
    assert IMPORTS[line] in complaint(made, "import_is_light")


def test_metadata_is_looked_at(vista_isolated: Any) -> None:
    vista_isolated.install(
        "loose-tools",
        requires=("vista-core>=0.1",),
        tools={"say": "loose_tools:say", "speak": "loose_tools:say"},
        files={"loose_tools.py": CODE},
    )
    made = type("Loose", (ToolConformance,), {"tool": "speak", "examples": ({"text": "a"},)})()
    assert "its entry point 'speak'" in complaint(made, "it_is_found_under_its_own_name")
    text = complaint(made, "its_distribution_asks_for_vista_core")
    assert text.startswith("tool `speak` of loose-tools 1.0: Its distribution only asks for vista-core>=0.1")
    vista_isolated.install("bare", requires=(), tools={"bare": "loose_tools:say"})
    bare = type("Bare", (ToolConformance,), {"tool": "bare"})()
    assert "does not ask for vista-core" in complaint(bare, "its_distribution_asks_for_vista_core")


def test_a_suite_without_a_subject_says_so() -> None:
    class Empty(ToolConformance):
        pass

    assert "The suite has no subject" in complaint(Empty(), "import_is_light")

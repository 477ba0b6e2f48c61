"""What starting up imports. The times are measured by benchmarks/startup.py, not asserted here."""

import subprocess
import sys

import pytest

HEAVY = ("torch", "transformers", "cv2", "gymnasium", "sympy", "numpy", "PIL", "matplotlib", "trl", "rich", "pydantic")
TOO_HEAVY = ("torch", "transformers", "cv2", "gymnasium", "sympy", "matplotlib", "trl", "rapidocr")


def imported_by(*words: str) -> set[str]:
    """The top-level modules that a `vista` command leaves imported, in a process of its own."""
    script = (
        "import sys\nfrom vista_cli.__main__ import main\n"
        f"try:\n    main({list(words)!r})\nexcept SystemExit as end:\n    assert not end.code, end.code\n"
        "sys.stderr.write('\\nMODULES ' + ' '.join({name.partition('.')[0] for name in sys.modules}))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    return set(done.stderr.rpartition("MODULES ")[2].split())


@pytest.mark.parametrize("words", [("--help",), ("--version",)])
def test_help_imports_nothing_heavy(words):
    assert imported_by(*words).isdisjoint(HEAVY)


@pytest.mark.parametrize(
    "words", [("tools",), ("tasks",), ("plugins",), ("info",), ("demo", "--help"), ("train", "--help")]
)
def test_listing_imports_no_plugin_and_no_engine(words):
    modules = imported_by(*words)
    assert modules.isdisjoint(TOO_HEAVY)
    assert modules.isdisjoint({"vista_tools_vision", "vista_tools_math", "vista_tasks_synthetic", "vista_trainers"})


def test_the_console_script_and_the_module_are_one_program():
    from importlib.metadata import entry_points

    (script,) = entry_points(group="console_scripts", name="vista")
    done = subprocess.run([sys.executable, "-m", "vista_cli", "--version"], capture_output=True, text=True)
    assert done.stdout == "vista 0.1.0\n" and script.value == "vista_cli.__main__:main"

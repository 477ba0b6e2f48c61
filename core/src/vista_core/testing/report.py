"""How a conformance test fails: what is wrong, why it matters for training, how to mend it."""

from typing import NoReturn


def fail(subject: str, wrong: str, why: str, mend: str) -> NoReturn:
    """Fail the test with one text that a plugin's author can act upon; no traceback of ours around it.

    Args:
        subject: the plugin, e.g. "tool `crop` of my-tools 1.0".
        wrong: what is wrong, as a sentence.
        why: why it matters for training, as a sentence.
        mend: what to do, as a sentence.

    Example:
        >>> fail("tool `t`", "It has no description.", "The model reads nothing else.", "Write a docstring.")
        Traceback (most recent call last):
        Failed: tool `t`: It has no description. Why it matters: The model reads nothing else. To mend it: Write ...
    """
    import pytest

    __tracebackhide__ = True
    wrong, why, mend = (
        part.strip() if part.strip()[-1:] in tuple(".?!)") else f"{part.strip()}." for part in (wrong, why, mend)
    )
    text = f"{subject}: {wrong} Why it matters: {why} To mend it: {mend}"
    # Some of it was written by the plugin: it must not break the terminal or the log of a CI run.
    pytest.fail("".join(c if c.isprintable() or c == "\n" else repr(c)[1:-1] for c in text), pytrace=False)


def short(value: object, limit: int = 120) -> str:
    """The repr of a value, cut to fit into a sentence.

    Example:
        >>> short("x" * 20, limit=10)
        "'xxxxxxxx…"
    """
    text = " ".join(repr(value).split())
    return text if len(text) <= limit else text[: limit - 1] + "…"


def last_line(traceback: str) -> str:
    r"""The line of a traceback that names the exception.

    Example:
        >>> last_line("Traceback ...\n  File ...\nKeyError: 'x'\n")
        "KeyError: 'x'"
    """
    lines = [line for line in traceback.strip().splitlines() if line and not line.startswith((" ", "\t"))]
    return lines[-1] if lines else ""

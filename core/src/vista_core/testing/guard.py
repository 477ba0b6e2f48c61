"""Watches what a plugin does while it reads hostile text: files, sockets, programs, code."""

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from types import CodeType
from typing import Any

MARK = "vista_canary"
"""A word in every hostile text: an event whose arguments hold it was caused by the text."""

_NETWORK = ("socket.connect", "socket.getaddrinfo", "socket.gethostbyname", "socket.sendto", "urllib.Request")
_PROGRAMS = ("subprocess.Popen", "os.system", "os.exec", "os.posix_spawn", "os.spawn", "pty.spawn")
_watching: list["Watch"] = []
_inside = threading.local()


class Watch:
    """What happened while it was watched.

    Attributes:
        network: addresses that were looked up or connected to.
        programs: programs that were started.
        marked: events that a hostile text caused.
    """

    def __init__(self) -> None:
        self.network: list[str] = []
        self.programs: list[str] = []
        self.marked: list[str] = []

    def note(self, event: str, details: tuple[Any, ...]) -> None:
        """Take an audit event."""
        if event in _NETWORK:
            self.network.append(f"{event} {details[-1] if event == 'socket.connect' else details[:2]!r}"[:160])
        elif event in _PROGRAMS:
            self.programs.append(f"{event} {details[0]!r}"[:160])
        if event == "exec":
            if isinstance(details[0], CodeType) and _holds_mark(details[0]):
                self.marked.append("it was run as Python code")
        # To compile is not to run: a parser may use ast.parse.
        elif event not in ("compile", "object.__getattr__") and any(_marked(value) for value in details):
            self.marked.append(f"{event} {' '.join(_text(value) for value in details if _marked(value))}"[:200])


@contextmanager
def watched() -> Iterator[Watch]:
    """Watch all threads of this process.

    Example:
        >>> with watched() as seen:
        ...     try:
        ...         open("/no/such/vista_canary")
        ...     except OSError:
        ...         pass
        >>> seen.marked
        ['open /no/such/vista_canary']
    """
    _install()
    watch = Watch()
    _watching.append(watch)
    try:
        yield watch
    finally:
        _watching.remove(watch)


@cache
def _install() -> None:
    """Audit hooks cannot be taken away, so there is one, which sleeps while nobody watches."""

    def hook(event: str, details: tuple[Any, ...]) -> None:
        if _watching and not getattr(_inside, "hook", False):
            _inside.hook = True
            try:
                for watch in _watching:
                    watch.note(event, details)
            finally:
                _inside.hook = False

    sys.addaudithook(hook)


def _text(value: Any) -> str:
    if isinstance(value, bytes):
        return value.decode(errors="replace")
    if isinstance(value, (list, tuple)):
        return " ".join(_text(item) for item in value)
    return value if isinstance(value, str) else ""


def _marked(value: Any) -> bool:
    return MARK in _text(value)


def _holds_mark(code: CodeType) -> bool:
    held = [*code.co_names, *code.co_consts]
    return any(_holds_mark(item) if isinstance(item, CodeType) else _marked(item) for item in held)

"""`vista_core` stays small: 3,000 lines of code, docstrings, comments and blank lines not counted.

Left out are testing/ and scoring/, as the design says, and dataset.py with rows.py, the base of the data set adapters,
which came with them: a reader of the framework need not read it.
"""

import ast
import io
import tokenize
from pathlib import Path

import vista_core

LIMIT = 3000
_NO_CODE = (tokenize.COMMENT, tokenize.NL, tokenize.NEWLINE, tokenize.INDENT, tokenize.DEDENT, tokenize.ENDMARKER)


def code_lines(source: str) -> int:
    """Lines that hold code: a line counts once, a docstring not at all."""
    lines: set[int] = set()
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type not in _NO_CODE:
            lines.update(range(token.start[0], token.end[0] + 1))
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Module | ast.ClassDef | ast.FunctionDef | ast.AsyncFunctionDef):
            for one in node.body:
                if (
                    isinstance(one, ast.Expr)
                    and isinstance(one.value, ast.Constant)
                    and isinstance(one.value.value, str)
                ):
                    lines -= set(range(one.lineno, (one.end_lineno or one.lineno) + 1))
    return len(lines)


def test_the_core_has_at_most_3000_lines() -> None:
    root = Path(vista_core.__file__).parent
    apart = {"testing", "scoring", "dataset.py", "rows.py"}
    files = [path for path in root.rglob("*.py") if not apart & set(path.relative_to(root).parts)]
    sizes = {str(path.relative_to(root)): code_lines(path.read_text(encoding="utf-8")) for path in files}
    largest = sorted(sizes.items(), key=lambda item: -item[1])[:5]
    assert sum(sizes.values()) <= LIMIT, f"{sum(sizes.values())} lines of code; the largest files: {largest}"


def test_lines_are_counted_as_they_should_be() -> None:
    source = [
        '"""Doc.',
        "",
        'More."""',
        "",
        "# why",
        'x = """a',
        'b"""  # c',
        "def f():",
        '    """Doc."""',
        "    return 1",
    ]
    assert code_lines("\n".join(source) + "\n") == 4

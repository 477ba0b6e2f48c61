r"""Brings a problem's text to one spelling: LaTeX commands become signs, spaced names are joined, units go.

"In $\odot X, A B=30$" -> "In ⊙X, AB=30"        "m \widehat { A B }" -> "m ⌢AB"        "65^{\circ}" -> "65°"
"""

import re

MAX_LENGTH = 2000  # characters


class TextError(ValueError):
    """A text cannot be read: too long, or of other signs than mathematics and English use.

    Attributes:
        position: where, counted in characters from 1.
    """

    def __init__(self, message: str, position: int) -> None:
        super().__init__(f"{message} (at character {position})")
        self.position = position


_COMMANDS = {
    "odot": "⊙",
    "bigodot": "⊙",
    "angle": "∠",
    "measuredangle": "∠",
    "triangle": "△",
    "bigtriangleup": "△",
    "parallel": "∥",
    "perp": "⊥",
    "bot": "⊥",
    "cong": "≅",
    "sim": "~",
    "parallelogram": "▱",
    "square": "□",
    "degree": "°",
    "pi": "π",
    "cdot": "*",
    "times": "*",
    "div": "/",
    "sin": "sin ",
    "cos": "cos ",
    "tan": "tan ",
}
_DROPPED = {
    "left",
    "right",
    "quad",
    "qquad",
    "text",
    "mathrm",
    "rm",
    "overline",
    "overrightarrow",
    "overleftrightarrow",
}
_KEPT = {"sqrt", "frac"}
_SIGNS = str.maketrans(
    {
        "∘": "°",
        "º": "°",
        "˚": "°",
        "−": "-",
        "–": "-",
        "—": "-",
        "×": "*",
        "·": "*",
        "÷": "/",
        "’": "'",
        "‘": "'",
        "‖": "∥",
        "⟂": "⊥",
        "⏜": "⌢",
        "△": "△",
        "Δ": "△",
        "∆": "△",
        "“": '"',
        "”": '"',
        "\t": " ",
        "\n": " ",
        "\r": " ",
        "\u00a0": " ",
        "∼": "~",
        "≌": "≅",
    }
)
_ALLOWED = re.compile(r"[A-Za-z0-9 .,;:?!'\"()\[\]{}+\-*/^=<>_$%&\\|~#@°∠△⊙∥⊥≅⌢▱□π√]")
_UNITS = (
    r"(?:cm|mm|km|in(?=\.)|ft|yd|mi|centimeters?|millimeters?|kilometers?|meters?|"
    r"inch(?:es)?|foot|feet|yards?|miles?|units?|degrees?)"
)


def normal(text: str) -> str:
    r"""Return a text in one spelling.

    Raises:
        TextError: too long, a sign that is neither mathematics nor English, or an unknown LaTeX command.

    Example:
        >>> normal(r"In $\odot X$, $A B=30$ and $m \widehat{C Z}=40^{\circ}$.")
        'In ⊙X, AB=30 and m ⌢CZ=40°.'
    """
    if len(text) > MAX_LENGTH:
        raise TextError(f"the text has {len(text)} characters; at most {MAX_LENGTH} are read", MAX_LENGTH)
    text = text.translate(_SIGNS)
    for position, character in enumerate(text, start=1):
        if _ALLOWED.match(character) is None:
            shown = character if character.isprintable() else f"U+{ord(character):04X}"
            raise TextError(f"the sign {shown!r} is not understood", position)
    text = text.replace("$", " ")
    text = re.sub(r"\\?widehat *\{ *([A-Z](?: *[A-Z])*) *\}|\\widehat *([A-Z](?: ?[A-Z]){1,2})(?![a-z])", _arc, text)
    text = re.sub(r"\\(?:overline|overrightarrow|overleftrightarrow) *\{ *([A-Z] *[A-Z]) *\}", r" \1 ", text)
    text = re.sub(r"\^ *\{? *\\circ *\}?|\\circ(?![a-z])|\^°|\^ *\{ *° *\}", "°", text)
    text = re.sub(r"\\([A-Za-z]+) ?|\\[,;:! ]", _command, text)
    text = re.sub(r"\\(?!sqrt|frac)", " ", text)
    text = re.sub(r"(?<![A-Za-z])([A-Z](?: [A-Z](?![a-z'A-Z]))+)(?![A-Za-z])", lambda m: m[0].replace(" ", ""), text)
    text = re.sub(r"√ ?\(?(\d+(?:\.\d+)?|[a-z](?![a-z]))\)?", r"\\sqrt{\1}", text)
    text = re.sub(
        rf"(?<=[0-9a-z)}}]) ?°?(?: | ?-)(?:square |sq\.? )?{_UNITS}(?:\^2)?(?![A-Za-z])",
        lambda m: "°" if "degree" in m[0] else "",
        text,
    )
    text = re.sub(r"([⊙∠△⌢▱□]) +", r"\1", text)
    return re.sub(r" {2,}", " ", text).strip()


def _arc(match: re.Match[str]) -> str:
    return " ⌢" + (match[1] or match[2]).replace(" ", "") + " "


def _command(match: re.Match[str]) -> str:
    name = match[1]
    if name is None or name in _DROPPED:
        return " "
    if name in _KEPT:
        return "\\" + name
    if name in _COMMANDS:
        return " " + _COMMANDS[name]
    raise TextError(f"the command \\{name[:30]} is not understood", match.start() + 1)

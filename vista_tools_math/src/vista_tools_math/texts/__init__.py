r"""From the English text of a geometry problem to logic forms: rules, no weights.

    text_forms(r"In \odot X, AB = 30, CD = 30, and m \widehat CZ = 40. Find m \widehat AB.").forms
    ["Circle(X)", "Equals(LengthOf(Line(A, B)), 30)", ..., "Find(MeasureOf(Arc(A, B)))"]

The text is brought to one spelling (`normal`), what it speaks of becomes placeholders (`terms`), and patterns over
these make statements (`relations`). What no pattern used is reported; nothing is guessed.
"""

import re
from dataclasses import dataclass

from vista_tools_math.texts.normal import MAX_LENGTH, TextError, normal
from vista_tools_math.texts.relations import relations
from vista_tools_math.texts.terms import Terms

__all__ = ["MAX_LENGTH", "TextError", "TextReading", "text_forms"]

_SAID_FOR_NOTHING = re.compile(
    r"round (?:your answer |answers? )?(?:to|off) [a-z ]*(?:tenth|hundredth|"
    r"thousandth|degree|integer|whole number|cent)s?(?: if necessary)?"
    r"|(?:if|where) necessary|(?:as )?shown (?:in|on) (?:the )?(?:figure|diagram|picture)(?: below)?"
    r"|(?:use|in|from|on) the (?:given )?(?:figure|diagram|picture)(?: below| above)?|refer to the (?:figure|diagram)"
    r"|to the nearest [a-z]+|in (?:simplest|simplified) (?:radical )?form|(?:in )?degrees",
    re.IGNORECASE,
)
_SMALL = frozenset(
    "a an and are as at be by each for from given has have if in is it its let of on so such suppose that the then "
    "there these this to we when where which with m figure diagram following below shown point points segment line "
    "lines segments length measure respectively both also use using not drawn scale you".split()
)


@dataclass(frozen=True, slots=True)
class TextReading:
    """What a problem's text says.

    Attributes:
        forms: Inter-GPS logic forms in the order of the text; the goal `Find(...)` is the last, where there is one.
        not_understood: words, names and numbers that went into no form.
    """

    forms: list[str]
    not_understood: list[str]

    @property
    def goal(self) -> str | None:
        """The goal's form, or None."""
        return self.forms[-1] if self.forms and self.forms[-1].startswith("Find(") else None


def text_forms(text: str) -> TextReading:
    """Read the text of a geometry problem.

    Args:
        text: English, with LaTeX-like or plain mathematics; at most MAX_LENGTH characters.

    Raises:
        TextError: too long, or signs and commands that are not mathematics; with the place.

    Example:
        >>> text_forms("ABCD is a rhombus. What is the length of AB?").forms
        ['Rhombus(A, B, C, D)', 'Find(LengthOf(Line(A, B)))']
    """
    terms = Terms(normal(text))
    forms = relations(terms)
    rest = _SAID_FOR_NOTHING.sub(" ", terms.text)
    lost = []
    for piece in re.findall(r"<[A-Z]\d+>|[A-Za-z']+|\d+|[∠△⊙∥⊥≅⌢▱□~=√π°]", rest):
        if piece.startswith("<"):
            term = terms.get(piece)
            if not term.used and term.kind != "P":
                lost.append(term.source)
            elif not term.used:
                lost.append(term.form)
        elif piece.lower() not in _SMALL:
            lost.append(piece)
    return TextReading(forms, list(dict.fromkeys(lost)))

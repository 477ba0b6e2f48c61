"""Brings the text of a word problem to one spelling: numbers as digits, money and thousands' commas gone."""

import re
from fractions import Fraction

from vista_tools_math.words.linear import NotUnderstood

MAX_LENGTH = 2000  # characters
_UNITS = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen seventeen "
    "eighteen nineteen"
).split()
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety".split()
_WORDS = {word: value for value, word in enumerate(_UNITS)} | {word: 10 * (i + 2) for i, word in enumerate(_TENS)}
_WORDS |= {f"{ten}-{one}": 10 * (i + 2) + j for i, ten in enumerate(_TENS) for j, one in enumerate(_UNITS[:10]) if j}
_TIMES = {"twice": "2 times", "thrice": "3 times", "double": "2 times", "triple": "3 times"}
_SHARES = {"half": "1/2", "one-half": "1/2", "one-third": "1/3", "one-fourth": "1/4", "one-quarter": "1/4"}
_SHARES |= {"two-thirds": "2/3", "three-fourths": "3/4", "three-quarters": "3/4"}
NUMBER = r"\d{1,15}(?:\.\d{1,10})?(?:/\d{1,10})?"
_ALLOWED = re.compile(r"[a-zA-Z0-9 .,;:?!'\"()+\-*/=%$€£^&_{}\\]*")


def plain(text: str) -> str:
    """Return a text in lower case with digits for number words.

    Raises:
        NotUnderstood: too long, or of signs that no word problem has.

    Example:
        >>> plain("Twenty-five apples cost $1,200.")
        '25 apples cost 1200.'
    """
    if len(text) > MAX_LENGTH:
        raise NotUnderstood(f"the text has {len(text)} characters; at most {MAX_LENGTH} are read")
    text = text.translate(str.maketrans("’‘“”–—−×÷·\n\t\r\u00a0", "''\"\"---*/*    "))
    if (match := _ALLOWED.match(text)) is None or match.end() < len(text):
        place = match.end() if match else 0
        raise NotUnderstood(f"the sign {text[place]!a} at character {place + 1} is not understood")
    text = text.lower().replace("$", "").replace("€", "").replace("£", "")
    text = re.sub(r"(?<=\d),(?=\d{3}(?!\d))", "", text)
    text = re.sub(r"[a-z]+-[a-z]+|[a-z]+", lambda m: _digits(m[0]), text)
    text = re.sub(r"(\d+) (?:and )?(\d+)/(\d+)(?!\d)", _mixed, text)
    text = re.sub(r"(?<=\d) (?:percent|per cent)\b", "%", text)
    return re.sub(r" {2,}", " ", text).strip()


def _digits(word: str) -> str:
    if word in _WORDS:
        return str(_WORDS[word])
    return _TIMES.get(word) or _SHARES.get(word) or word


def _mixed(match: re.Match[str]) -> str:
    if len(match[0]) > 40 or int(match[3]) == 0:
        raise NotUnderstood(f"{match[0][:40]} is no number")
    total = int(match[1]) + Fraction(int(match[2]), int(match[3]))
    return f"{total.numerator}/{total.denominator}"


def value(text: str) -> Fraction:
    """Return a number of a plain text: "12.5", "3/4".

    Raises:
        NotUnderstood: it is none.
    """
    try:
        return Fraction(text)
    except (ValueError, ZeroDivisionError) as error:
        raise NotUnderstood(f"{text[:40]!r} is no number") from error


def sentences(text: str) -> list[str]:
    """Part a plain text into sentences; decimals stay whole."""
    parts = re.split(r"[.?!;]+(?= |$)", text)
    return [part.strip(" ,") for part in parts if part.strip(" ,")]

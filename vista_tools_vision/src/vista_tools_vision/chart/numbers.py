"""Numbers and dates as charts write them, and how to write them without false precision."""

import math
import re
from datetime import date, timedelta
from typing import NamedTuple

_SUFFIX = {"": 1.0, "k": 1e3, "m": 1e6, "mn": 1e6, "mio": 1e6, "b": 1e9, "bn": 1e9, "g": 1e9, "t": 1e12}
_CURRENCY = "$€£¥₹"
_NUMBER = re.compile(
    r"(?P<open>\()?(?P<sign>[-+])?(?P<before>[$€£¥₹])?(?P<sign2>-)?"
    r"(?P<whole>[0-9]{1,3}(?:[,' ][0-9]{3})+(?![0-9])|[0-9]+)?(?P<fraction>\.[0-9]+)?"
    r"(?:[eE](?P<power>[-+]?[0-9]{1,2})|[x×·]10(?P<ten>-?[0-9]{1,2}))?"
    r"(?P<suffix>bn|mn|Mio|[kKmMbBGT])?(?P<after>\s?(?:%|€|\$|£|°C|°F|°|[a-zA-Z]{1,3}))?(?P<close>\))?"
)
MONTHS = "january february march april may june july august september october november december".split()
_EPOCH = date(1970, 1, 1)


class Number(NamedTuple):
    """A number that was read: its value, how many decimals its value has, and its unit ("%", "$", ...)."""

    value: float
    decimals: int
    unit: str = ""


def parse_number(text: str) -> Number | None:
    """Read "47", "-1,200", "12.5%", "$3", "1.5K", "2 kg"; None for anything else.

    Example:
        >>> parse_number("1,200").value, parse_number("12.50").decimals, parse_number("Mango")
        (1200.0, 2, None)
    """
    text = text.strip().replace("−", "-").replace("–", "-").replace("—", "-")
    text = re.sub(r"(?<=[$€£¥₹+-])\s+|\s+(?=%)", "", text)
    text = re.sub(r"(?<=[0-9])%[0-9]$", "%", text)  # the second ring of a percent sign is read as a digit
    match = _NUMBER.fullmatch(text)
    if not match or not (match["whole"] or match["fraction"]) or bool(match["open"]) != bool(match["close"]):
        return None
    whole, fraction = re.sub(r"[,' ]", "", match["whole"] or "0"), match["fraction"] or ""
    if len(whole) + len(fraction) > 18:
        return None
    power = int(match["power"] or match["ten"] or 0)
    suffix, after = match["suffix"] or "", (match["after"] or "").strip()
    factor = _SUFFIX[suffix.lower()] * 10.0**power
    # The decimals are those of the value: 1.5K is 1500.
    decimals = max(0, len(fraction) - 1 - round(math.log10(factor))) if fraction else 0
    value = round(float(whole + fraction) * factor, max(decimals, 0) if factor >= 1 else 12)
    negative = bool(match["sign"] == "-" or match["sign2"] or match["open"])
    return Number(-value if negative else value, decimals, match["before"] or after)


def number_text(value: float, step: float = 0.0) -> str:
    """47.0 -> "47", 12.5 -> "12.5"; never an exponent for what a chart can show.

    Args:
        value: the number.
        step: when positive, the number is rounded to the power of ten (or half of it) below this.

    Example:
        >>> number_text(47.0), number_text(1234.567, 3.0), number_text(0.4321, 0.03)
        ('47', '1234.5', '0.43')
    """
    if step > 0:
        digits = -math.floor(math.log10(step) - 0.30103)  # one decimal more than the pixel supports rounds nothing away
        value = round(value, digits)
    value += 0.0  # no "-0"
    return f"{value:.10g}" if abs(value) < 1e10 else f"{value:.0f}"


def parse_date(text: str) -> float | None:
    """Days since 1970-01-01 of "2021-03-04", "2021-03", "Mar 2021", "Mar 4", "4 Mar 2021", "03/2021"; else None.

    A month alone lies in the year 2000 with its first day; a bare year ("2021") is a number and no date here.

    Example:
        >>> parse_date("1970-02-01"), parse_date("Mango")
        (31.0, None)
    """
    text = text.strip().lower().replace(".", " ").replace(",", " ")
    year, month, day = 2000, 0, 1
    if match := re.fullmatch(r"([12][0-9]{3})[-/]([01]?[0-9])(?:[-/]([0-3]?[0-9]))?", text):
        year, month, day = int(match[1]), int(match[2]), int(match[3] or 1)
    elif match := re.fullmatch(r"([01]?[0-9])[-/]([12][0-9]{3})", text):
        year, month = int(match[2]), int(match[1])
    else:
        words = re.findall(r"[a-z]+|[0-9]+", text)
        months = [
            i + 1
            for w in words
            for i, m in enumerate(MONTHS)
            if len(w) >= 3 and m.startswith(w[:3] if w == "sept" else w)
        ]
        numbers = [int(w) for w in words if w.isdigit()]
        if len(months) != 1 or len(months) + len(numbers) != len(words) or len(numbers) > 2:
            return None
        month = months[0]
        for number in numbers:
            if number >= 1000:
                year = number
            elif 1 <= number <= 31:
                day = number
    try:
        return float((date(year, month, day) - _EPOCH).days)
    except ValueError:
        return None


def date_text(days: float, step: float = 1.0) -> str:
    """A day as ISO text, "2021-03" when steps are months, "2021" when they are years.

    Args:
        days: since 1970-01-01.
        step: distance of two places that can be told apart, days.

    Example:
        >>> date_text(31.0), date_text(31.0, 20)
        ('1970-02-01', '1970-02')
    """
    limited = max(-719000.0, min(2900000.0, days))
    near = _EPOCH + timedelta(days=round(limited))
    if step >= 15:
        near = _EPOCH + timedelta(days=round(limited) + 10)  # the first of a month may be read as the last day before
        return f"{near.year:04d}-{near.month:02d}" if step < 180 else f"{near.year:04d}"
    return near.isoformat()

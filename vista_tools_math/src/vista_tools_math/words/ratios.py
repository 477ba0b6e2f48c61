"""Percent, rates, proportions, work and unit conversions: one pattern over the whole text, every number used."""

import re
from collections.abc import Callable
from fractions import Fraction

from vista_tools_math.words.linear import NotUnderstood
from vista_tools_math.words.plain import NUMBER, value
from vista_tools_math.words.units import PATTERN, UNITS, converted

Found = tuple[Fraction, str, list[str]]
"""Value, unit, steps."""

Said = dict[str, str]
"""The groups of a pattern by name."""

_PART, _WHOLE, _RATE = (rf"(?P<{name}>{NUMBER})" for name in ("part", "whole", "share"))
_FROM, _TO = (rf"(?P<{name}>{PATTERN})" for name in ("start", "end"))
_WHO = r"[a-z' ]{1,60}?"
_END = r"[.?! ]*"
_ASK = r"(?:what is|what's|find|calculate|compute|determine)"


def _percent_of(m: Said) -> Found:
    share, whole = value(m["share"]), value(m["whole"])
    return share * whole / 100, "", [f"{share}% of {whole} = {share}/100 * {whole}"]


def _what_percent(m: Said) -> Found:
    part, whole = value(m["part"]), value(m["whole"])
    if not whole:
        raise NotUnderstood("a percentage of zero has no meaning")
    return 100 * part / whole, "%", [f"{part} / {whole} * 100%"]


def _percent_whole(m: Said) -> Found:
    part, share = value(m["part"]), value(m["share"])
    if not share:
        raise NotUnderstood("0% of a number cannot tell it")
    return 100 * part / share, "", [f"{share}/100 * n = {part}", f"n = {part} / ({share}/100)"]


def _change(m: Said) -> Found:
    old, new = value(m["old"]), value(m["new"])
    if not old:
        raise NotUnderstood("a change from zero has no percentage")
    rise = new >= old
    name = "increase" if rise else "decrease"
    asked = m["kind"]
    if asked not in ("change", name):
        raise NotUnderstood(f"from {m['old']} to {m['new']} is no {asked}")
    return (
        100 * abs(new - old) / old,
        "%",
        [f"{name}: |{new} - {old}| = {abs(new - old)}", f"{abs(new - old)} / {old} * 100%"],
    )


def _discount(m: Said) -> Found:
    price, share = value(m["price"]), value(m["share"])
    up = _RISES.search(f"{m['how']} {m['more']}") is not None
    amount = price * share / 100
    steps = [f"{m['share']}% of {m['price']} = {amount}"]
    if re.search(r"discount be|amount|how much (?:is|was) the (?:discount|tax|tip)|save", m["ask"]):
        return amount, "", steps
    total = price + amount if up else price - amount
    return total, "", [*steps, f"{m['price']} {'+' if up else '-'} {amount} = {total}"]


def _speed(m: Said) -> Found:
    way, time = value(m["way"]), value(m["time"])
    if not time:
        raise NotUnderstood("a speed needs a time that is not zero")
    length, clock = UNITS[m["length"]][1], UNITS[m["clock"]][1]
    speed = way / time
    return speed, f"{length}/{clock}", [f"speed = distance / time = {way} {length} / {time} {clock}"]


def _further(m: Said) -> Found:
    way, time = value(m["way"]), value(m["time"])
    if not time:
        raise NotUnderstood("a speed needs a time that is not zero")
    other = converted(value(m["more"]), m["clock2"], m["clock"])
    if other is None:
        raise NotUnderstood(f"{m['clock2']} and {m['clock']} are not of one kind")
    speed = way / time
    unit = UNITS[m["length"]][1]
    return (
        speed * other,
        unit,
        [f"rate = {way} / {time} = {speed} {unit} per {UNITS[m['clock']][1]}", f"{speed} * {other}"],
    )


def _at_speed(m: Said) -> Found:
    speed = value(m["speed"])
    time = converted(value(m["time"]), m["clock2"], m["clock"])
    if time is None:
        raise NotUnderstood(f"{m['clock2']} and {m['clock']} are not of one kind")
    unit = UNITS[m["length"]][1]
    return speed * time, unit, [f"distance = speed * time = {speed} * {time} {unit}"]


def _duration(m: Said) -> Found:
    speed = value(m["speed"])
    way = converted(value(m["way"]), m["length2"], m["length"])
    if way is None or not speed:
        raise NotUnderstood("the distance and the speed do not go together")
    unit = UNITS[m["clock"]][1]
    return way / speed, unit, [f"time = distance / speed = {way} / {speed} {unit}"]


def _proportion(m: Said) -> Found:
    if _singular(m["thing"]) != _singular(m["thing2"]):
        raise NotUnderstood(f"{m['thing']} and {m['thing2']} are not the same")
    count, cost, more = value(m["count"]), value(m["cost"]), value(m["more"])
    if not count:
        raise NotUnderstood("a price for nothing tells no price")
    each = cost / count
    return each * more, "", [f"one costs {cost} / {count} = {each}", f"{more} * {each}"]


def _each(m: Said) -> Found:
    count, cost = value(m["count"]), value(m["cost"])
    if not count:
        raise NotUnderstood("a price for nothing tells no price")
    return cost / count, "", [f"{cost} / {count}"]


def _work(m: Said) -> Found:
    one = value(m["one"])
    two = converted(value(m["two"]), m["clock2"], m["clock"])
    if two is None or not one or not two:
        raise NotUnderstood("the two times do not go together")
    unit = UNITS[m["clock"]][1]
    together = 1 / (1 / one + 1 / two)
    return (
        together,
        unit,
        [f"in one {unit} they do 1/({one}) + 1/({two}) = {1 / together} of it", f"1 / ({1 / together})"],
    )


def _convert(m: Said) -> Found:
    result = converted(value(m["part"]), m["start"], m["end"])
    if result is None:
        raise NotUnderstood(f"{m['start']} cannot be converted to {m['end']}")
    one = converted(Fraction(1), m["start"], m["end"])
    return (
        result,
        UNITS[m["end"]][1],
        [f"1 {UNITS[m['start']][1]} = {one} {UNITS[m['end']][1]}", f"{m['part']} * {one}"],
    )


def _mixture(m: Said) -> Found:
    one, two, count, total = (value(m[name]) for name in ("one", "two", "count", "total"))
    asked = _singular(m["asked"])
    if asked not in (_singular(m["a"]), _singular(m["b"])) or _singular(m["a"]) == _singular(m["b"]) or one == two:
        raise NotUnderstood(f"which kind {m['asked']} is was not understood")
    first = (total - two * count) / (one - two)
    number = first if asked == _singular(m["a"]) else count - first
    if number.denominator != 1 or not 0 <= number <= count:
        raise NotUnderstood("no whole numbers of both kinds give this total")
    return number, "", [f"a + b = {count}", f"{one}*a + {two}*b = {total}", f"a = {first}, b = {count - first}"]


def _singular(word: str) -> str:
    return word[:-1] if word.endswith("s") else word


_RISES = re.compile(r"tax|tip|increas|mark(?:ed)? up|markup|more|raise|interest|grow|grew|rise|rose")
_PRICE = r"(?P<price>" + NUMBER + ")"
_SHARE = r"(?P<share>" + NUMBER + ")"
_PER = rf"(?P<speed>{NUMBER}) ?(?:(?P<length>{PATTERN})(?: per | an |/| a )(?P<clock>{PATTERN}))"
_COVERS = (
    r"(?:travels|drives|traveled|travelled|drove|runs|ran|walks|walked|flies|"
    r"flew|goes|went|covers|covered|cycles|cycled|rides|rode|swims|swam|moves|"
    r"moved)"
)
_SPEEDS = "|".join(
    (
        "what is its (?:average )?speed",
        "what is the (?:average )?speed(?: of [a-z' ]+)?",
        "find (?:its|the) (?:average )?speed(?: of [a-z' ]+)?",
        "how fast (?:is|was|does|did) [a-z' ]+",
        "what was (?:its|his|her|their|the) (?:average )?speed(?: of [a-z' ]+)?",
        "what is (?:his|her|their) (?:average )?speed",
    )
)

PATTERNS: tuple[tuple[str, Callable[[Said], Found]], ...] = (
    (rf"(?:{_ASK} )?{_RATE}% of {_WHOLE}", _percent_of),
    (rf"{_PART} is what ?(?:percent|percentage|%) of {_WHOLE}", _what_percent),
    (rf"what ?(?:percent|percentage|%) of {_WHOLE} is {_PART}", _what_percent),
    (rf"{_PART} is {_RATE}% of (?:what|which)(?: number)?", _percent_whole),
    (rf"(?:if )?{_RATE}% of (?:a|what) number is {_PART}(?:[.,]? (?:what is|find) the number)?", _percent_whole),
    (
        (
            rf"{_WHO} (?:from|was|is|were|are) (?P<old>{NUMBER})(?: [a-z]+)? (?:to |and "
            rf"(?:is )?now (?:is )?)(?P<new>{NUMBER})(?: [a-z]+)?[.,]? (?:what is the|"
            rf"find the|by what) (?:percent|percentage|%)(?: of)? ?(?P<kind>increase|"
            rf"decrease|change)"
        ),
        _change,
    ),
    (
        (
            rf"what is the (?:percent|percentage|%)(?: of)? ?(?P<kind>increase|decrease|"
            rf"change) (?:from|when [a-z ]+ from) (?P<old>{NUMBER}) to (?P<new>{NUMBER})"
        ),
        _change,
    ),
    (
        (
            rf"{_WHO} (?:costs?|is|was|price of|priced at|sells for|bill is|costing|bill "
            rf"of) {_PRICE}(?: dollars)?[.,]?(?: and| with| it| there)?(?P<how>[a-z ,.']{{0,60}}?)"
            rf"(?:by |at |of |a )?{_SHARE}%(?P<more>[a-z' ]{{0,40}})[.,]? (?P<ask>(?:what|"
            rf"how much|find)[a-z' ]{{1,60}})"
        ),
        _discount,
    ),
    (
        (
            rf"{_WHO}{_COVERS} (?P<way>{NUMBER}) (?P<length>{PATTERN}) in (?P<time>{NUMBER})"
            rf" (?P<clock>{PATTERN})[.,]? (?:at this (?:rate|speed),? )?how (?:far|many "
            rf"[a-z]+) (?:will|can|does|would) {_WHO} (?:in|for|after) (?P<more>{NUMBER})"
            rf" (?P<clock2>{PATTERN})"
        ),
        _further,
    ),
    (
        (
            rf"{_WHO}{_COVERS} (?P<way>{NUMBER}) (?P<length>{PATTERN}) in (?P<time>{NUMBER})"
            rf" (?P<clock>{PATTERN})[.,]? (?:{_SPEEDS})(?: in [a-z]+(?: per |/)[a-z]+)?"
        ),
        _speed,
    ),
    (
        (
            rf"{_WHO}{_COVERS}(?: at)?(?: a| an)?(?: constant| average| steady)?(?: speed|"
            rf" rate)?(?: of| at)? ?{_PER} for (?P<time>{NUMBER}) (?P<clock2>{PATTERN})"
            rf"[.,]? (?:how far|what distance)[a-z' ]{{0,40}}"
        ),
        _at_speed,
    ),
    (
        (
            rf"how far (?:does|will|can) {_WHO} (?:travel|go|drive|run|walk|fly)? ?in "
            rf"(?P<time>{NUMBER}) (?P<clock2>{PATTERN}) at {_PER}"
        ),
        _at_speed,
    ),
    (
        (
            rf"{_WHO}{_COVERS}(?: at)?(?: a| an)?(?: constant| average| steady)?(?: speed|"
            rf" rate)?(?: of| at)? ?{_PER}[.,]? how (?:long|many [a-z]+)[a-z' ]{{1,40}}? "
            rf"(?P<way>{NUMBER}) (?P<length2>{PATTERN})"
        ),
        _duration,
    ),
    (
        (
            rf"(?:if )?(?P<count>{NUMBER}) (?P<thing>[a-z]+)(?: of [a-z]+)? costs? (?P<cost>{NUMBER})"
            rf"(?: dollars)?[.,]? (?:how much (?:do|does|will|would)|what (?:is the cost "
            rf"of|do|will)) ?(?P<more>{NUMBER}) (?P<thing2>[a-z]+)(?: of [a-z]+)?(?: "
            rf"cost)?"
        ),
        _proportion,
    ),
    (
        (
            rf"(?:if )?(?P<count>{NUMBER}) (?P<thing>[a-z]+)(?: of [a-z]+)? costs? (?P<cost>{NUMBER})"
            rf"(?: dollars)?[.,]? (?:how much does|what does|what is the (?:cost|price)"
            rf" of) (?:each|one|1|a) ?[a-z]*(?: cost)?"
        ),
        _each,
    ),
    (
        (
            rf"{_WHO} can [a-z ]+ in (?P<one>{NUMBER}) (?P<clock>{PATTERN})(?:,? and|"
            rf"[.,]| while)? {_WHO} can [a-z ]+ in (?P<two>{NUMBER}) (?P<clock2>{PATTERN})"
            rf"[.,]? how (?:long|many [a-z]+)[a-z' ,]*together[a-z' ,]*"
        ),
        _work,
    ),
    (
        (
            rf"(?:[a-z ]{{0,40}}?)(?P<a>[a-z]+)(?: [a-z]+)? cost (?P<one>{NUMBER})(?: "
            rf"each)?(?: dollars)?,? (?:and|while) (?P<b>[a-z]+)(?: [a-z]+)? cost (?P<two>{NUMBER})"
            rf"(?: each)?(?: dollars)?[.,]? (?:a total of |if )?(?P<count>{NUMBER}) [a-z]+ "
            rf"(?:were|are) (?:sold|bought) for (?:a total of )?(?P<total>{NUMBER})(?: "
            rf"dollars)?[.,]? how many (?P<asked>[a-z]+)(?: [a-z]+)? (?:were|are) (?:sold|"
            rf"bought)"
        ),
        _mixture,
    ),
    (rf"(?:convert|change|express) {_PART} ?{_FROM} (?:to|into|in) {_TO}", _convert),
    (rf"how many {_TO} (?:are|is|are there|equal)(?: there)?(?: in)? {_PART} ?{_FROM}", _convert),
    (rf"{_PART} ?{_FROM} (?:is|equals|=) (?:how many|what in) {_TO}", _convert),
)
"""Whole texts, and what computes their answer."""


def by_ratio(text: str) -> Found | None:
    """Solve a text that one of the patterns covers whole; None where none does.

    Args:
        text: as `plain` returns it.

    Raises:
        NotUnderstood: a pattern covers it, and its numbers make no sense.
    """
    for pattern, compute in _COMPILED:
        if match := pattern.fullmatch(text):
            return compute(match.groupdict())
    return None


_COMPILED = tuple((re.compile(pattern + _END), compute) for pattern, compute in PATTERNS)

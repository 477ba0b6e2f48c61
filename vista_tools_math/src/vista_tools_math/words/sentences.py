"""Word problems that say sums, differences and multiples of unknowns: a grammar of quantities, then linear equations.

quantity = product { ("plus" | "minus" | "more than" | "less than" | ...) product }
product  = [ number "times" | number "% of" | share "of" ] atom
atom     = number | "the number" | "the larger number" | "his age" | a name | "the sum of" quantity "and" quantity
"""

import re
from fractions import Fraction

from vista_tools_math.words.linear import Equation, Linear, NotUnderstood, number, over, plus, solve, times, unknown
from vista_tools_math.words.plain import NUMBER, sentences, value

Found = tuple[Fraction, str, list[str]]
MAX_DEPTH = 12

_FILLER = re.compile(
    r"\b(?:if|then|and|let|suppose|that|there are|dollars|years old|years|the "
    r"value of|currently|now|altogether|in total|also)\b|,"
)
_ORDER = {name: name for name in ("first", "second", "third", "larger", "smaller", "other")}
_ORDER |= {"greater": "larger", "bigger": "larger", "lesser": "smaller"}


class _Quantities:
    """Reads quantities of one text; remembers the unknowns that it speaks of."""

    def __init__(self, names: set[str]) -> None:
        self.names = names
        self.depth = 0

    def read(self, text: str) -> Linear:
        """Read one quantity.

        Raises:
            NotUnderstood: it is none; says which words.
        """
        text = text.strip(" ,")
        self.depth += 1
        if self.depth > MAX_DEPTH:
            raise NotUnderstood("the text is nested too deeply")
        try:
            return self._sum(text)
        finally:
            self.depth -= 1

    def _sum(self, text: str) -> Linear:
        for pattern, sign in _TWO_OF:
            if (match := re.fullmatch(pattern, text)) and (parts := self._split_and(match[1])):
                return _combine(sign, *parts)
        for pattern, sign in _BETWEEN:
            for match in re.finditer(pattern, text):
                try:
                    one, two = self.read(text[: match.start()]), self.read(text[match.end() :])
                except NotUnderstood:
                    continue
                return _combine(sign, one, two)
        return self._product(text)

    def _split_and(self, text: str) -> tuple[Linear, Linear] | None:
        for match in re.finditer(r" and ", text):
            try:
                return self.read(text[: match.start()]), self.read(text[match.end() :])
            except NotUnderstood:
                continue
        return None

    def _product(self, text: str) -> Linear:
        if match := re.fullmatch(rf"({NUMBER}) times (?:as (?:much|many|old|large|big|long) as )?(.+)", text):
            return times(number(value(match[1])), self.read(match[2]))
        if match := re.fullmatch(rf"({NUMBER})% of (.+)", text):
            return times(number(value(match[1]) / 100), self.read(match[2]))
        if match := re.fullmatch(rf"({NUMBER}) of (.+)|({NUMBER}) (the .+|a number|his .+|her .+)", text):
            return times(number(value(match[1] or match[3])), self.read(match[2] or match[4]))
        return self._atom(text)

    def _atom(self, text: str) -> Linear:
        if re.fullmatch(NUMBER, text):
            return number(value(text))
        if match := re.fullmatch(rf"({NUMBER}) ?([a-z])", text):
            return times(number(value(match[1])), unknown(match[2]))
        if match := re.fullmatch(r"(?:a|the|this|that|an unknown|some) number|it|[b-hj-z]", text):
            return unknown(text if len(text) == 1 else "n")
        match = re.fullmatch(r"(?:the )?(\w+) (?:number|integer|one)", text)
        if match and match[1] in _ORDER:
            return unknown(_ORDER[match[1]])
        name = re.sub(r"'s? (?:age|number|share|money|amount|height|weight|score|marbles)$", "", text)
        if name in self.names:
            return unknown(name)
        raise NotUnderstood(f"{text[:60]!r} is not understood")


_TWO_OF = (
    (r"(?:the )?sum of (.+)", "+"),
    (r"(?:the )?(?:positive )?difference (?:of|between) (.+)", "-"),
    (r"(?:the )?product of (.+)", "*"),
    (r"(?:the )?quotient of (.+)", "/"),
)
_BETWEEN = (
    (r" (?:more|greater|larger|older|bigger|longer|taller|heavier|higher) than ", "+"),
    (r" (?:less|fewer|smaller|younger|shorter|lower|lighter) than ", "from"),
    (r" (?:plus|added to|increased by|\+) ", "+"),
    (r" (?:minus|decreased by|diminished by|reduced by|-) ", "-"),
    (r" subtracted from ", "from"),
    (r" (?:multiplied by|\*) ", "*"),
    (r" (?:divided by|/) ", "/"),
)


def _combine(sign: str, one: Linear, two: Linear) -> Linear:
    if sign == "+":
        return plus(one, two)
    if sign == "-":
        return plus(one, two, -1)
    if sign == "from":
        return plus(two, one, -1)
    return times(one, two) if sign == "*" else over(one, two)


_IS = (
    r" (?:is equal to|is the same as|is|are|was|equals|equal|gives|results in|"
    r"yields|makes|has|have|weighs|scored|costs?|=) "
)
_QUESTION = re.compile(
    r"^(?:find|what (?:is|are|was)|what's|how old (?:is|are)|how (?:many|much)"
    r"[a-z ]*? (?:does|do|is|are|did)|calculate|determine|compute|solve for)"
    r" "
    r"(.+?)(?: have| weigh| cost| get| score)?$"
)


def by_sentences(text: str) -> Found:
    """Solve a word problem whose sentences are statements about quantities, and one question.

    Args:
        text: as `plain` returns it.

    Raises:
        NotUnderstood: a sentence is no such statement, there is no question, or the statements do not decide it.
    """
    parts = [clause for sentence in sentences(text) for clause in _clauses(sentence)]
    asked = [part for part in parts if _QUESTION.match(part)]
    if len(asked) != 1:
        raise NotUnderstood("no question for a quantity was found" if not asked else "more than one question was found")
    names = _names(parts)
    quantities = _Quantities(names)
    equations: list[Equation] = []
    for part in parts:
        if part is not asked[0]:
            equations += _statement(part, quantities)
    known = {name for e in equations for side in (e.left, e.right) for name in side if name}
    target = _QUESTION.match(asked[0])
    assert target is not None
    wanted = _wanted(target[1].strip(), quantities, known)
    result, steps = solve(_ordered(equations, known), wanted)
    if {"larger", "smaller"} <= known:
        both = [solve(_ordered(equations, known), unknown(n))[0] for n in ("larger", "smaller")]
        if both[0] < both[1]:
            raise NotUnderstood("the larger number would be the smaller one")
    return result, "", steps


def _clauses(sentence: str) -> list[str]:
    """Part a sentence where a question follows its condition: "If x is 3, what is y"."""
    sentence = re.sub(r"^(?:if|suppose|given that|let|when) ", "", sentence)
    match = re.search(r",? (?=(?:find|what (?:is|are)|how (?:old|many|much)) )", sentence)
    heads = [sentence[: match.start()], sentence[match.end() :]] if match and match.start() > 0 else [sentence]
    found = []
    for head in heads:
        head = head.strip(" ,")
        joined = re.split(rf",? and (?=(?:their|the) (?:sum|difference) |[a-z' ]{{1,30}}{_IS.strip()} )", head)
        found += [part.strip(" ,") for part in joined if part.strip(" ,")]
    return found


def _names(parts: list[str]) -> set[str]:
    """People and things that statements begin with or compare to: "tom is 3 years older than ann"."""
    found: set[str] = set()
    for part in parts:
        if match := re.match(r"^([a-z]{2,20}(?:'s)?)(?: (?:is|has|weighs|scored|costs?|have)\b| and )", part):
            found.add(match[1].removesuffix("'s"))
        found |= {m[1] for m in re.finditer(r"(?:than|as) ([a-z]{2,20})(?:$|'s| does| has| is)", part)}
    return found - {
        "what",
        "it",
        "the",
        "their",
        "find",
        "how",
        "sum",
        "together",
        "they",
        "there",
        "each",
        "that",
        "number",
    }


def _statement(part: str, quantities: _Quantities) -> list[Equation]:
    """A statement as equations.

    Raises:
        NotUnderstood: it is none.
    """
    for rule in (_both, _together, _compared, _two_numbers):
        if (made := rule(part, quantities)) is not None:
            return [Equation(left, right, part) for left, right in made]
    bare = re.sub(r" {2,}", " ", _FILLER.sub(" ", part)) if " and " not in part else part
    for match in re.finditer(_IS, f" {bare} "):
        text = f" {bare} "
        try:
            return [
                Equation(quantities.read(text[: match.start()]), quantities.read(_thing(text[match.end() :])), part)
            ]
        except NotUnderstood:
            continue
    raise NotUnderstood(f"the sentence {part[:80]!r} is not understood")


def _thing(text: str) -> str:
    """A count without what is counted: "12 apples" -> "12"."""
    return re.sub(
        rf"^ ?({NUMBER}) (?!times|of|more|less|fewer|older|younger|plus|minus)[a-z]+ ?(?:old)?$", r"\1", text.strip()
    )


def _both(part: str, quantities: _Quantities) -> list[tuple[Linear, Linear]] | None:
    """Read "their sum is 20", "the difference of the numbers is 4", "the sum of two numbers is 10"."""
    pattern = (
        rf"(?:their|(?:the )?)? ?(sum|difference)(?: (?:of|between) (?:(?:the |these "
        rf"|their )?(?:2 )?(?:numbers|ages|integers|two)|them))?(?: is| equals| of)? "
        rf"({NUMBER})"
    )
    if (match := re.fullmatch(pattern, part)) is None:
        return None
    people = sorted(quantities.names)
    one, two = ("larger", "smaller") if len(people) != 2 else people
    if match[1] == "difference" and len(people) == 2:
        raise NotUnderstood("which of the two is larger is not said")
    sign = 1 if match[1] == "sum" else -1
    return [(plus(unknown(one), unknown(two), sign), number(value(match[2])))]


def _together(part: str, quantities: _Quantities) -> list[tuple[Linear, Linear]] | None:
    """Read "together they have 20 apples", "tom and ann have 20 apples together"."""
    pattern = (
        rf"(?:together,? (?:they|[a-z]+ and [a-z]+) (?:have|weigh|scored|are)|(?:they|"
        rf"[a-z]+ and [a-z]+) (?:have|weigh|scored)(?: a total of)?) ({NUMBER})(?: "
        rf"[a-z]+){{0,3}}?(?: together| in all| altogether| in total)?"
    )
    match = re.fullmatch(pattern, part)
    if match is None or not quantities.names:
        return None
    total: Linear = {}
    for name in sorted(quantities.names):
        total = plus(total, unknown(name))
    return [(total, number(value(match[1])))]


def _compared(part: str, quantities: _Quantities) -> list[tuple[Linear, Linear]] | None:
    """Read "tom has 5 more apples than ann", "tom is 3 times as old as ann", "tom is 3 years older than ann"."""
    pattern = (
        rf"([a-z]+) (?:is|has|have|weighs|scored|costs) (?:({NUMBER}) times as [a-z]+(?: [a-z]+)? as ([a-z]+)"
        rf"|({NUMBER}) (?:[a-z]+ )?(more|fewer|less|older|younger|taller|shorter|heavier|lighter)"
        r"(?: [a-z]+)? than ([a-z]+))(?: (?:is|does|has))?"
    )
    match = re.fullmatch(pattern, part)
    if match is None or match[1] not in quantities.names:
        return None
    other = unknown(match[3] or match[6])
    if match[2]:
        return [(unknown(match[1]), times(number(value(match[2])), other))]
    sign = 1 if match[5] in ("more", "older", "taller", "heavier") else -1
    return [(unknown(match[1]), plus(other, number(value(match[4])), sign))]


def _two_numbers(part: str, quantities: _Quantities) -> list[tuple[Linear, Linear]] | None:
    """Read "one number is 3 times the other", "the sum of 3 consecutive integers is 72"."""
    part = re.sub(
        r"\b(the (?:larger|greater|bigger|smaller|first|second|third))(?: number| integer)?\b", r"\1 number", part
    )
    if match := re.fullmatch(r"(?:one|1)(?: number)? is (.+?)(?: the other| than the other)(?: number)?", part):
        text = match[1]
        if times_of := re.fullmatch(rf"({NUMBER}) times", text):
            factor = value(times_of[1])
            names = ("larger", "smaller") if factor >= 1 else ("smaller", "larger")
            return [(unknown(names[0]), times(number(factor), unknown(names[1])))]
        if more := re.fullmatch(rf"({NUMBER}) (more|greater|larger|less|smaller|fewer)", text):
            return [(unknown("larger"), plus(unknown("smaller"), number(value(more[1]))))]
        return None
    if match := re.fullmatch(
        rf"(?:the )?sum of ({NUMBER}) consecutive (even |odd )?(?:integers|numbers)(?: is| equals) ({NUMBER})", part
    ):
        count, step = value(match[1]), 2 if match[2] else 1
        if count.denominator != 1 or not 2 <= count <= 50:
            raise NotUnderstood(f"{match[1]} is no number of integers")
        n = int(count)
        names = {"smaller": 0, "larger": (n - 1) * step}
        total = plus(times(number(n), unknown("smaller")), number(Fraction(step * n * (n - 1), 2)))
        rest = [(unknown("larger"), plus(unknown("smaller"), number(names["larger"])))]
        return [(total, number(value(match[3]))), *rest]
    return None


def _ordered(equations: list[Equation], known: set[str]) -> list[Equation]:
    """Equations; a pair of numbers named in both ways is one pair."""
    if "first" in known and "larger" in known:
        raise NotUnderstood("whether the first number is the larger one is not said")
    return equations


def _wanted(text: str, quantities: _Quantities, known: set[str]) -> Linear:
    """What a question asks for."""
    text = re.sub(r"^(?:the value of|the (?:integer|whole number)$)", "", text).strip() or "the number"
    text = re.sub(r"\b(?:apples|marbles|years|dollars|points|books|coins|cards|now)\b", "", text).strip()
    text = re.sub(
        r"^the (largest|greatest|biggest)(?= )",
        "the larger",
        re.sub(r"^the (smallest|least)(?= )", "the smaller", text),
    )
    try:
        wanted = quantities.read(text)
    except NotUnderstood:
        if text in ("the numbers", "the 2 numbers", "both numbers"):
            raise NotUnderstood("two numbers are asked for; ask for the larger or the smaller one") from None
        raise
    if set(wanted) - {""} - known:
        raise NotUnderstood(f"nothing is said of {', '.join(sorted(set(wanted) - {''} - known))}")
    return wanted

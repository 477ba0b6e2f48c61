"""From a question about a chart to what must be computed over which cells; or the words that were not understood.

Names of rows and series are found in the question first, so that they cannot be taken for words of it. Then its key
words say the operation, and every word that is left must be a known one, or stand where a question names what is
counted ("how many *students*", "the highest *score*"). Anything else is refused: a guess would look like a reading.
"""

import itertools
import re
from dataclasses import dataclass, field

from vista_tools_vision.endpoints.data import DataTable


class NotUnderstood(Exception):
    """The question asks for something that is not computed here; the text says which words."""


@dataclass(slots=True)
class Query:
    """A question as it was understood.

    Attributes:
        operation: what to compute, a key of `compute.OPERATIONS`.
        rows: names of the rows in question, in its order; empty means all.
        columns: likewise of the series.
        operands: rows, columns and extremes ("max", "min") as (kind, name), in the order of the question.
        number: a number to compare with.
        relation: ">", "<", ">=", "<=" or "=" of a comparison or a condition.
        rank: 2 for "the second highest".
        wants_name: the answer is a name ("which ...") and not a number.
        span: the rows are the ends of a range ("from 2010 to 2015").
        falling: a change is asked for as a decrease.
        yes_no: it is asked whether something is so.
        ignored: words that name what is counted, and played no part.
    """

    operation: str
    rows: list[str] = field(default_factory=list)
    columns: list[str] = field(default_factory=list)
    operands: list[tuple[str, str]] = field(default_factory=list)
    number: float | None = None
    relation: str = ""
    rank: int = 1
    wants_name: bool = False
    span: bool = False
    falling: bool = False
    yes_no: bool = False
    ignored: list[str] = field(default_factory=list)


_KEYS = {
    "max": "highest largest biggest greatest maximum max most tallest longest peak",
    "min": "lowest smallest least minimum min fewest shortest",
    "mean": "mean average",
    "median": "median",
    "sum": "sum total combined altogether together add",
    "plus": "plus",
    "minus": "minus",
    "difference": "difference gap",
    "ratio": "ratio times divided",
    "percent": "percent percentage share proportion",
    "change": "change changed increase increased increases increasing decrease decreased decreases decreasing rise "
    "rises rose rising fall falls fell falling grow grows grew growing growth decline declines declined declining drop "
    "drops dropped dropping",
    "trend": "trend",
    ">": "more greater higher larger bigger above over exceed exceeds longer taller",
    "<": "less fewer lower smaller below under shorter",
    "=": "equal equals same exactly",
    ">=": "<ge>",
    "<=": "<le>",
    "count": "<count>",
    "marks": "bar bars slice slices segment segments point points dot dots",
    "categories": "category categories group groups",
    "series": "series line lines legend",
}
_KEY_OF = {word: key for key, words in _KEYS.items() for word in words.split()}
_NAMING = {"marks", "categories", "series"}
_RELATIONS = {">", "<", "=", ">=", "<="}
_ORDINALS = {"second": 2, "2nd": 2, "third": 3, "3rd": 3, "fourth": 4, "4th": 4, "fifth": 5, "5th": 5}
_PLAIN = set(
    "a an the of in on at for to from by and or is are was were be been do does did has have had having it its this "
    "that these those there their they what which who whose how when where s can could you tell me please give find "
    "calculate compute show shows shown see seen according given as than between with across among out all each any "
    "chart graph plot figure picture image diagram table data value values number numbers amount figure quantity level "
    "pie donut axis name names label labels x y represented represent represents displayed depicted present much many "
    "whole make up made account accounts accounted".split()
)
_OPENERS = {"many", "much", "which", "what", "number", "amount", "value", "values", "who", "that", "whose"}
_FALLING = {
    word
    for word in _KEYS["change"].split()
    if word.startswith(("decrease", "decreasing", "fall", "fell", "decl", "drop"))
}
_DIRECT = {"compare", "trend", "is_extreme"}  # what a yes-or-no question may ask for
_CLOSED = 9
_CLOSERS = set("of in for at on by from between with among across".split())
_ASKING = {"is", "are", "was", "were", "does", "do", "did", "has", "have", "had"}
_REFUSED = set(
    "not never no except excluding excluded exclude without other others besides neither nor if unless would will "
    "predict prediction forecast next previous last first before after since until double half twice thrice triple "
    "square root squared odd even prime why because meaning standard deviation variance probability chance likely "
    "color colour colored coloured left right adjacent multiplied product rank sort sorted ascending descending "
    "order only both either almost about approximately nearly doubled tripled halved rounded subtracted reduced raised "
    "omitted removed ignored deducted quadrupled versus vs".split()
)
_STRANGE = re.compile(r"[^\w\s?.,!'\u2019\"():;&$%<>=-]|(?<![\w])-(?!\d)|(?<=[\w>])\s*-\s*(?=<)|_")
_TOKEN = re.compile(r"<[a-z]+\d*>|-?\$?\d[\d,]*(?:\.\d+)?%?|[^\W\d_]+|[<>]=?|=")
_MOST_TEXT = 400  # characters of a question; a policy writes the text


def understand(question: str, table: DataTable) -> Query:
    """What a question asks of a table.

    Raises:
        NotUnderstood: it asks for something else, or in words that are not known; says which.
    """
    text = question.strip()
    if not text:
        raise NotUnderstood("the question is empty")
    if len(text) > _MOST_TEXT:
        raise NotUnderstood(f"the question has {len(text)} characters; {_MOST_TEXT} at most are read")
    return _Reading(text, table).query()


class _Reading:
    """One question on its way to a query."""

    def __init__(self, text: str, table: DataTable) -> None:
        self.table = table
        self.names: dict[str, tuple[str, str]] = {}
        text = self._marked(_OVER_TIME.sub(" trend ", text))
        for pattern, word in _PHRASES:
            text = pattern.sub(word, text)
        if strange := _STRANGE.search(text):
            raise NotUnderstood(f"the sign {strange[0].strip()!r}")
        written = _TOKEN.findall(text)
        self.tokens = [token.lower() for token in written]
        # A name that the chart does not have must not pass for what is counted.
        self.foreign = [place > 0 and token[0].isupper() for place, token in enumerate(written)]
        self.keys = [_KEY_OF.get(token, "") for token in self.tokens]
        self.found = {key for key in self.keys if key}
        self.operands = [self._operand(i) for i in range(len(self.tokens)) if self._operand(i)]
        self.rows = list(dict.fromkeys(name for kind, name in self.operands if kind == "row"))
        self.columns = list(dict.fromkeys(name for kind, name in self.operands if kind == "column"))

    def _marked(self, text: str) -> str:
        """Put "<r0>", "<c1>" and "<t2>" in place of the names of rows, series and titles, the longest names first."""
        table = self.table
        entries = [("row", name) for name in table.rows] + [("column", name) for name in table.columns if name]
        entries += [("title", name) for name in (table.title, table.row_title, table.value_title) if name]
        for number, (kind, name) in enumerate(sorted(entries, key=lambda e: -len(e[1]))):
            if len(re.sub(r"\W", "", name)) == 0:
                continue
            exact = len(name) <= 3 or name.lower() in _PLAIN | _KEY_OF.keys()
            plural = "(?:'s|s)?" if name[-1:].isalpha() and not exact else ""
            pattern = r"(?<![\w.])" + r"\s+".join(map(re.escape, name.split())) + plural + r"(?![\w]|\.\d)"
            mark = f" <{kind[0]}{number}> "
            changed = re.sub(pattern, mark, text, flags=0 if exact else re.IGNORECASE)
            if changed != text:
                self.names[mark.strip()] = (kind, name)
                text = changed
        return text

    def _operand(self, place: int) -> tuple[str, str] | None:
        token, key = self.tokens[place], self.keys[place]
        if key in ("max", "min"):
            return (key, key)
        kind, name = self.names.get(token, ("", ""))
        if kind == "row" and self._is_threshold(place):
            return None
        return (kind, name) if kind in ("row", "column") else None

    def _is_threshold(self, place: int) -> bool:
        """Whether a row's name that is a number is meant as a number: "more than 20" where there is a row "20"."""
        name = self.names[self.tokens[place]][1]
        before = self.tokens[max(0, place - 1) : place]
        others = {t for t in self.tokens if self.names.get(t, ("",))[0] == "row" and t != self.tokens[place]}
        close = bool(before) and (before[0] == "than" or _KEY_OF.get(before[0]) in _RELATIONS)
        return close and not others and _number(name) is not None

    def _threshold(self) -> float | None:
        numbers = []
        for place, token in enumerate(self.tokens):
            if self.names.get(token, ("",))[0] == "row" and self._is_threshold(place):
                numbers.append(_number(self.names[token][1]))
            elif (value := _number(token)) is not None and token not in _ORDINALS:
                numbers.append(value)
        if len(numbers) > 1:
            raise NotUnderstood(
                f"there are several numbers in it ({', '.join(f'{n:g}' for n in numbers if n is not None)})"
            )
        return numbers[0] if numbers else None

    def query(self) -> Query:
        """The operation, once every word is accounted for."""
        ignored = self._leftover()
        number = self._threshold()
        relations = [key for key in self.keys if key in _RELATIONS]
        operation = self._operation(number, relations)
        yes_no = self.tokens[:1] != [] and self.tokens[0] in _ASKING
        if operation == "extremum" and yes_no:
            operation = "is_extreme"
        if yes_no and operation not in _DIRECT:
            raise NotUnderstood(f"a question of yes or no about a {operation.replace('_', ' ')}")
        query = Query(
            operation=operation,
            rows=self.rows,
            columns=self.columns,
            operands=self._in_order(),
            number=number,
            relation=relations[0] if relations else "",
            rank=next((_ORDINALS[t] for t in self.tokens if t in _ORDINALS), 1),
            wants_name=self._wants_name(),
            span=bool(re.search(r"from <r\d+> to <r\d+>", " ".join(self.tokens))),
            falling=any(token in _FALLING for token in self.tokens),
            yes_no=yes_no and "or" not in self.tokens,
            ignored=ignored,
        )
        if number is not None and query.operation not in ("count_if", "compare"):
            raise NotUnderstood(f"what the number {number:g} is for")
        if query.rank > 1 and query.operation != "extremum":
            raise NotUnderstood("what the second or third is to be counted by")
        return query

    def _operation(self, number: float | None, relations: list[str]) -> str:
        """The operation that the key words ask for, all of which must belong to it."""
        keys = self.found - _NAMING
        related = set(relations)
        how_much = any(t in ("<count>", "much") for t in self.tokens)
        if len(related) > 1:
            raise NotUnderstood(f"two comparisons in one question ({', '.join(sorted(related))})")
        if "trend" in keys or "change" in keys:
            return self._over_rows(keys, how_much)
        for operation, extra in (("ratio", {"max", "min", "count", ">"}), ("difference", {"max", "min"})):
            if operation in keys:
                return self._checked(operation, keys - extra - {operation})
        if related:
            rest = keys - related - {"count"}
            if number is not None and "count" in keys:
                if self.rows and len(self.table.columns) == 1:
                    raise NotUnderstood(f"what is to be counted of {' and '.join(self.rows)}")
                return self._checked("count_if", rest)
            if number is None and (how_much or "count" in keys):
                return self._checked("difference", rest)
            return self._checked("compare", rest)
        if keys & {"plus", "minus"}:
            if len(self.operands) < 2 or len(keys & {"plus", "minus"}) > 1:
                raise NotUnderstood("what is to be added and what taken away")
            rest = keys - {"plus", "minus", "count"}
            return self._checked("sum" if "plus" in keys else "minus", rest)
        if "percent" in keys:
            return self._checked("share", keys - {"percent", "sum"})
        for operation in ("median", "mean", "sum"):
            if operation in keys:
                return self._checked(operation, keys - {operation, "count", "max", "min"})
        if keys & {"max", "min"}:
            if {"max", "min"} <= keys:
                raise NotUnderstood("both a highest and a lowest, and nothing to do with them")
            return self._checked("extremum", keys - {"max", "min", "count"})
        return self._plain(keys)

    def _over_rows(self, keys: set[str], how_much: bool) -> str:
        if "percent" in keys:
            return self._checked("percent_change", keys - {"percent", "change"})
        asks_whether = not how_much and self.tokens[0] in {*_ASKING, "how"}
        if "trend" in keys or asks_whether:
            return self._checked("trend", keys - {"trend", "change"})
        return self._checked("change", keys - {"change", "count"})

    def _in_order(self) -> list[tuple[str, str]]:
        """The operands, what is compared before what it is compared with: "how much more than Kiwi is Mango?"."""
        first = next((place for place in range(len(self.tokens)) if self._operand(place)), 0)
        before = [token for token in self.tokens[:first] if token not in ("the", "that", "of", "in", "for", "value")]
        if len(self.operands) == 2 and before[-1:] in (["than"], ["as"]):
            return self.operands[::-1]
        return self.operands

    def _plain(self, keys: set[str]) -> str:
        """A value, or a count of what the chart shows."""
        if self.operands:
            if not set(self.tokens) & (_OPENERS | {"<count>", "give", "tell", "find", "show"}):
                raise NotUnderstood("what is asked of " + " and ".join(name for _, name in self.operands))
            return "value"
        if "count" in keys:
            if self.found & _NAMING or any(self.names.get(t, ("",))[1] == self.table.row_title for t in self.names):
                return "count"
            raise NotUnderstood("what is to be counted")
        raise NotUnderstood("no operation")

    def _checked(self, operation: str, rest: set[str]) -> str:
        if rest:
            words = [token for token, key in zip(self.tokens, self.keys, strict=True) if key in rest]
            raise NotUnderstood(f"{' and '.join(words)} together with {operation.replace('_', ' ')}")
        return operation

    def counted(self) -> str:
        """What a count is about: marks, series or categories."""
        return next((key for key in ("marks", "series", "categories") if key in self.found), "categories")

    def _wants_name(self) -> bool:
        tokens = self.tokens
        if any(token in ("which", "who", "when", "where", "whose") for token in tokens):
            return True
        return any(t == "what" and after not in _ASKING | {"s", "the"} for t, after in itertools.pairwise(tokens))

    def _leftover(self) -> list[str]:
        """Words that name what is counted; everything else must be known.

        Raises:
            NotUnderstood: a word is not known, or known to change the meaning.
        """
        titles = set(
            re.findall(r"[^\W\d_]+", f"{self.table.title} {self.table.row_title} {self.table.value_title}".lower())
        )
        refused = [token for token in self.tokens if token in _REFUSED]
        if refused:
            raise NotUnderstood(" ".join(refused))
        ignored: list[str] = []
        unknown: list[str] = []
        run = _CLOSED  # words since the question opened a place for what is counted
        for place, token in enumerate(self.tokens):
            of_it = token == "of" and self.tokens[place - 1] in ("number", "amount", "which", "many", "much")
            if token in _OPENERS or self.keys[place] or token == "<count>" or of_it:
                run = 0
            elif token in self.names or token in _CLOSERS or token in _ORDINALS or _number(token) is not None:
                run = _CLOSED
            elif token in _PLAIN or token in titles:
                run += 1
            elif self._may_be_counted(place, run):
                run += 1
                ignored.append(token)
            else:
                unknown.append(token)
        if unknown:
            raise NotUnderstood(" ".join(unknown))
        return ignored

    def _may_be_counted(self, place: int, run: int) -> bool:
        """Whether an unknown word can be what is counted, or the verb that belongs to it."""
        after = self.tokens[place + 1] if place + 1 < len(self.tokens) else ""
        if self.foreign[place] or after in ("and", "or", "to", "than"):
            return False
        before = self.tokens[max(0, place - 2) : place]
        asked = "<count>" in self.tokens or "which" in self.tokens
        ends = asked and not after and before[-1:] and (before[-1] in self.names or before[-1] in ("was", "were"))
        did = len(before) == 2 and before[0] in ("did", "does", "do", "has", "have", "had") and before[1] in self.names
        return run < 4 or bool(ends) or did


def counted_thing(question: str, table: DataTable) -> str:
    """What a question that counts is about: "marks", "series" or "categories"."""
    return _Reading(question, table).counted()


def _number(token: str) -> float | None:
    match = re.fullmatch(r"(-?)\$?(\d[\d,]*(?:\.\d+)?)%?", token)
    if not match or len(token) > 20:
        return None
    return float(match[1] + match[2].replace(",", ""))


_OVER_TIME = re.compile(r"\b(over|through|throughout) (the )?(time|years|months|period|days|weeks)\b", re.IGNORECASE)
_PHRASES = [
    (re.compile(pattern, re.IGNORECASE), word)
    for pattern, word in (
        (r"\bat least\b", " <ge> "),
        (r"\b(at most|no more than)\b", " <le> "),
        (r"\bhow many times\b", " times "),
        (r"\bhow many\b", " <count> "),
        (r"\bin (all|total)\b", " total "),
        (r"\bnumber of (?=bars|slices|points|categories|groups|series|lines)", " <count> "),
        (r"\b(increasing|rising|growing) or (decreasing|falling|declining)\b", " trend or "),
        (r"\b(tendency|pattern)\b", " trend "),
    )
]

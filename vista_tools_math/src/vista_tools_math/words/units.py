"""Units: their sizes, for conversions and for rates."""

from fractions import Fraction

_TABLE: dict[str, tuple[tuple[str, Fraction | int, str], ...]] = {
    "length": (
        ("m", 1, "meter meters metre metres"),
        ("km", 1000, "kilometer kilometers kilometre kilometres"),
        ("cm", Fraction(1, 100), "centimeter centimeters centimetre centimetres"),
        ("mm", Fraction(1, 1000), "millimeter millimeters millimetre millimetres"),
        ("in", Fraction(254, 10000), "inch inches"),
        ("ft", Fraction(3048, 10000), "foot feet"),
        ("yd", Fraction(9144, 10000), "yard yards"),
        ("mi", Fraction(1609344, 1000), "mile miles"),
    ),
    "time": (
        ("s", 1, "second seconds sec secs"),
        ("min", 60, "minute minutes mins"),
        ("h", 3600, "hour hours hr hrs"),
        ("day", 86400, "days"),
        ("week", 604800, "weeks"),
    ),
    "mass": (
        ("g", 1, "gram grams"),
        ("kg", 1000, "kilogram kilograms"),
        ("mg", Fraction(1, 1000), "milligram milligrams"),
        ("t", 1_000_000, "tonne tonnes"),
        ("lb", Fraction(45359237, 100000), "pound pounds lbs"),
        ("oz", Fraction(28349523125, 1000000000), "ounce ounces"),
    ),
    "volume": (
        ("l", 1, "liter liters litre litres"),
        ("ml", Fraction(1, 1000), "milliliter milliliters millilitre millilitres"),
        ("gal", Fraction(3785411784, 1000000000), "gallon gallons"),
        ("qt", Fraction(946352946, 1000000000), "quart quarts"),
        ("pt", Fraction(473176473, 1000000000), "pint pints"),
        ("cup", Fraction(2365882365, 10000000000), "cups"),
    ),
    "money": (("dollar", 1, "dollars"), ("cent", Fraction(1, 100), "cents")),
}
UNITS: dict[str, tuple[str, str, Fraction]] = {
    word: (kind, short, Fraction(size))
    for kind, rows in _TABLE.items()
    for short, size, words in rows
    for word in (short, *words.split())
}
"""Word -> kind, short form, size in the first unit of its kind."""

PATTERN = "|".join(sorted(UNITS, key=len, reverse=True))
"""All unit words, for a regular expression."""


def converted(value: Fraction, start: str, end: str) -> Fraction | None:
    """Return a value in another unit of the same kind; None for units of different kinds."""
    one, two = UNITS[start], UNITS[end]
    return value * one[2] / two[2] if one[0] == two[0] else None

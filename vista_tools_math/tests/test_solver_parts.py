"""Exact numbers, linear systems, roots, elimination, figures, sketches and derivations."""

import math
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vista_tools_math.expressions import evaluate
from vista_tools_math.languages import FormError
from vista_tools_math.solver import NotSolved, Problem, solve
from vista_tools_math.solver import exact as e
from vista_tools_math.solver.algebra import Algebra
from vista_tools_math.solver.elimination import combine, substitute_pairs
from vista_tools_math.solver.figure import Figure
from vista_tools_math.solver.linear import Linear, explain
from vista_tools_math.solver.polynomials import TooLarge, add, const, multiply, power, variable
from vista_tools_math.solver.records import Record
from vista_tools_math.solver.roots import real_roots

fractions = st.fractions(min_value=-50, max_value=50, max_denominator=20)
positive = st.fractions(min_value=Fraction(1, 20), max_value=50, max_denominator=20)
reals = st.one_of(
    fractions,
    positive.map(e.sqrt),
    st.builds(lambda a, b: a * e.sqrt(b), fractions, positive),
    st.builds(lambda a, b: a + e.sqrt(b), fractions, positive),
    st.sampled_from([e.PI, e.sine(Fraction(40)), e.tangent(Fraction(72)), e.sqrt(e.sqrt(Fraction(2)) + 7)]),
)


@given(reals, reals)
def test_exact_and_float_stay_twins(a: e.Number, b: e.Number) -> None:
    for result, value in ((a + b, float(a) + float(b)), (a - b, float(a) - float(b)), (a * b, float(a) * float(b))):
        assert math.isclose(float(result), value, rel_tol=1e-9, abs_tol=1e-9)
    if not e.is_zero(b, 1e-3):
        assert math.isclose(float(a / b), float(a) / float(b), rel_tol=1e-6, abs_tol=1e-9)


@given(reals)
def test_exact_text_is_the_calculators(a: e.Number) -> None:
    assert math.isclose(float(evaluate(e.text(a))), float(a), rel_tol=1e-9, abs_tol=1e-9)


@pytest.mark.parametrize(
    ("number", "text"),
    [
        (e.sqrt(Fraction(12)), "2*sqrt(3)"),
        (e.sqrt(Fraction(3, 4)), "sqrt(3)/2"),
        (e.inverse(e.sqrt(Fraction(3)) + 1), "-1/2 + sqrt(3)/2"),
        (e.sqrt(Fraction(3) + 2 * e.sqrt(Fraction(2))), "1 + sqrt(2)"),
        (e.sqrt(e.sqrt(Fraction(2)) + 7) ** 2, "7 + sqrt(2)"),
        (e.sine(Fraction(135)), "sqrt(2)/2"),
        (e.cosine(Fraction(120)), "-0.5"),
        (e.arc_function("acos", Fraction(1, 2)), "60"),
        (e.arc_function("acos", Fraction(1, 3)), "degrees(acos(1/3))"),
        (e.PI * Fraction(25, 2), "25*pi/2"),
    ],
)
def test_numbers_are_simplified(number: e.Number, text: str) -> None:
    assert e.text(number) == text


@given(st.lists(st.lists(st.integers(-4, 4), min_size=4, max_size=4), min_size=1, max_size=6))
def test_linear_systems_keep_what_they_are_told(rows: list[list[int]]) -> None:
    """Equations that a known solution satisfies are never in conflict, and values found are that solution's."""
    names, truth = "abcd", (3, -1, 2, 7)
    linear = Linear()
    records = []
    for i, row in enumerate(rows):
        poly = const(-sum(c * v for c, v in zip(row, truth, strict=True)))
        for c, name in zip(row, names, strict=True):
            poly = add(poly, variable(name), c)
        records.append(Record(i, "given", "", poly))
        assert linear.insert(poly, 1 << i) in ("new", "known")
    for name, v in zip(names, truth, strict=True):
        value = linear.value(variable(name))
        if value is not None:
            assert value == v
            _, mask = linear.reduce(variable(name))
            used = explain(add(variable(name), const(v), -1), mask, records)
            small = Linear()
            for i in sorted(used):
                small.insert(records[i].poly, 0)
            assert small.value(variable(name)) == v


def test_a_contradiction_is_not_added() -> None:
    linear = Linear()
    assert linear.insert(add(variable("x"), const(3), -1), 1) == "new"
    assert linear.insert(add(variable("x"), const(4), -1), 2) == "conflict"
    assert linear.value(variable("x")) == 3


@given(st.lists(st.integers(-6, 6), min_size=1, max_size=4, unique=True))
def test_roots_are_found(wanted: list[int]) -> None:
    poly = [Fraction(1)]
    for root in wanted:
        poly = [a - root * b for a, b in zip([Fraction(0), *poly], [*poly, Fraction(0)], strict=True)]
    assert sorted(round(float(r), 6) for r in real_roots(poly)) == sorted(map(float, wanted))


def test_two_equations_are_combined() -> None:
    """h² + x² = 13², h² + (14 - x)² = 15²: their difference is linear."""
    algebra = Algebra()
    h, x = algebra.declare("h", "length"), algebra.declare("x", "length")
    rest = add(const(14), x, -1)
    algebra.state("one", "1", add(add(power(h, 2), power(x, 2)), const(169), -1))
    algebra.state("two", "2", add(add(power(h, 2), power(rest, 2)), const(225), -1))
    assert combine(algebra)
    algebra.progress()
    assert algebra.value(x) == 5 and algebra.value(h) == 12


def test_one_unknown_is_put_in() -> None:
    """xy = 12, x² + 2y = 17 has the solution x = 3, y = 4, and one more that fits."""
    algebra = Algebra()
    x, y = algebra.declare("x", "length"), algebra.declare("y", "length")
    algebra.state("one", "1", add(multiply(x, y), const(12), -1))
    algebra.state("two", "2", add(add(power(x, 2), y, 2), const(17), -1))
    assert substitute_pairs(algebra)
    algebra.progress()
    found = {name: set(map(float, roots)) for name, (_, roots) in algebra.open_choices.items()}
    assert 3.0 in found.get("x", ()) or 4.0 in found.get("y", ())


def test_polynomials_are_bounded() -> None:
    wide = const(1)
    for name in "abcdefgh":
        wide = add(wide, variable(name))
    with pytest.raises(TooLarge):
        power(wide, 9)


def test_lines_follow_the_forms_before_the_drawing() -> None:
    """B and C are drawn in the wrong order; the forms say that B is between A and C."""
    places = {"A": (0.0, 0.0), "B": (5.0, 0.0), "C": (4.8, 0.0), "D": (9.0, 0.0)}
    figure = Figure(places, [("A", "B", "C"), ("B", "C", "D")], [], {})
    assert figure.lines in ([["A", "B", "C", "D"]], [["D", "C", "B", "A"]])


def test_a_slip_in_the_forms_bends_no_line() -> None:
    places = {"A": (0, 0), "B": (5, 0), "C": (10, 0), "D": (5, 8)}
    figure = Figure(places, [("A", "B", "C"), ("B", "C", "D")], [], {})
    assert len(figure.lines) == 2 and figure.doubts


def forms(*texts: str) -> Problem:
    return Problem([texts[-1]], texts[:-1])


def test_without_positions_a_sketch_gives_the_order() -> None:
    solution = solve(
        forms(
            "PointLiesOnLine(D, Line(B, C))",
            "Equals(MeasureOf(Angle(B, A, D)), 30)",
            "Equals(MeasureOf(Angle(D, A, C)), 25)",
            "Equals(MeasureOf(Angle(A, B, C)), 60)",
            "Find(MeasureOf(Angle(A, C, B)))",
        )
    )
    assert solution.answer == 65
    assert any("sketch" in text for text in solution.unused)


def test_without_positions_an_open_figure_is_refused() -> None:
    """D may lie on either side of AB: the angle CAD is 70 or 30 degrees."""
    with pytest.raises(NotSolved, match="open|does not follow"):
        solve(
            forms(
                "Equals(MeasureOf(Angle(B, A, C)), 50)",
                "Equals(MeasureOf(Angle(B, A, D)), 20)",
                "Find(MeasureOf(Angle(C, A, D)))",
            )
        )


def test_contradicting_facts_are_refused() -> None:
    with pytest.raises(NotSolved, match="contradict"):
        solve(
            Problem(
                ["Find(MeasureOf(Angle(A, C, B)))"],
                [
                    "Equals(MeasureOf(Angle(A, B, C)), 60)",
                    "Equals(MeasureOf(Angle(B, A, C)), 70)",
                    "Equals(MeasureOf(Angle(A, C, B)), 80)",
                ],
                {"A": (0, 0), "B": (4, 0), "C": (2, 3)},
            )
        )


def test_the_drawing_chooses_between_two_roots() -> None:
    """AB = 7, BC = 5, angle A 40 degrees: two triangles. The drawing has an obtuse angle at C."""
    facts = [
        "Equals(LengthOf(Line(A, B)), 7)",
        "Equals(LengthOf(Line(B, C)), 5)",
        "Equals(MeasureOf(Angle(B, A, C)), 40)",
    ]
    places = {"A": (0, 0), "B": (5.36, 4.5), "C": (3.19, 0)}
    solution = solve(Problem(["Find(LengthOf(Line(A, C)))"], facts, places, ["AC"]))
    assert solution.answer == pytest.approx(
        7 * math.cos(math.radians(40)) - math.sqrt(25 - 49 * math.sin(math.radians(40)) ** 2)
    )
    assert any("fits its shape" in step.drawing for step in solution.steps)


def test_a_reflex_angle_is_understood() -> None:
    solution = solve(
        Problem(
            ["Find(MeasureOf(Angle(B, O, C)))"],
            ["Equals(MeasureOf(Angle(A, O, C)), 218)", "Equals(MeasureOf(Angle(A, O, B)), 60)"],
            {"O": (0, 0), "A": (5, 0), "B": (2.5, 4.3), "C": (-4, 3)},
        )
    )
    assert solution.answer == 82


@pytest.mark.parametrize("goal", ["Find(AreaOf(Shaded(Shape($))))", "Find(MeasureOf(Angle(A)))", "Triangle(A, B, C)"])
def test_goals_without_meaning_are_refused(goal: str) -> None:
    with pytest.raises((FormError, NotSolved)):
        solve(Problem([goal], ["Parallel(Line(A, B), Line(C, D))", "Parallel(Line(A, E), Line(A, F))"]))


def test_moving_the_points_changes_no_step() -> None:
    """Order and sides are the same, every length and angle of the drawing is another."""
    facts = ["PointLiesOnLine(E, Line(A, B))", "PointLiesOnLine(E, Line(C, D))", "Parallel(Line(A, C), Line(D, B))"]
    facts += ["Equals(LengthOf(Line(A, E)), 4)", "Equals(LengthOf(Line(E, B)), 6)", "Equals(LengthOf(Line(C, E)), 5)"]
    places = {"A": (0, 0), "B": (10, 4), "C": (1, 5), "D": (9.5, -2), "E": (4, 1.6)}
    other = {name: (2 * x + y, y - x / 5 + 3) for name, (x, y) in places.items()}
    one, two = (solve(Problem(["Find(LengthOf(Line(E, D)))"], facts, p, ["AC", "BD"])) for p in (places, other))
    assert one == two and one.answer == 7.5

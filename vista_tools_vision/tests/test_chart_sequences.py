import pytest
from hypothesis import given
from hypothesis import strategies as st
from vista_tools_vision.chart.scene import Axis, Tick
from vista_tools_vision.chart.sequences import SEQUENCES, mended, mended_axis


@pytest.mark.parametrize(
    ("read", "right"),
    [
        ("Jan Feb Mar A May u u Aug Sep Oct Nov Dec", "Jan Feb Mar Apr May Jun Jul Aug Sep Oct Nov Dec"),
        ("Oct Nov De Jan F Mar", "Oct Nov Dec Jan Feb Mar"),
        ("Mon Tue Wed Thu F Sat Sun", "Mon Tue Wed Thu Fri Sat Sun"),
        ("Q1 2 Q3", "Q1 Q2 Q3"),
        ("jan FEB Mr", "Jan Feb Mar"),
        ("Kiwi Mango A", "Kiwi Mango A"),
        ("Jan Feb Total", "Jan Feb Total"),
        ("Jan x y z", "Jan x y z"),
        ("May", "May"),
    ],
)
def test_neighbours_decide(read, right):
    assert mended(read.split()) == right.split()


@given(st.lists(st.text(max_size=8), max_size=12))
def test_names_are_never_added_or_dropped(names):
    assert len(mended(names)) == len(names)


@given(st.sampled_from(SEQUENCES), st.integers(0, 11), st.integers(1, 12))
def test_what_is_right_stays(words, start, count):
    names = [words[(start + i) % len(words)] for i in range(count)]
    assert mended(names) == names


def test_an_axis_says_what_was_mended():
    names = ["Jan", "Feb", "Mr"]
    axis = Axis(position="bottom", scale="category", ticks=[Tick(text=t, at=i) for i, t in enumerate(names)])
    notes: list[str] = []
    assert [tick.text for tick in mended_axis(axis, notes).ticks] == ["Jan", "Feb", "Mar"]
    assert notes == ["read by their neighbours: 'Mar' for 'Mr'"]
    assert mended_axis(None, notes) is None

"""RMS of the DePlot paper (arXiv:2212.10505, section 3): its definition worked out by hand, and its properties."""

import itertools
import random

import pytest
from hypothesis import given
from hypothesis import strategies as st
from vista_tools_vision.chart.metrics import (
    Mapping,
    character_error_rate,
    cheapest_matching,
    exact_cells,
    levenshtein,
    mappings,
    number_distance,
    point_similarity,
    relative_mapping_similarity,
    text_distance,
)

COLUMNS = ["Year", "Apples", "Pears"]
ROWS = [["2019", "10", "20"], ["2020", "30", "40"], ["2021", "50", "60"]]
TABLE = mappings(COLUMNS, ROWS)


def f1(columns: list[str], rows: list[list[str]]) -> float:
    return relative_mapping_similarity(mappings(columns, rows), TABLE).f1


def test_levenshtein_of_textbook_words():
    assert levenshtein("kitten", "sitting") == 3
    assert levenshtein("flaw", "lawn") == 2
    assert levenshtein("", "abc") == 3
    assert levenshtein("abc", "abc") == 0


def test_distances_are_cut_at_their_limits():
    assert text_distance("Apples", "apples") == 0
    assert text_distance("Apple", "Apples") == pytest.approx(1 / 6)
    assert text_distance("abcd", "abxy") == 0.5  # at tau still itself
    assert text_distance("abcd", "axyz") == 1.0  # above tau
    assert number_distance(90, 100) == pytest.approx(0.1)
    assert number_distance(49, 100) == 1.0  # 0.51 is above theta
    assert number_distance(89, 100, theta=0.1) == 1.0
    assert number_distance(0, 0) == 0
    assert number_distance(0.1, 0) == 1.0
    assert number_distance(-90, -100) == pytest.approx(0.1)


def test_the_same_table_scores_one_without_its_title():
    assert relative_mapping_similarity(TABLE, TABLE) == (1.0, 1.0, 1.0)


def test_the_table_turned_round_scores_the_same():
    turned = [["Apples", "10", "30", "50"], ["Pears", "20", "40", "60"]]
    assert f1(["", "2019", "2020", "2021"], turned) == pytest.approx(1.0)


def test_order_of_rows_and_columns_does_not_matter():
    rows = [[row[0], row[2], row[1]] for row in reversed(ROWS)]
    assert f1(["Year", "Pears", "Apples"], rows) == pytest.approx(1.0)


def test_a_number_off_by_a_tenth_costs_a_tenth_of_its_cell():
    rows = [["2019", "11", "20"], *ROWS[1:]]
    similarity = relative_mapping_similarity(mappings(COLUMNS, rows), TABLE)
    assert similarity.precision == similarity.recall == pytest.approx((5 + 0.9) / 6)


def test_a_misspelt_header_costs_its_share_of_the_key():
    read = relative_mapping_similarity([Mapping("2019", "Aples", "10")], [Mapping("2019", "Apples", "10")])
    assert read.f1 == pytest.approx(1 - 1 / len("2019 Apples"))


def test_key_and_number_errors_multiply():
    read = relative_mapping_similarity([Mapping("ab", "c", "75")], [Mapping("ab", "d", "100")])
    assert read.f1 == pytest.approx((1 - 1 / 4) * (1 - 0.25))


def test_missing_cells_lower_recall_and_made_up_ones_precision():
    less = relative_mapping_similarity(TABLE[:3], TABLE)
    assert (less.precision, less.recall) == (1.0, 0.5)
    assert less.f1 == pytest.approx(2 / 3)
    made_up = [Mapping("zzzzzzzz", "qqqqqqqqq", "1"), Mapping("####", "@@@@@@", "2")]
    more = relative_mapping_similarity([*TABLE, *made_up], TABLE)
    assert (more.precision, more.recall) == (0.75, 1.0)


def test_empty_tables():
    assert relative_mapping_similarity([], TABLE).f1 == 0
    assert relative_mapping_similarity(TABLE, []).f1 == 0
    assert relative_mapping_similarity([], []).f1 == 1


def test_numbers_are_compared_as_numbers():
    true = [Mapping("a", "", "1200"), Mapping("b", "", "45")]
    assert relative_mapping_similarity([Mapping("a", "", "1,200"), Mapping("b", "", "45.0%")], true).f1 == 1.0
    assert relative_mapping_similarity([Mapping("a", "", "n/a"), Mapping("b", "", "45")], true).f1 == 0.5


@given(st.lists(st.tuples(st.sampled_from("abcd"), st.integers(-5, 99)), min_size=1, max_size=6), st.randoms())
def test_any_order_scores_the_same_even_where_keys_repeat(cells: list[tuple[str, int]], rng: random.Random):
    true = [Mapping(name, "", str(value)) for name, value in cells]
    read = [Mapping(name, "", str(value + (i % 2))) for i, (name, value) in enumerate(cells)]
    before = relative_mapping_similarity(read, true)
    rng.shuffle(read)
    rng.shuffle(true)
    assert relative_mapping_similarity(read, true) == pytest.approx(before)
    assert 0 <= before.f1 <= 1


@given(st.integers(1, 4), st.integers(1, 5), st.randoms(use_true_random=False))
def test_the_matching_is_the_cheapest_of_all(rows: int, columns: int, rng: random.Random):
    cost = [[rng.randint(0, 9) for _ in range(columns)] for _ in range(rows)]
    pairs = cheapest_matching(cost)
    assert len({i for i, _ in pairs}) == len({j for _, j in pairs}) == min(rows, columns)
    table = cost if rows <= columns else [list(c) for c in zip(*cost, strict=True)]
    choices = itertools.permutations(range(max(rows, columns)), min(rows, columns))
    best = min(sum(row[j] for row, j in zip(table, choice, strict=True)) for choice in choices)
    assert sum(cost[i][j] for i, j in pairs) == best


def test_points_have_their_series_for_a_key():
    true = [("a", 0.0, 0.0), ("a", 10.0, 100.0), ("b", 5.0, 50.0)]
    assert point_similarity(true, true).f1 == 1.0
    assert point_similarity([("a", 0.5, 0.0), *true[1:]], true).f1 == pytest.approx((2 + 0.5) / 3)
    assert point_similarity([("a", 2.0, 0.0), *true[1:]], true).f1 == pytest.approx(2 / 3)
    assert point_similarity(true[:1], true).recall == pytest.approx(1 / 3)
    assert point_similarity([], true).f1 == 0


def test_error_rates_of_texts():
    assert character_error_rate(["Totl", "12"], ["Total", "12"]) == pytest.approx(1 / 7)
    assert exact_cells([["a", "1 "], ["b"]], [["a", "1"], ["b", "2"], ["c", "3"]]) == 3

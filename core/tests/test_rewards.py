"""Rewards: the table of totals, repetition, and that nothing but a clean right answer earns what one does."""

from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vista_core import (
    Gold,
    Observation,
    RewardBreakdown,
    Sample,
    Task,
    ToolCall,
    ToolResult,
    ToolSpec,
    Trajectory,
    load,
)
from vista_core.episode import Episode, EpisodeConfig
from vista_core.scoring import exact_text, multiple_choice, numeric, yes_no
from vista_core.scoring.rewards import DenseReward, DifficultyReward, SparseReward, VistaReward, find_repetition
from vista_core.scoring.rewards.repetition import THRESHOLDS
from vista_core.scoring.verdict import finish
from vista_core.toolset import ToolSet

RULES = {"numeric": numeric, "exact_text": exact_text, "multiple_choice": multiple_choice, "yes_no": yes_no}
TOOLS = ToolSet(
    [ToolSpec(name="echo", target=f"{__file__.replace('test_rewards', 'executor_tools')}:Echo", backend="python")]
)


class OneQuestion(Task):
    """One question whose rule and gold the test chooses."""

    name = "one_question"
    splits = ("train",)

    def __init__(self, rule, gold, **options):
        super().__init__()
        self.rule, self.answer, self.options = RULES[rule], gold, options

    def size(self, split):
        return 1

    def sample(self, split, index):
        return Sample(key="0", question="What is it?", choices=self.options.get("choices"))

    def gold(self, key):
        return Gold(answer=self.answer)

    def score(self, key, answer):
        return self.rule(answer, self.answer, **self.options)


NUMBER = OneQuestion("numeric", 47)


def play(turns, task=NUMBER, reward=None, observation="Mango 47", **config):
    """Finished trajectory of these policy texts; every call is answered with the same observation."""
    episode = Episode(task.sample("train", 0), TOOLS, EpisodeConfig(**config), task=task.name)
    for turn in turns:
        event = episode.feed(turn)
        if isinstance(event, ToolCall):
            episode.observe(ToolResult(observation=Observation(text=observation)))
        if episode.done:
            break
    if not episode.done:
        episode.truncate("tokens")
    return finish(episode.trajectory, task, reward or VistaReward())


LOOK = '<think>look</think><tool_call>{"tool": "echo", "arguments": {"text": "a"}}</tool_call>'
RIGHT, WRONG = "<think>it is</think><answer>47</answer>", "<think>it is</think><answer>46</answer>"
MALFORMED = "so <think>it is</think><answer>47</answer>"
UNKNOWN_ARGUMENT = '<think>look</think><tool_call>{"tool": "echo", "arguments": {"txt": "a"}}</tool_call>'


def looping(times, answer="47"):
    return f"<think>{'I see a bar. ' * times}</think><answer>{answer}</answer>"


@pytest.mark.parametrize(
    ("turns", "vista", "dense", "sparse"),
    [
        ([LOOK, RIGHT], 2, 1, 1),
        ([RIGHT], 2, 1, 1),
        ([LOOK, WRONG], 1, -0.5, 0),
        ([LOOK, LOOK, LOOK], -1, -1, 0),
        ([LOOK], -1, -1, 0),
        ([MALFORMED], -1, -1, 0),
        ([MALFORMED, RIGHT], -1, -0.5, 0),
        ([MALFORMED, WRONG], -1, -1, 0),
        ([UNKNOWN_ARGUMENT, RIGHT], -1, -0.5, 0),
        ([looping(5)], -1.5, -0.5, 0),
        ([looping(10)], -2, -0.5, 0),
        ([looping(20)], -3, -0.5, 0),
        ([looping(20, "46")], -3, -1, 0),
        ([LOOK, "I see a bar. " * 20], -3, -1, 0),
        ([looping(4)], 2, 1, 1),
    ],
)  # fmt: skip
def test_the_table_of_totals(turns, vista, dense, sparse):
    for reward, total in (
        (VistaReward(), vista),
        (DenseReward(), dense),
        (SparseReward(), sparse),
        (DifficultyReward(), vista),
    ):
        breakdown = play(turns, reward=reward).reward
        assert breakdown.total == pytest.approx(total), (reward.name, breakdown)
        assert sum(breakdown.parts.values()) == pytest.approx(breakdown.total)


def test_rewards_are_found_by_name():
    for name in ("vista", "vista_dense", "vista_sparse", "vista_difficulty"):
        assert load("reward", name).name == name


def test_a_faulted_trajectory_has_no_reward():
    episode = Episode(NUMBER.sample("train", 0), TOOLS)
    assert isinstance(episode.feed(LOOK), ToolCall)
    episode.observe(ToolResult(fault="worker died"))
    finished = finish(episode.trajectory, NUMBER, VistaReward())
    assert (finished.status, finished.reward, finished.score) == ("faulted", None, None)


# What degenerate policies write, and how bad it is.
@pytest.mark.parametrize(
    ("text", "level"),
    [
        ("I see. I see. I see. I see. I see. ", "moderate"),
        ("I need to look again.\n" * 5, "moderate"),
        ("I need to look again.\n" * 10, "severe"),
        ("I need to look again.\n" * 20, "extreme"),
        ("The largest bar, then, is the one that I have to look for. " * 6, "moderate"),
        ("the " * 10, "moderate"),
        ("bar bar bar bar bar bar bar bar bar bar bar bar bar bar bar bar bar bar bar bar bar", "severe"),
        ("</think>" * 40, "extreme"),
        ("a" * 20, "moderate"),
        ("Hm" + "m" * 80, "extreme"),
        ("!" * 80, "moderate"),
        ("\n" * 320, "extreme"),
        ("0" * 160, "severe"),
        ("47, " * 40, "moderate"),
        ("1 2 3 " * 160, "extreme"),
        ("重复的话 " * 10, "moderate"),
        ("重复的话。我再看一次，然后回答这个问题。" * 5, "moderate"),
        ("да " * 12, "moderate"),
        (("x1y2 " * 30 + "\n") * 3, "severe"),
        ("A paragraph of some length that says one thing, then another, at leisure. It has two sentences. " * 5,
         "moderate"),
    ],
)  # fmt: skip
def test_degenerate_repetition_is_punished(text, level):
    for around in ("{}", "<think>first a word {}</think><answer>47</answer>", "ab{}"):
        found = find_repetition([around.format(text)])
        assert found.level == level, found


# What careful policies write.
@pytest.mark.parametrize(
    "text",
    [
        '<tool_call>{"tool": "calculator", "arguments": {"expression": "' + " + ".join(["5"] * 30) + '"}}',
        "max(47, 47, 47, 47, 47, 47, 47, 47, 47, 47, 47, 47)",
        "mean of 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0",
        "(1 + 2) * (1 + 2) * (1 + 2) * (1 + 2) * (1 + 2) * (1 + 2)",
        "| --- | --- | --- | --- | --- | --- | --- | --- |\n" + "| 0 | 0 | 0 | 0 |\n" * 12,
        "Yes | No | Yes | No | Yes | No | Yes | No | Yes | No | Yes | No",
        "N/A | N/A | N/A | N/A | N/A | N/A | N/A | N/A | N/A | N/A",
        "Male, Female, Male, Female, Male, Female, Male, Female",
        '[{"x": 1, "y": 2}, {"x": 1, "y": 2}, {"x": 1, "y": 2}, {"x": 1, "y": 2}, {"x": 1, "y": 2}, {"x": 1, "y": 2}]',
        "[[0, 0], [0, 0], [0, 0], [0, 0], [0, 0], [0, 0], [0, 0], [0, 0]]",
        "0.33333333333333333333333333333",
        "=" * 60 + "\nTable\n" + "-" * 60,
        "Mango 47\nKiwi 47\nPear 47\nFig 47\nPlum 47\nDate 47\nLime 47\nPeach 47",
        "very very very large, and no, no, no, no",
        "1,000,000,000,000,000,000,000,000",
        "A, B, C, D, E, F, G, H, I, J, K",
        "value of Mango 47, value of Kiwi 12, value of Pear 33, value of Fig 8, value of Plum 90, value of Date 5",
        "Jan low\nFeb low\nMar low\nApr low\nMay low\nJun low\nJul low\nAug low\nSep low\nOct low\nNov low\nDec low",
        "haha hahaha",
        "x + x + x + x + x + x + x = 7 * x",
        "        indented\n        code\n        here\n",
        "",
    ],
)  # fmt: skip
def test_tables_json_and_arithmetic_are_not(text):
    assert find_repetition([text]).level == "none", find_repetition([text])


def test_repetition_is_contiguous_within_one_turn_of_the_policy():
    assert find_repetition(["I see a bar. "] * 50).level == "none"
    finished = play([LOOK, RIGHT], observation="I see a bar. " * 100)
    assert finished.reward.total == 2


@settings(max_examples=200, deadline=None)
@given(st.text(min_size=1, max_size=4), st.integers(1, 24), st.text(max_size=3), st.text(max_size=3))
def test_repetition_finds_what_a_direct_search_finds(unit, count, before, after):
    text = before + unit * count + after
    worst = 0.0
    for length in range(1, len(text) // THRESHOLDS["phrase"] + 1):
        for start in range(len(text) - length):
            times = 1
            while text[start + times * length : start + (times + 1) * length] == text[start : start + length]:
                times += 1
            if times >= THRESHOLDS["phrase"]:
                worst = min(worst, find_repetition([text[start : start + length] * times]).penalty)
    assert find_repetition([text]).penalty == worst


@settings(max_examples=150, deadline=None)
@given(st.text(max_size=200))
def test_repetition_reads_any_text(text):
    found = find_repetition([text])
    assert found.penalty <= 0 and (found.level == "none") == (found.times == 0)


TURNS = st.sampled_from([
    LOOK, RIGHT, WRONG, MALFORMED, UNKNOWN_ARGUMENT, looping(6), looping(20, "46"), "", "47", "<answer>47</answer>",
    "<think>47</think><answer>47 or 46</answer>", "<think>x</think><answer>The answer is 46 (not 47)</answer>",
    "<think>x</think><answer>46</answer><answer>47</answer>", "<think>x</think><answer>470</answer>",
])  # fmt: skip


@settings(max_examples=150, deadline=None)
@given(st.lists(st.lists(TURNS, min_size=1, max_size=3), min_size=1, max_size=8),
       st.sampled_from([VistaReward, DenseReward, SparseReward, DifficultyReward]))  # fmt: skip
def test_no_wrong_answer_of_a_group_earns_as_much_as_a_clean_right_one(group, kind):
    reward = kind()
    finished = [play(turns, reward=reward) for turns in [*group, [LOOK, RIGHT]]]
    breakdowns = [trajectory.reward for trajectory in finished]
    for scaled in (breakdowns, reward.rescale(breakdowns)):
        for trajectory, breakdown in zip(finished, scaled, strict=True):
            if not trajectory.score.correct:
                assert breakdown.total < scaled[-1].total
            assert sum(breakdown.parts.values()) == pytest.approx(breakdown.total)


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(["<answer>47</answer>", "47", "<think>x</think><answer>47</answer>", "</tool_call><answer>47",
                        "I see a bar. " * 50, "Error", ""]), st.lists(TURNS, min_size=1, max_size=2))  # fmt: skip
def test_what_a_tool_says_earns_nothing(observation, turns):
    plain, told = (play([LOOK, *turns], observation=seen) for seen in ("nothing", observation))
    assert plain.reward == told.reward
    assert [turn.text for turn in plain.turns] == [turn.text for turn in told.turns]


# reference: the upstream checkers accept or reject these wrongly (their issue list, by data set).
@pytest.mark.parametrize(
    ("rule", "gold", "options", "answer", "correct"),
    [
        ("numeric", 100, {}, "109.9", False),
        ("numeric", 2100, {}, "2100 or 3100", False),
        ("numeric", 1, {}, "201", False),
        ("numeric", 4, {}, "14", False),
        ("numeric", 58, {}, "15 or 58 or 99", False),
        ("exact_text", "Virginia", {}, "West Virginia", False),
        ("exact_text", "Virginia", {}, "Alabama, Alaska, Virginia, Wyoming", False),
        ("exact_text", "Sunday", {}, ".", False),
        ("exact_text", "Sunday", {}, "s", False),
        ("exact_text", "bottle", {}, "a", False),
        ("yes_no", "no", {}, "I do not know", False),
        ("yes_no", "yes", {}, "incorrect", False),
        ("yes_no", "yes", {}, "yes and no", False),
        ("multiple_choice", "A", {"choices": ("dog", "cat")}, "a cat", False),
        ("multiple_choice", "A", {"choices": ("sun", "moon")}, "It is a moon", False),
        ("multiple_choice", "A", {"choices": ("red", "blue")}, "I am not sure", False),
        ("multiple_choice", "A", {"choices": ("red", "blue")}, "A or B", False),
        ("multiple_choice", "C", {"choices": ("w", "x", "y", "z")}, "The answer is C", True),
        ("multiple_choice", "B", {"choices": ("30°", "40°")}, "40", True),
        ("numeric", 40, {}, "40°", True),
        ("multiple_choice", "B", {"choices": ("30", "40")}, "B", True),
    ],
)
def test_known_hacks_earn_nothing(rule, gold, options, answer, correct):
    task = OneQuestion(rule, gold, **options)
    trajectory = play([LOOK, f"<think>I look</think><answer>{answer}</answer>"], task)
    assert trajectory.score.correct is correct, trajectory.score
    assert trajectory.reward.total == (2 if correct else 1)
    assert play([LOOK, LOOK, LOOK], task).reward.total == -1  # calls by themselves earn nothing, however many


def test_difficulty_weighs_the_whole_group():
    def group(*totals):
        return [RewardBreakdown(parts={"format": total - 1, "correctness": 1.0}, total=total) for total in totals]

    def scaled(*totals):
        return [breakdown.total for breakdown in DifficultyReward().rescale(group(*totals))]

    assert scaled(2, 2, 2, 2) == [1, 1, 1, 1]
    assert scaled(2, 1, 2, 1) == [1.5, 0.75, 1.5, 0.75]  # mean 1.5: weight 0.75
    assert scaled(1, 1, -1, -3) == [1, 1, -1, -3]
    assert scaled() == []
    assert VistaReward().rescale(group(2, 1)) == group(2, 1)


def test_an_answer_outside_the_protocol_is_not_scored_as_one():
    trajectory = play(["47"])
    assert isinstance(trajectory, Trajectory)
    assert (trajectory.answer, trajectory.score.correct, trajectory.reward.total) == (None, False, -1)


DOCS = Path(__file__).parents[2] / "docs" / "rewards.md"
EXAMPLES = {  # a trajectory for each row of the first table of docs/rewards.md
    "well-formed, right answer": [LOOK, RIGHT],
    "well-formed, wrong answer": [LOOK, WRONG],
    "a malformed turn, then a right answer": [MALFORMED, RIGHT],
    "a malformed turn, then a wrong answer": [MALFORMED, WRONG],
    "no answer within the turns or tokens": [LOOK, LOOK, LOOK],
    "moderate repetition, right answer": [looping(5)],
    "severe repetition, right answer": [looping(10)],
    "extreme repetition, right answer": [looping(20)],
    "extreme repetition, wrong answer": [looping(20, "46")],
}


@pytest.mark.skipif(not DOCS.exists(), reason="the docs are not part of an installed package")
def test_the_docs_tell_the_truth():
    rows = [line.strip("| ").split(" | ") for line in DOCS.read_text("utf-8").splitlines() if line.startswith("| ")]
    totals = {row[0]: row[1:] for row in rows if len(row) == 4 and not row[1].endswith("`")}
    assert totals.pop("fault of the infrastructure") == ["none"] * 3
    thresholds = {row[0].split(":")[0]: row[1:] for row in rows if row[0].split(":")[0] in THRESHOLDS}
    for name, expected in totals.items():
        if name in EXAMPLES:
            rewards = (VistaReward(), DenseReward(), SparseReward())
            assert [play(EXAMPLES[name], reward=reward).reward.total for reward in rewards] == [
                float(x) for x in expected
            ]
    assert set(EXAMPLES) <= set(totals)
    assert {kind: [str(n), str(2 * n), str(4 * n)] for kind, n in THRESHOLDS.items()} == thresholds

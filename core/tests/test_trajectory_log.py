"""Trajectories, segments and the log."""

import gc
import json
import random
import tracemalloc

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from vista_core import (
    CallRecord,
    Image,
    ObservationRecord,
    RewardBreakdown,
    Score,
    Segment,
    ToolProvenance,
    Trajectory,
    TrajectoryWriter,
    Turn,
    Violation,
    VistaError,
    read_trajectories,
    well_formed,
)
from vista_core.trajectory import migrate


def trajectory(name: str = "sums/train/0/0", answered: bool = True) -> Trajectory:
    call = CallRecord(tool="calculator", arguments={"expression": "1 + 1"})
    seen = ObservationRecord(text="2", data={"value": 2.0}, images=["a" * 64])
    turns = [
        Turn(index=0, text="<think>a</think><tool_call>{}</tool_call>", call=call, observation=seen),
        Turn(index=1, text="<think>b</think><answer>2</answer>", answer="2"),
    ]
    made = Trajectory(
        id=name,
        task="sums",
        split="train",
        key="0",
        question="1 + 1 = ?",
        choices=["1", "2"],
        tools=[ToolProvenance(name="calculator", version="0.1.0")],
        episode={"max_turns": 3},
        turns=turns,
        status="answered" if answered else "truncated",
        truncation=None if answered else "turns",
        answer="2" if answered else None,
        score=Score(value=1, correct=True, rule="numeric", why="2 is 2"),
        reward=RewardBreakdown(parts={"format": 1, "correct": 1}, total=2),
        runtime={"seconds": 0.5},
    )
    made.segments = [
        Segment("prompt", [1, 2, 3], images=("a" * 64,)),
        Segment("policy", [4, 5], logprobs=[-0.5, -1.5]),
        Segment("template", [6]),
        Segment("observation", [7, 8]),
        Segment("policy", [9], mask=[False], logprobs=[0.0]),
    ]
    return made


def test_json_round_trip_without_segments() -> None:
    made = trajectory()
    text = made.model_dump_json()
    assert "segments" not in text
    assert Trajectory.model_validate_json(text).model_dump() == made.model_dump()
    assert json.loads(text)["schema_version"] == 1


def test_masks_cover_policy_tokens_only() -> None:
    segments = trajectory().segments
    assert [segment.mask.tolist() for segment in segments] == [[False] * 3, [True] * 2, [False], [False] * 2, [False]]
    assert segments[0].logprobs.tolist() == [0, 0, 0] and segments[1].ids.dtype == np.int32
    assert segments[1].logprobs.dtype == np.float32 and segments[0].mask.dtype == np.bool_
    with pytest.raises(VistaError, match="one length"):
        Segment("policy", [1, 2], logprobs=[0.1])


def test_well_formed_needs_an_answer_and_no_violation_of_the_policy() -> None:
    made = trajectory()
    assert well_formed(made) and not well_formed(trajectory(answered=False))
    made.turns[0].violations.append(Violation(code="E5", message="bad output"))
    assert well_formed(made)
    made.turns[0].violations.append(Violation(code="E2", message="no such argument", position=3))
    assert not well_formed(made)
    assert made.calls == [made.turns[0].call]


def test_the_thought_is_read_out_of_the_text() -> None:
    assert trajectory().turns[1].think == "b"
    assert Turn(index=0, text="<think>no end").think == "" and Turn(index=0, text="<answer>1</answer>").think == ""


def test_newer_and_foreign_records_are_refused() -> None:
    with pytest.raises(VistaError, match=r"version 2.*reads up to 1.*upgrade"):
        migrate({"schema_version": 2})
    for record in ({}, {"schema_version": "x"}, {"schema_version": 0}):
        with pytest.raises(VistaError, match="not a trajectory"):
            migrate(record)


def test_the_log_gives_back_what_was_written(tmp_path) -> None:
    image = Image.from_array(np.zeros((2, 2, 3), np.uint8))
    first, second, third = trajectory("a"), trajectory("b", answered=False), Trajectory(id="c")
    with TrajectoryWriter(tmp_path) as writer:
        writer.append(first, [image])
        writer.extend([second, third])
    with TrajectoryWriter(tmp_path) as writer:
        writer.append(trajectory("d"))
    read = list(read_trajectories(tmp_path, segments=True))
    assert read[:3] == [first, second, third] and [t.id for t in read] == list("abcd")
    assert read[3].segments == first.segments and len(first.segments) == 5 and not read[2].segments
    assert not any(t.segments for t in read_trajectories(tmp_path / "trajectories.jsonl"))
    assert image.id in TrajectoryWriter(tmp_path).images


def test_a_torn_last_line_is_reported_and_removed_by_the_next_writer(tmp_path) -> None:
    with TrajectoryWriter(tmp_path) as writer:
        writer.extend([trajectory("a"), trajectory("b")])
    path = tmp_path / "trajectories.jsonl"
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.warns(UserWarning, match="torn"):
        assert [t.id for t in read_trajectories(tmp_path)] == ["a"]
    with pytest.warns(UserWarning, match="torn"), TrajectoryWriter(tmp_path) as writer:
        writer.append(trajectory("c"))
    assert [t.id for t in read_trajectories(tmp_path)] == ["a", "c"]


def test_a_bad_line_in_the_middle_is_an_error_with_its_place(tmp_path) -> None:
    path = tmp_path / "trajectories.jsonl"
    path.write_text('{"schema_version": 1, "id": "a"}\nrubbish\n')
    with pytest.raises(VistaError, match="line 2"):
        list(read_trajectories(tmp_path))
    path.write_text('{"schema_version": 1, "id": "a", "surprise": 1}\n')
    with pytest.raises(VistaError, match=r"line 1[\s\S]*surprise"):
        list(read_trajectories(tmp_path))


TEXT = st.text(st.characters(exclude_categories=["Cs"]))


@given(TEXT, TEXT)
def test_any_text_fits_on_one_line(text: str, question: str) -> None:
    made = Trajectory(id="t", question=question, turns=[Turn(index=0, text=text)])
    line = made.model_dump_json()
    assert "\n" not in line and Trajectory.model_validate_json(line) == made


def test_a_live_trajectory_is_small() -> None:
    """Three turns of 256 sampled tokens, with prompt, observations and texts, in at most 20 KiB."""
    rng, source = np.random.default_rng(0), random.Random(0)

    def live(number: int) -> Trajectory:
        made = Trajectory(id=f"sums/train/{number}/0", question=f"How much is {number}?", tools=TOOLS, turns=[])
        segments = [Segment("prompt", rng.integers(0, 30_000, 64))]
        for index in range(3):
            thought = "".join(source.choices("abcdefg ", k=500))
            call = CallRecord(tool="calculator", backend="python", arguments={"expression": f"{number} + 1"})
            seen = ObservationRecord(text=str(number), data={"value": number})
            made.turns.append(Turn(index=index, text=f"<think>{thought}</think>", call=call, observation=seen))
            segments.append(Segment("policy", rng.integers(0, 30_000, 256), logprobs=rng.random(256)))
            segments.append(Segment("observation", rng.integers(0, 30_000, 24)))
        made.segments = segments
        return made

    live(0)
    gc.collect()
    tracemalloc.start()
    before = tracemalloc.get_traced_memory()[0]
    made = [live(number) for number in range(100)]
    gc.collect()
    used = (tracemalloc.get_traced_memory()[0] - before) / len(made)
    tracemalloc.stop()
    assert used <= 20 * 1024, f"{used / 1024:.1f} KiB"


TOOLS = [ToolProvenance(name="calculator")]

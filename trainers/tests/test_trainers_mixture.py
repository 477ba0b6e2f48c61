import pytest
from hypothesis import given
from hypothesis import strategies as st
from vista_core import Gold, PluginError, Sample, Score, Task, Trajectory, TrajectoryWriter
from vista_trainers.mixture import candidates, pass_rates, shares
from vista_trainers.recipe import TaskEntry


class Numbers(Task):
    """Keys end in the index, or do not."""

    name = "numbers"
    splits = ("train",)
    written = "train/{}"

    def size(self, split: str) -> int:
        return 20

    def sample(self, split: str, index: int) -> Sample:
        return Sample(key=self.written.format(index), question=f"{index}?")

    def gold(self, key: str) -> Gold:
        return Gold(answer=0)

    def score(self, key: str, answer: str | None) -> Score:
        return Score(value=0, correct=False, rule="none")


@given(st.lists(st.tuples(st.floats(0.01, 100), st.integers(0, 50)), min_size=1, max_size=6), st.integers(0, 100))
def test_shares_are_whole_complete_and_within_what_there_is(parts, n):
    weights, sizes = [weight for weight, _ in parts], [size for _, size in parts]
    if n > sum(sizes):
        with pytest.raises(PluginError, match="to draw from"):
            shares(n, weights, sizes)
        return
    counts = shares(n, weights, sizes)
    assert sum(counts) == n and all(0 <= count <= size for count, size in zip(counts, sizes, strict=True))
    if max(sizes) and min(sizes) >= n:
        assert all(abs(c - n * w / sum(weights)) < 1 for c, w in zip(counts, weights, strict=True))


def log(folder, correct):
    """A log in which problem `key` has these verdicts."""
    with TrajectoryWriter(folder) as writer:
        for key, verdicts in correct.items():
            for rollout, right in enumerate(verdicts):
                trajectory = Trajectory(
                    id=f"{key}.{rollout}", task="numbers", split="train", key=key, status="answered"
                )
                if right is None:
                    trajectory.status, trajectory.fault = "faulted", "a worker died"
                else:
                    trajectory.score = Score(value=right, correct=right, rule="none")
                writer.append(trajectory)


@pytest.mark.parametrize("written", ["train/{}", "row{}x"])
def test_only_problems_of_the_band_are_drawn(written, tmp_path):
    task = Numbers()
    task.written = written
    eighths = {0: 0, 3: 1, 4: 2, 5: 3, 6: 4, 9: 8}
    log(tmp_path, {written.format(i): [True] * k + [False] * (8 - k) for i, k in eighths.items()})
    entry = TaskEntry(use="numbers", difficulty={"log": str(tmp_path)})
    assert list(candidates(entry, "numbers", task, "train")) == [3, 4, 5]
    with pytest.raises(PluginError, match="Of 6 problems of task `numbers`.*none has a pass rate from 0.9 to 0.95"):
        band = {"log": str(tmp_path), "min": 0.9, "max": 0.95}
        candidates(TaskEntry(use="numbers", difficulty=band), "numbers", task, "train")


def test_faults_say_nothing_about_difficulty(tmp_path):
    log(tmp_path, {"train/1": [True, None, False, None], "train/2": [None]})
    assert pass_rates(tmp_path) == {("numbers", "train", "train/1"): 0.5}


def test_without_a_band_the_whole_split_is_there():
    assert candidates(TaskEntry(use="numbers"), "numbers", Numbers(), "train") == range(20)

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vista_core import Image, InfrastructureError, RewardBreakdown, Segment, Trajectory, Turn
from vista_trainers.faults import FaultLedger, fault_levels, fault_source
from vista_trainers.invariants import InvariantError, check_trajectory

PICTURE = Image.from_array(np.zeros((2, 4, 3), np.uint8))
OTHER = Image.from_array(np.zeros((2, 5, 3), np.uint8))


@pytest.fixture(scope="module")
def good(family):
    def make(status="answered"):
        prompt = family.prompt([{"role": "user", "content": [{"type": "image"}]}], [PICTURE])
        first, second = family.encode("one"), family.encode("two")
        seen = family.observation("seen", [OTHER])
        trajectory = Trajectory(id="t", status=status, images=[PICTURE.id])
        trajectory.turns = [
            Turn(index=0, text="one", observation={"text": "seen", "images": [OTHER.id]}),
            Turn(index=1, text="two"),
        ]
        trained = status != "faulted"
        trajectory.segments = [
            Segment("prompt", prompt.ids, images=(PICTURE.id,)),
            Segment("policy", first, np.full(3, trained), np.full(3, -0.5)),
            Segment("template", family.after_turn(first)),
            Segment("observation", seen.ids, images=(OTHER.id,)),
            Segment("policy", second, np.full(3, trained), np.full(3, -0.25)),
        ]
        return trajectory

    return make


IMAGES = {PICTURE.id: PICTURE, OTHER.id: OTHER}


def test_a_good_one_passes(good, family):
    seen = np.concatenate([s.ids for s in good().segments])
    check_trajectory(good(), family, seen=seen, images=IMAGES)
    check_trajectory(good("faulted"), family, seen=seen, images=IMAGES)
    check_trajectory(Trajectory(id="of text"), family)


def change(trajectory, place, **changes):
    old = trajectory.segments[place]
    values = {name: getattr(old, name) for name in ("kind", "ids", "mask", "logprobs", "images")}
    trajectory.segments[place] = Segment(**(values | changes))


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_wrong_mask_is_found(family, good, data):
    trajectory = good()
    masks = [s.mask.copy() for s in trajectory.segments]
    place = data.draw(st.integers(0, len(masks) - 1))
    flips = data.draw(st.sets(st.integers(0, len(masks[place]) - 1), min_size=1))
    masks[place][list(flips)] ^= True
    change(trajectory, place, mask=masks[place])
    with pytest.raises(InvariantError, match="mask"):
        check_trajectory(trajectory, family)


@settings(max_examples=150, deadline=None)
@given(st.data())
def test_any_changed_id_is_found(family, good, data):
    trajectory = good()
    seen = np.concatenate([s.ids for s in trajectory.segments])
    place = data.draw(st.integers(0, 4))
    ids = trajectory.segments[place].ids.copy()
    spot = data.draw(st.integers(0, len(ids) - 1))
    ids[spot] = (ids[spot] + data.draw(st.integers(1, 258))) % 259
    change(trajectory, place, ids=ids)
    with pytest.raises(InvariantError):
        check_trajectory(trajectory, family, seen=seen, images=IMAGES)


@pytest.mark.parametrize(
    ("place", "changes", "message"),
    [
        (0, {"images": ()}, "1 runs of picture placeholders for 0 pictures"),
        (3, {"images": (PICTURE.id,)}, "placeholders for picture|other pictures"),
        (1, {"logprobs": [-1, np.nan, -1]}, "not finite"),
        (1, {"logprobs": [-1, 0.5, -1]}, "above 0"),
        (2, {"logprobs": [-1, -1]}, "not sampled have log-prob"),
        (1, {"kind": "observation"}, "wrong order"),
        (1, {"ids": [111, 258, 101]}, "sampled picture placeholders"),
        (4, {"ids": [1, 2, 3]}, "not what its ids say"),
    ],
)
def test_each_rule(good, family, place, changes, message):
    trajectory = good()
    change(trajectory, place, **changes)
    with pytest.raises(InvariantError, match=message):
        check_trajectory(trajectory, family, images=IMAGES)


def test_pictures_lost_or_swapped(good, family):
    trajectory = good()
    trajectory.images = [OTHER.id]
    with pytest.raises(InvariantError, match="other pictures"):
        check_trajectory(trajectory, family)
    trajectory = good()
    trajectory.images.append(OTHER.id)
    with pytest.raises(InvariantError, match="other pictures"):
        check_trajectory(trajectory, family)
    trajectory = good()
    del trajectory.turns[1]
    with pytest.raises(InvariantError, match="2 policy segments for 1 turns"):
        check_trajectory(trajectory, family)


def faulted(cause="gone", tool="easyocr"):
    turn = Turn(index=0, text="", call={"tool": tool}) if tool else None
    return Trajectory(id="t", status="faulted", fault=cause, turns=[turn] if turn else [])


class TestLedger:
    def test_rare_faults_are_counted_and_borne(self):
        ledger = FaultLedger(0.05)
        for n in range(1000):
            ledger.add(faulted() if n % 25 == 0 else Trajectory(id=str(n)))
        assert (ledger.faults, ledger.trajectories) == (40, 1000)

    def test_an_outage_stops_at_once_even_late(self):
        ledger = FaultLedger(0.05)
        for n in range(1000):
            ledger.add(Trajectory(id=str(n)))
        with pytest.raises(InfrastructureError, match=r"11 of the last 200 .*easyocr 11.*gone"):
            for _ in range(20):
                ledger.add(faulted())
        assert ledger.faults == 11

    def test_zero_tolerance_and_sources(self):
        with pytest.raises(InfrastructureError, match="policy 1"):
            FaultLedger(0.0).add(faulted(tool=None))
        answered = faulted()
        answered.turns[0].observation = {"text": "seen"}
        assert [fault_source(t) for t in (faulted(), answered, Trajectory(id="a"))] == ["easyocr", "policy", None]

    def test_levels_show_a_policy_that_seeks_faults(self):
        def rollout(key, reward):
            given = None if reward is None else RewardBreakdown(total=reward)
            status = "faulted" if reward is None else "answered"
            return Trajectory(id="t", key=key, status=status, reward=given)

        hard = [rollout("hard", r) for r in (-1.0, -1.0, 1.0, None, None)]
        easy = [rollout("easy", r) for r in (2.0, 2.0, 2.0, None)]
        assert fault_levels([*hard, *easy, rollout("lost", None)]) == {"-1": 2, "2": 1, "none": 1}

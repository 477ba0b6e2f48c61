import asyncio
import json
import threading

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from vista_core import (
    EpisodeConfig,
    Executor,
    HookCaller,
    InfrastructureError,
    Observation,
    PluginError,
    ToolResult,
    TrajectoryWriter,
    hookimpl,
    read_trajectories,
)
from vista_trainers.engine import Job
from vista_trainers.invariants import InvariantError, check_trajectory
from vista_trainers.policies.hf import HFPolicy
from vista_trainers.policies.scripted import ScriptedPolicy


class StubExecutor(Executor):
    """Answers with `reply(call)`, after an event or at once."""

    def __init__(self, reply, gate=None):
        self.reply, self.gate = reply, gate

    async def start(self, specs=()):
        self.started = [spec.name for spec in specs]

    async def submit(self, call):
        if self.gate is not None:
            await self.gate(call)
        return self.reply(call)

    async def close(self):
        self.closed = True


def said(text):
    return ToolResult(observation=Observation(text=text))


def plain(trajectory):
    """All of a trajectory that must be reproducible."""
    record = json.loads(trajectory.model_dump_json())
    record.pop("runtime")
    return record, [(s.kind, s.ids.tolist(), s.mask.tolist(), s.images) for s in trajectory.segments]


def test_expert_solves_with_and_without_tokens(make_engine, jobs, family):
    for policy in (ScriptedPolicy(), ScriptedPolicy(family=family)):
        done = []
        played = make_engine(policy).run_sync(jobs(5, 2), on_done=done.append)
        assert [(t.key, t.rollout) for t in played] == [(f"train/{i}", r) for i in range(5) for r in range(2)]
        assert all(t.score.correct and t.reward.total == 2.0 and t.status == "answered" for t in played)
        assert len(done) == 10
        assert {t.id for t in done} == {t.id for t in played}
        assert bool(played[0].segments) == (policy.family is not None)


def test_segments_are_what_the_model_had(make_engine, jobs, family, helpers):
    texts = [helpers.call("paint", width=7), "no tags at all", helpers.answer("1")]
    asked = {}

    def turn(request):
        asked[request.key, request.turn] = (request.ids, request.images)
        return texts[request.turn]

    (played,) = make_engine(helpers.Play(turn, family)).run_sync(jobs(1, 1))
    kinds = [s.kind for s in played.segments]
    assert kinds == ["prompt", "policy", "template", "observation", "policy", "template", "observation", "policy"]
    policy = [s for s in played.segments if s.kind == "policy"]
    assert [family.decode(s.ids) for s in policy] == texts
    assert all(s.mask.all() for s in policy)
    assert not any(s.mask.any() for s in played.segments if s.kind != "policy")
    before_last = np.concatenate([s.ids for s in played.segments[:-1]])
    assert before_last.tolist() == asked["train/0", 2][0].tolist()
    images = asked["train/0", 2][1]
    runs = family.image_token_runs(before_last)
    assert [length for _, length in runs] == [family.image_length(image) for image in images]
    assert [image.size[0] for image in images] == [4, 7]
    assert played.segments[3].images == (images[1].id,)
    text = family.decode(played.segments[3].ids)
    assert "picture 7 wide" in text
    assert "Error E1" in family.decode(played.segments[6].ids)


turn_texts = st.one_of(
    st.text(max_size=40),
    st.sampled_from(
        [
            "<think>t</think><answer>1</answer>",
            '<think>t</think><tool_call>{"tool": "add", "arguments": {"a": 1, "b": 2}}</tool_call>',
            '<think>t</think><tool_call>{"tool": "paint", "arguments": {"width": 5}}</tool_call>',
            '<think>t</think><tool_call>{"tool": "bait", "arguments": {}}</tool_call>',
            '<think>t</think><tool_call>{"tool": "fail", "arguments": {"why": "bug"}}</tool_call>',
            '<think>t</think><tool_call>{"tool": "nope", "arguments": {}}</tool_call>',
            '<think>t</think><tool_call>{"tool": "add", "arguments": {"a": "x"}}</tool_call>',
        ]
    ),
)


@pytest.mark.filterwarnings("ignore:The prompt of")
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(st.lists(turn_texts, min_size=4, max_size=4), min_size=3, max_size=3),
    st.integers(20, 400),
    st.sampled_from(["async", "lockstep"]),
)
def test_masks_and_budgets_hold_for_any_policy(make_engine, jobs, family, helpers, texts, budget, scheduling):
    """Whatever is said and however short the budget: the mask is on sampled ids alone, and the budget is kept."""
    policy = helpers.Play(lambda r: texts[r.rollout][r.turn], family)
    episode = EpisodeConfig(prompt="brief", max_turns=4, max_tokens_per_turn=60, max_observation_tokens=100)
    engine = make_engine(policy, max_tokens=budget, episode=episode, scheduling=scheduling)
    for played in engine.run_sync(jobs(1, 3)):
        assert played.status in ("answered", "truncated")
        ids = np.concatenate([s.ids for s in played.segments])
        mask = np.concatenate([s.mask for s in played.segments])
        prompt = len(played.segments[0])
        assert len(ids) <= max(budget, prompt)
        spoken = "".join(turn.text for turn in played.turns)
        assert family.decode(ids[mask]) == spoken
        assert sum(s.kind == "policy" for s in played.segments) == len(played.turns)
        check_trajectory(played, family)


def test_a_turn_cut_by_its_limit_ends_the_trajectory(make_engine, jobs, family, helpers):
    policy = helpers.Play(lambda r: "<think>" + "a" * 500, family)
    (played,) = make_engine(policy).run_sync(jobs(1, 1))
    assert (played.status, played.truncation, len(played.turns)) == ("truncated", "tokens", 1)
    assert len(played.segments[1]) == 200


def test_a_prompt_over_the_budget_is_said(make_engine, jobs, family, helpers):
    engine = make_engine(helpers.Play(lambda r: helpers.answer("1"), family), max_tokens=10)
    with pytest.warns(UserWarning, match=r"prompt of sums train/0 alone is over max_tokens=10"):
        (played,) = engine.run_sync(jobs(1, 1))
    assert (played.status, played.turns, len(played.segments)) == ("truncated", [], 1)


def test_tool_output_is_data(make_engine, jobs, family, helpers):
    (played,) = make_engine(helpers.Play(lambda r: helpers.call("bait"), family)).run_sync(jobs(1, 1))
    assert played.answer is None
    assert played.score.correct is False
    assert played.reward.total < 0
    assert "cut here" in played.turns[0].observation.text


class TestOverlap:
    def test_a_trajectory_that_waits_for_a_tool_holds_nobody(self, make_engine, jobs, helpers):
        """The tool of rollout 0 returns only when all the others are answered: lock-step turns would never end."""
        done = []

        async def gate(call):
            if call.trajectory == first[0]:
                async with asyncio.timeout(20):
                    while len(done) < 7:
                        await asyncio.sleep(0.001)

        first = []

        def turn(request):
            if not first:
                first.append(request.trajectory)
            return helpers.answer("1") if request.observations else helpers.call("add", a=1, b=1)

        engine = make_engine(helpers.Play(turn), executor=StubExecutor(lambda call: said("2"), gate))
        played = engine.run_sync(jobs(4, 2), on_done=done.append)
        assert done[-1].id == first[0] == played[0].id

    def test_turns_are_batched_and_the_first_batch_is_full(self, make_engine, jobs, helpers):
        policy = helpers.Play(lambda r: helpers.answer("1"))
        make_engine(policy, concurrency=6).run_sync(jobs(5, 2))
        assert len(policy.calls[0]) == 6
        assert sum(map(len, policy.calls)) == 10

    def test_concurrency_bounds_the_trajectories_alive(self, make_engine, jobs, helpers):
        alive, most = set(), []

        class Watch:
            @hookimpl
            def vista_episode_start(self, trajectory):
                alive.add(trajectory.id)
                most.append(len(alive))

            @hookimpl
            def vista_episode_end(self, trajectory):
                alive.discard(trajectory.id)

        engine = make_engine(helpers.Play(lambda r: helpers.answer("1")), concurrency=3, hooks=HookCaller([Watch()]))
        engine.run_sync(jobs(10, 1))
        assert max(most) == 3
        assert not alive

    def test_a_continuous_policy_gets_each_turn_by_itself(self, make_engine, jobs, helpers):
        policy = helpers.Play(lambda r: helpers.answer("1"))
        policy.continuous = True
        make_engine(policy).run_sync(jobs(3, 2))
        assert [len(c) for c in policy.calls] == [1] * 6

    def test_max_batch_size_is_kept(self, make_engine, jobs, helpers):
        policy = helpers.Play(lambda r: helpers.answer("1"))
        type(policy).max_batch_size = property(lambda self: 4)
        try:
            make_engine(policy).run_sync(jobs(5, 2))
        finally:
            del type(policy).max_batch_size
        assert [len(c) for c in policy.calls] == [4, 4, 2]


class TestScheduling:
    def texts(self, helpers):
        def turn(request):
            wanted = (int(request.key.split("/")[1]) + request.rollout) % 3
            if request.turn < wanted:
                return helpers.call("wait", ms=int(7 * (1 + wanted)) % 20)
            return helpers.answer(request.turn)

        return turn

    @pytest.mark.parametrize("concurrency", [64, 3])
    def test_lockstep_batches_are_a_function_of_the_jobs(self, make_engine, jobs, helpers, concurrency):
        runs = []
        for _ in range(3):
            policy = helpers.Play(self.texts(helpers))
            played = make_engine(policy, scheduling="lockstep", concurrency=concurrency).run_sync(jobs(4, 2))
            runs.append((policy.calls, [plain(t) for t in played]))
        assert runs[0] == runs[1] == runs[2]
        if concurrency == 64:
            assert [len(c) for c in runs[0][0]] == [8, 5, 2]

    def test_samples_do_not_depend_on_scheduling(self, make_engine, jobs, model, family):
        """A real model: keyed draws give the same ids in any batch."""
        policy = HFPolicy.from_model(model, family)
        episode = EpisodeConfig(prompt="brief", max_tokens_per_turn=12, max_turns=2)
        runs = []
        for scheduling, concurrency in (("async", 64), ("async", 2), ("lockstep", 5)):
            engine = make_engine(policy, scheduling=scheduling, concurrency=concurrency, episode=episode, seed=3)
            runs.append([plain(t)[1] for t in engine.run_sync(jobs(4, 3))])
        assert runs[0] == runs[1] == runs[2]
        assert len({tuple(t[1][1]) for t in runs[0]}) == 12, "every rollout of a sample draws its own turn"
        other = make_engine(policy, episode=episode, seed=4).run_sync(jobs(4, 3))
        assert [plain(t)[1] for t in other] != runs[0]


class TestFaults:
    def test_a_fault_costs_its_own_trajectory(self, make_engine, jobs, family, helpers):
        def reply(call):
            return ToolResult(fault="worker died") if call.arguments["a"] == 1 else said("2")

        def turn(request):
            index = int(request.key.split("/")[1])
            return helpers.answer(index + 1) if request.observations else helpers.call("add", a=index, b=1)

        engine = make_engine(helpers.Play(turn, family), executor=StubExecutor(reply))
        played = engine.run_sync(jobs(4, 2))
        faulted = [t for t in played if t.status == "faulted"]
        assert [t.key for t in faulted] == ["train/1"] * 2
        for trajectory in faulted:
            assert trajectory.reward is None
            assert trajectory.score is None
            assert "worker died" in trajectory.fault
            assert not any(segment.mask.any() for segment in trajectory.segments)
        assert all(t.reward.total == 2.0 for t in played if t.status != "faulted")
        assert dict(engine.ledger.by_cause) == {"add": 2}

    def test_a_policy_that_cannot_answer_faults(self, make_engine, jobs, helpers):
        def turn(request):
            if request.rollout == 1 and request.key == "train/2":
                raise InfrastructureError("endpoint is down")
            return helpers.answer("1")

        policy = helpers.Play(turn)
        policy.continuous = True
        engine = make_engine(policy)
        played = engine.run_sync(jobs(4, 2))
        assert [t.status for t in played].count("faulted") == 1
        assert dict(engine.ledger.by_cause) == {"policy": 1}

    def test_too_many_faults_stop_the_run_with_the_cause(self, make_engine, jobs, helpers):
        engine = make_engine(
            helpers.Play(lambda r: helpers.call("add", a=1, b=1)),
            executor=StubExecutor(lambda call: ToolResult(fault="the disk is full")),
            concurrency=4,
        )
        with pytest.raises(InfrastructureError, match=r"add 11.*the disk is full"):
            engine.run_sync(jobs(50, 1))
        assert 11 <= engine.ledger.faults <= 14, "it stopped at once, but for what was already running"

    def test_a_plugin_at_fault_stops_the_run(self, make_engine, jobs, helpers):
        def reply(call):
            raise PluginError("the tool's author made a mistake")

        engine = make_engine(helpers.Play(lambda r: helpers.call("add", a=1, b=1)), executor=StubExecutor(reply))
        with pytest.raises(PluginError, match="author"):
            engine.run_sync(jobs(4, 2))

    def test_nothing_goes_on_after_a_run_was_stopped(self, make_engine, jobs, helpers):
        """The other trajectories are cancelled, not left behind: no call is made and nothing is logged afterwards."""
        calls = []

        def reply(call):
            calls.append(call.id)
            if len(calls) == 1:
                raise PluginError("stop")
            return said("2")

        async def gate(call):
            await asyncio.sleep(0.001 if not calls else 0.05)

        engine = make_engine(helpers.Play(lambda r: helpers.call("add", a=1, b=1)), executor=StubExecutor(reply, gate))

        async def main():
            with pytest.raises(PluginError):
                await engine.run(jobs(4, 2))
            made = len(calls)
            await asyncio.sleep(0.2)
            return made, [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]

        made, left = asyncio.run(main())
        assert len(calls) == made
        assert not left

    def test_a_policy_with_a_bug_stops_the_run(self, make_engine, jobs, helpers):
        def turn(request):
            raise ZeroDivisionError("bug")

        with pytest.raises(ZeroDivisionError):
            make_engine(helpers.Play(turn)).run_sync(jobs(4, 2))

    def test_tools_that_fail_are_the_policys_business(self, make_engine, jobs, helpers):
        texts = [helpers.call("fail", why="bug"), helpers.call("fail", why="not today"), helpers.answer("1")]
        (played,) = make_engine(helpers.Play(lambda r: texts[r.turn])).run_sync(jobs(1, 1))
        assert played.status == "answered"
        assert [t.observation.error_kind for t in played.turns[:2]] == ["failed", "failed"]
        assert "ZeroDivision" not in played.turns[0].observation.text


def test_what_reached_the_model_is_compared(make_engine, jobs, family, helpers):
    class Retokenises(helpers.Play):
        async def generate(self, requests):
            turns = await super().generate(requests)
            turns[0].seen = turns[0].seen[1:]
            return turns

    with pytest.raises(InvariantError, match="differ from place 1"):
        make_engine(Retokenises(lambda r: helpers.answer("1"), family)).run_sync(jobs(1, 1))


def test_log_hooks_and_memory_of_samples(make_engine, jobs, family, helpers, tmp_path):
    events, threads = [], set()

    class Watch:
        @hookimpl
        def vista_episode_start(self, trajectory):
            threads.add(threading.get_ident())
            events.append("start")

        @hookimpl
        def vista_after_tool_call(self, trajectory, call, result):
            events.append(call.spec.name)

        @hookimpl
        def vista_episode_end(self, trajectory):
            threads.add(threading.get_ident())
            events.append(trajectory.reward.total)

    policy = helpers.Play(
        lambda r: helpers.answer(1) if r.observations else helpers.call("paint", width=4 + r.rollout), family
    )
    with TrajectoryWriter(tmp_path) as log:
        engine = make_engine(policy, log=log, hooks=HookCaller([Watch()]))
        played = engine.run_sync(jobs(3, 2))
    assert events.count("start") == 6
    assert events.count("paint") == 6
    assert len(events) == 18
    assert len(threads) == 1, "hooks are called in one thread"
    read = {t.id: t for t in read_trajectories(tmp_path, segments=True)}
    assert {i: plain(t) for i, t in read.items()} == {t.id: plain(t) for t in played}
    for trajectory in read.values():
        for name in [*trajectory.images, *trajectory.turns[0].observation.images]:
            assert log.images.get(name).size[1] in (3, 4)


def test_samples_are_drawn_once(make_engine, jobs, helpers, monkeypatch):
    drawn = []
    original = helpers.Sums.sample
    monkeypatch.setattr(helpers.Sums, "sample", lambda s, split, i: drawn.append(i) or original(s, split, i))
    make_engine(helpers.Play(lambda r: helpers.answer(1)), concurrency=2).run_sync(jobs(4, 8))
    assert sorted(drawn) == [0, 1, 2, 3]


def test_inside_a_running_loop_and_twice(make_engine, jobs, helpers):
    engine = make_engine(helpers.Play(lambda r: helpers.answer(1)))

    async def main():
        return engine.run_sync(jobs(2, 1))

    assert len(asyncio.run(main())) == 2
    assert len(engine.run_sync(jobs(2, 1))) == 2
    assert engine.run_sync([]) == []


def test_unknown_task(make_engine, helpers):
    with pytest.raises(PluginError, match="no task other"):
        make_engine(helpers.Play(lambda r: "")).run_sync([Job("other", "train", 0)])

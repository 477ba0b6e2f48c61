import json
import math

import numpy as np
import pytest
from vista_core import HookCaller, PluginError, RewardBreakdown, Score, Trajectory
from vista_trainers.assembly import Assembly
from vista_trainers.evaluate import (
    EvalReport,
    compare,
    evaluate,
    evaluate_recipe,
    report,
    rollout_recipe,
    table,
    with_checkpoint,
)
from vista_trainers.logs import JsonlMetrics, TensorBoardMetrics, read_metrics, trajectory_metrics
from vista_trainers.recipe import Recipe


@pytest.fixture
def recipe(tmp_path, helpers):
    """A recipe over a task and tools of files, as a user's own would be."""
    (tmp_path / "task.py").write_text(
        f"""
import importlib.util
spec = importlib.util.spec_from_file_location("helpers_of_tests", {str(helpers.TOOLS.with_name("conftest.py"))!r})
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
Sums = module.Sums
"""
    )
    names = ("add", "wait", "fail", "bait", "Paint")
    return Recipe(
        tasks=[{"use": f"{tmp_path}/task.py:Sums"}],
        tools=[{"use": f"{helpers.TOOLS}:{name}", "as": name.lower()} for name in names],
        policy="scripted",
        episode={"prompt": "brief"},
    )


def changed(recipe, **fields):
    return recipe.model_validate(recipe.model_dump(by_alias=True) | fields)


class TestArms:
    def test_an_expert_that_reads_its_observations_falls_without_them(self, recipe, tmp_path):
        seen = []
        with Assembly(recipe) as assembly:
            arms = ("tools", "no_tools", "shuffled")
            reports = evaluate(assembly, assembly.jobs(40), arms, out=tmp_path / "out", on_done=seen.append)
        assert [reports[arm].accuracy for arm in arms] == [1.0, 0.0, 0.0]
        assert reports["shuffled"].well_formed == 1.0
        assert reports["no_tools"].well_formed == 0.0
        assert len(seen) == 120
        for arm in arms:
            assert (tmp_path / "out" / arm / "trajectories.jsonl").read_text().count("\n") == 40
        low, high = reports["tools"].interval
        assert high == 1.0
        assert 0.9 < low < 1.0
        difference = compare(reports["no_tools"], reports["tools"])
        assert difference.difference == difference.low == 1.0

    def test_an_expert_that_guesses_does_not_notice(self, recipe):
        guessing = changed(recipe, policy={"use": "scripted", "config": {"habit": "guess"}})
        with Assembly(guessing) as assembly:
            reports = evaluate(assembly, assembly.jobs(10), ("tools", "no_tools", "shuffled"))
        assert len({r.accuracy for r in reports.values()}) == 1
        assert reports["tools"].accuracy == 0.1
        assert reports["tools"].calls == 0

    def test_shuffled_alone_plays_tools_first_and_is_reproducible(self, recipe):
        seen = []
        first = evaluate_recipe(recipe, n=12, arm="shuffled", on_done=seen.append)
        assert (first.arm, first.n, len(seen)) == ("shuffled", 12, 12)
        again = evaluate_recipe(recipe, n=12, arm="shuffled")
        assert again == first
        texts = [t.turns[0].observation.text for t in seen]
        assert all(t.turns[0].observation.text != str(int(t.key.split("/")[1]) + 1) for t in seen)
        assert set(texts) <= {str(n) for n in range(1, 13)}

    def test_nobody_else_used_the_tool(self, recipe):
        one = evaluate_recipe(recipe, n=1, arm="shuffled")
        assert (one.accuracy, one.well_formed) == (0.0, 1.0)


class TestReport:
    def trajectories(self):
        def made(n, correct, status="answered", codes=()):
            trajectory = Trajectory(id=str(n), task="t", split="test", key=f"k{n}", status=status)
            if status != "faulted":
                trajectory.score = Score(value=float(correct), correct=correct, rule="r")
                parts = {"format": 1.0, "correct": float(correct)}
                trajectory.reward = RewardBreakdown(parts=parts, total=1.0 + correct)
            return trajectory

        return [made(0, True), made(1, False), made(2, True), made(3, True, "truncated"), made(4, False, "faulted")]

    def test_shares_leave_faults_out(self):
        result = report(self.trajectories(), ["a", "a", "b", "b", "b"], "tools", 0.0)
        assert (result.n, result.faults) == (4, 1)
        assert result.accuracy == 0.75
        assert result.per_kind["a"].accuracy == 0.5
        assert (result.per_kind["b"].n, result.per_kind["b"].accuracy) == (2, 1.0)
        assert (result.well_formed, result.accuracy_well_formed) == (0.75, pytest.approx(2 / 3))
        assert (result.reward, result.reward_parts) == (1.75, {"format": 1.0, "correct": 0.75})
        assert [item.correct for item in result.items] == [True, False, True, True, None]
        assert EvalReport.model_validate_json(result.model_dump_json()) == result

    def test_table(self, tmp_path):
        result = report(self.trajectories(), ["a", "a", "b", "b", "b"], "tools", 0.0)
        text = table([result])
        assert text == str(result)
        lines = text.splitlines()
        assert lines[2].split()[:4] == ["tools", "4", "0.750", "0.301-0.954"]
        assert [line.split()[0] for line in lines[3:]] == ["a", "b"]
        result.save(tmp_path / "x" / "report.json")
        assert json.loads((tmp_path / "x" / "report.json").read_text())["accuracy"] == 0.75

    def test_nothing_judged(self):
        empty = report([], [], "tools", 0.0)
        assert (empty.n, empty.accuracy, empty.interval) == (0, 0.0, (0.0, 1.0))

    def test_pairs_leave_out_what_only_one_judged(self):
        before = report(self.trajectories(), [""] * 5, "tools", 0.0)
        after = report(self.trajectories()[::-1], [""] * 5, "tools", 0.0)
        assert compare(before, after).difference == 0.0


class TestAssembly:
    def test_jobs_follow_the_weights(self, recipe):
        task = recipe.tasks[0].model_dump()
        weighted = changed(recipe, tasks=[task | {"weight": 2}, task | {"split": "test"}])
        with Assembly(weighted) as assembly:
            jobs = assembly.jobs(10, 2)
            shuffled = assembly.jobs(10, shuffle=True)
            assert len(assembly.tasks) == 2
            names = [job.task for job in jobs]
        assert [names.count(name) for name in dict.fromkeys(names)] == [14, 6]
        assert [(j.split, j.index, j.rollout) for j in jobs][:3] == [("train", 0, 0), ("train", 0, 1), ("train", 1, 0)]
        assert {j.split for j in jobs[14:]} == {"test"}
        assert shuffled != jobs[::2]
        assert len(set(shuffled)) == 10

    def test_too_many_samples(self, recipe):
        with Assembly(recipe) as assembly, pytest.raises(PluginError, match="have 1000 samples to draw from; 2000"):
            assembly.jobs(2000)

    def test_a_wrong_split(self, recipe):
        with pytest.raises(PluginError, match="has no split 'trian'; it has train, test"):
            Assembly(changed(recipe, tasks=[recipe.tasks[0].model_dump() | {"split": "trian"}]))

    def test_the_same_engine_twice(self, recipe):
        tools = [*[t.model_dump(by_alias=True) for t in recipe.tools]]
        twice = [*tools, tools[0] | {"as": "plus"}]
        with pytest.raises(PluginError, match=r"`add` and `plus` .* are the same engine"):
            Assembly(changed(recipe, tools=twice))
        Assembly(changed(recipe, tools=twice, allow_duplicates=True)).close_sync()

    def test_two_views_of_one_engine(self, recipe, tmp_path):
        code = (
            "from pydantic import BaseModel\nfrom vista_core import Backend, Tool\n"
            "class Args(BaseModel):\n    'Look.'\nclass Out(BaseModel):\n    text: str = ''\n"
            "class One(Tool[Args, Out]):\n    name = 'one'\n    backends = (Backend('classical', engine='reader'),)\n"
            "    def run(self, args, context): return Out()\n"
            "class Two(One):\n    name = 'two'\n"
        )
        (tmp_path / "views.py").write_text(code)
        tools = [{"use": f"{tmp_path / 'views.py'}:{name}"} for name in ("One", "Two")]
        with pytest.raises(PluginError, match=r"`one` and `two` .* are the same engine \(reader\)"):
            Assembly(changed(recipe, tools=tools))

    def test_a_lock_refuses_another_run(self, recipe, tmp_path):
        with Assembly(recipe) as assembly:
            assembly.write_lock(tmp_path)
            assembly.write_lock(tmp_path)
        with (
            Assembly(changed(recipe, seed=5, tools=[])) as other,
            pytest.raises(PluginError, match="seed was 0, is 5; tools.add is missing here"),
        ):
            other.write_lock(tmp_path)

    def test_checkpoint(self, recipe):
        with pytest.raises(PluginError, match="takes no checkpoint"):
            with_checkpoint(recipe, "folder")
        hf = changed(recipe, policy={"use": "hf", "config": {"path": "old", "top_p": 0.9}})
        assert with_checkpoint(hf, "new").policy.config == {"path": "new", "top_p": 0.9}
        assert with_checkpoint(recipe, None) is recipe

    def test_rollouts(self, recipe, tmp_path):
        played = rollout_recipe(recipe, n=3, rollouts=2, out=tmp_path)
        assert [t.key for t in played] == ["train/0"] * 2 + ["train/1"] * 2 + ["train/2"] * 2
        assert (tmp_path / "trajectories.jsonl").read_text().count("\n") == 6


class TestLogs:
    def test_metrics_of_trajectories(self, recipe):
        played = rollout_recipe(recipe, n=4, rollouts=2)
        played.append(Trajectory(id="x", task=played[0].task, split="train", key="train/0", status="faulted"))
        metrics = trajectory_metrics(played)
        assert (metrics["reward"], metrics["reward/format"], metrics["correct"], metrics["well_formed"]) == (2, 1, 1, 1)
        assert (metrics["calls"], metrics["turns"], metrics["truncated"]) == (1, 2, 0)
        assert (metrics["faults"], metrics["faults/policy"], metrics["faults/level_2"]) == (1, 1, 1)
        assert "policy_tokens" not in metrics
        assert trajectory_metrics([]) == {"faults": 0}

    def test_lines_through_hooks(self, tmp_path):
        sink = JsonlMetrics(tmp_path)
        hooks = HookCaller([sink])
        for step in range(1, 5):
            hooks.log({"reward": np.float32(step / 2), "loss": math.nan, "note": "hi"}, step)
        with open(sink.path, "a") as file:
            file.write('{"step": 5, "rew')
        assert read_metrics(sink.path)[-1] == {"step": 4, "reward": 2.0, "loss": "nan", "note": "hi"}
        sink.truncate(2)
        hooks.log({"reward": 7}, 3)
        assert [record["step"] for record in read_metrics(sink.path)] == [1, 2, 3]

    def test_tensorboard(self, tmp_path):
        from tensorboard.backend.event_processing.event_accumulator import EventAccumulator

        sink = TensorBoardMetrics(tmp_path)
        hooks = HookCaller([sink])
        for step in (1, 2):
            hooks.log({"reward": float(step), "note": "text", "loss": math.nan}, step)
        sink.close()
        sink.close()
        events = EventAccumulator(str(tmp_path))
        events.Reload()
        assert [(event.step, event.value) for event in events.Scalars("reward")] == [(1, 1.0), (2, 2.0)]
        assert events.Tags()["scalars"] == ["reward"]

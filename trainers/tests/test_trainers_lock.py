"""The lock of a run, and the replay of its log."""

import json
import re

import pytest
from vista_core import PluginError, TrajectoryWriter, VistaEnv, VistaError, read_trajectories
from vista_trainers.assembly import Assembly
from vista_trainers.evaluate import evaluate_recipe, rollout_recipe
from vista_trainers.lock import LOCK, differences, hold, read_lock
from vista_trainers.recipe import Recipe
from vista_trainers.replay import ReplayRefused, replay
from vista_trainers.training import train

TOOL = '''
import random
from pydantic import BaseModel
from vista_core import Backend, Box, Tool, Weights

class Args(BaseModel):
    """Where is it?"""
    box: Box
    image: int = 0

class Found(BaseModel):
    box: Box
    colour: int

class Look(Tool[Args, Found]):
    name = "look"
    reads = {"image"}
    backends = (Backend("eye", requires=("pydantic>=2",), weights=(Weights(repo="us/eye", revision="r1"),)),)
    class Config(BaseModel):
        shift: int = 0
    def setup(self, config, backend):
        self.shift = config.shift
    def run(self, args, context):
        x1, y1, x2, y2 = args.box
        colour = int(context.image(args.image).array[0, 0, 0])
        return Found(box=(x1, y1, x2, y2 + self.shift), colour=colour)
'''
TASK = """
import importlib.util
spec = importlib.util.spec_from_file_location("helpers_of_lock_tests", {!r})
module = importlib.util.module_from_spec(spec)
spec.loader.exec_module(module)
Sums = module.Sums
"""


@pytest.fixture
def recipe(tmp_path, helpers):
    (tmp_path / "task.py").write_text(TASK.format(str(helpers.TOOLS.with_name("conftest.py"))))
    (tmp_path / "look.py").write_text(TOOL)
    return Recipe(
        tasks=[{"use": f"{tmp_path}/task.py:Sums"}],
        tools=[
            f"{tmp_path}/look.py",
            *({"use": f"{helpers.TOOLS}:{n}", "as": n.lower()} for n in ("add", "fail", "bait", "Paint")),
        ],
        policy="scripted",
        episode={"prompt": "brief", "max_turns": 9, "max_observation_tokens": 64},
    )


def changed(recipe, **fields):
    return recipe.model_validate(recipe.dump() | fields)


def locked(recipe, folder):
    with Assembly(recipe) as assembly:
        assembly.write_lock(folder)
    return read_lock(folder / LOCK)


def test_a_lock_says_all_that_a_run_resolved_to(recipe, tmp_path):
    lock = locked(recipe, tmp_path / "run")
    look = lock["tools"]["look"]
    assert (look["backend"], look["config"], look["weights"][0]["revision"]) == ("eye", {"shift": 0}, "r1")
    assert re.fullmatch(r"2\..*", look["requires"]["pydantic"]) and len(look["schema_hash"]) == 64
    assert look["target"] == "look.py:Look" and re.fullmatch("[0-9a-f]{64}", look["version"])
    assert set(lock["tools"]) == {"look", "add", "fail", "bait", "paint"}
    (task,) = lock["tasks"].values()
    assert len(task["fingerprint"]) == 64 and task["split"] == "train"
    assert lock["seed"] == 0 and set(lock["versions"]) == {"vista-core", "vista-trainers"}
    assert (lock["reward"]["distribution"], lock["policy"]["distribution"]) == ("vista-core", "vista-trainers")


def test_resuming_something_else_is_refused_and_told(recipe, tmp_path):
    run = tmp_path / "run"
    locked(recipe, run)
    locked(recipe, run)  # the same again
    tools = recipe.dump()["tools"]
    locked(changed(recipe, tools=[tool | {"workers": 2, "executor": "process"} for tool in tools]), run)
    first = tools[0] | {"config": {"shift": 3}}
    cases = {
        "seed was 0, is 5": {"seed": 5},
        "tools.look.config.shift was 0, is 3": {"tools": [first, *tools[1:]]},
        "tools.paint is missing here": {"tools": tools[:-1]},
        "tools.plus is new": {"tools": [*tools, tools[1] | {"as": "plus"}], "allow_duplicates": True},
        "tasks.Sums.split was \"train\", is \"test\"; tasks.Sums.fingerprint was": {
            "tasks": [{"use": recipe.tasks[0].use, "split": "test"}]
        },
    }  # fmt: skip
    for words, fields in cases.items():
        with pytest.raises(PluginError, match="cannot go on here") as caught:
            locked(changed(recipe, **fields), run)
        assert words in str(caught.value) and "\n" not in str(caught.value)
    (tmp_path / "look.py").write_text(TOOL + "\n# another version\n")
    with pytest.raises(PluginError, match=r"tools\.look\.version was \"\w+\.*, is "):
        locked(recipe, run)


def test_a_lock_that_cannot_be_read_is_a_sentence(tmp_path):
    for text, words in (("{", "no lock"), ("[]", "no lock"), ('{"schema": 9, "tools": {}}', "lock schema 9")):
        (tmp_path / LOCK).write_text(text)
        with pytest.raises(PluginError, match=words):
            hold(tmp_path, {})


def test_many_differences_are_counted():
    assert differences({"a": {"b": [1]}, "use": 1}, {"a": {"b": [2]}, "use": 2}) == ["a.b was [1], is [2]"]
    found = differences({str(n): n for n in range(9)}, {})
    with pytest.raises(ReplayRefused, match=r"3 is missing here; and 5 more\."):
        raise ReplayRefused(found)


def test_required_plugins_are_checked_before_anything_loads(recipe, tmp_path):
    (tmp_path / "task.py").write_text(f"open({str(tmp_path / 'loaded')!r}, 'w')")
    needy = changed(
        recipe,
        required_plugins=["vista-core>=0.1", "vista-no-such-thing>=3"],
        output=str(tmp_path / "run"),
        policy={"use": "hf", "config": {"path": "no/checkpoint"}},
        trainer={"use": "grpo"},
    )
    for start in (Assembly, train, lambda r: rollout_recipe(r, n=1), lambda r: evaluate_recipe(r, n=1)):
        with pytest.raises(PluginError, match=r"pip install 'vista-no-such-thing>=3'"):
            start(needy)
    assert not (tmp_path / "loaded").exists() and not (tmp_path / "run").exists()


def play(helpers, box="[1, 0, 3, 2]"):
    """Turns of every kind: a picture made and looked at, errors, a long text, a malformed turn, an unknown argument."""
    call = helpers.call
    turns = (
        call("paint", width=7),
        f'<think>t</think><tool_call>{{"tool": "look", "arguments": {{"box": {box}, "image": 1}}}}</tool_call>',
        call("bait"),
        call("fail", why="no chart"),
        call("fail", why="bug"),
        "not a turn",
        call("add", a=1, c=2),
        call("look", box=[0, 0, 1, 1], image=9),
        helpers.answer("1"),
    )
    return lambda request: turns[request.turn]


class Twice:
    """A family that shows the policy pictures of twice the size."""

    def resized(self, image):
        return image.size[0] * 2, image.size[1] * 2


@pytest.mark.parametrize("coordinates", ["pixel", "norm1000", "resized"])
@pytest.mark.parametrize("tokens", [False, True])
def test_a_log_is_replayed_through_the_same_tools(recipe, tmp_path, helpers, coordinates, tokens):
    if coordinates == "resized" and not tokens:
        pytest.skip("only a family resizes pictures")
    family = type("Family", (Twice, helpers.ByteFamily), {})() if tokens else None
    episode = recipe.dump()["episode"] | {"coordinates": coordinates, "max_tokens_per_turn": 500}
    run = tmp_path / "run"
    played = rollout_recipe(
        changed(recipe, episode=episode), n=3, rollouts=2, policy=helpers.Play(play(helpers), family), out=run
    )
    assert [len(t.turns) for t in played] == [9] * 6
    assert "[cut here: " in played[0].turns[2].observation.text
    report = replay(run)
    assert (report.trajectories, report.calls, report.same, report.locked) == (6, 36, 36, True)
    assert not report.differences and not report.not_replayed
    assert replay(run / "trajectories.jsonl", limit=2).trajectories == 2


def test_an_observation_that_differs_is_reported_with_its_place(recipe, tmp_path, helpers):
    run = tmp_path / "run"
    rollout_recipe(recipe, n=2, policy=helpers.Play(play(helpers)), out=run)
    log = run / "trajectories.jsonl"
    lines = [json.loads(line) for line in log.read_text().splitlines()]
    lines[0]["turns"][3]["observation"]["text"] = "Error: no table"
    log.write_text("".join(json.dumps(line) + "\n" for line in lines))
    first, second = read_trajectories(run)
    report = replay(run)
    assert (report.calls, report.same) == (4 + 6, 3 + 6)
    (found,) = report.differences
    assert (found.trajectory, found.turn, found.tool, found.what) == (first.id, 3, "fail", "text")
    assert (found.logged, found.replayed, found.deterministic) == ("Error: no table", "Error: no chart", True)
    for picture in (run / "images").iterdir():
        if picture.stem in second.images:
            picture.unlink()
    report = replay(run)
    assert list(report.not_replayed) == [second.id] and report.trajectories == 1


def test_other_tools_are_refused_and_named(recipe, tmp_path, helpers):
    run = tmp_path / "run"
    rollout_recipe(recipe, n=1, policy=helpers.Play(play(helpers)), out=run)
    (tmp_path / "look.py").write_text(TOOL.replace("Where is it?", "Where is it now?"))
    with pytest.raises(ReplayRefused, match=r"tools\.look\.version was .*tools\.look\.schema_hash was") as caught:
        replay(run)
    assert len(caught.value.differences) == 2
    (tmp_path / "look.py").unlink()
    with pytest.raises(ReplayRefused, match=r"There is no file .*look\.py"):
        replay(run)
    lock = json.loads((run / LOCK).read_text())
    del lock["tools"]["look"]
    (run / LOCK).write_text(json.dumps(lock))
    with pytest.raises(ReplayRefused, match=r"tools\.look is missing here"):
        replay(run)


def test_a_log_without_a_lock_runs_the_tools_it_names(tmp_path, monkeypatch, helpers):
    monkeypatch.chdir(helpers.TOOLS.parent)
    with TrajectoryWriter(tmp_path) as log, VistaEnv(helpers.Sums(), tools=["./rollout_tools.py:add"], log=log) as env:
        env.reset(seed=1)
        env.step(helpers.call("add", a=1, b=2))
        env.step(helpers.answer("3"))
    report = replay(tmp_path)
    assert (report.calls, report.same, report.locked) == (1, 1, False)
    monkeypatch.chdir(tmp_path)
    with pytest.raises(ReplayRefused, match="There is no file"):
        replay(tmp_path)
    with pytest.raises(VistaError, match="no trajectory log"):
        replay(tmp_path / "nowhere")

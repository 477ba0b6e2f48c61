"""Spaces, the gymnasium environment and the vector environment keep gymnasium's promises and ours."""

import json
from pathlib import Path

import gymnasium
import numpy as np
import pytest
from gymnasium.utils.env_checker import check_env, data_equivalence
from gymnasium.vector import AutoresetMode
from hypothesis import given, settings
from hypothesis import strategies as st
from vista_core import (
    Gold,
    Image,
    PluginError,
    Sample,
    Score,
    Task,
    ToolCall,
    ToolResult,
    TrajectoryWriter,
    VistaEnv,
    VistaVectorEnv,
    hookimpl,
    read_trajectories,
    register_envs,
)
from vista_core.env import Images, UnicodeText
from vista_core.executors import Executor

FILE = Path(__file__).with_name("episode_tools.py")
LOOK = '<think>look</think><tool_call>{"tool": "crop", "arguments": {"box": [0, 0, 3, 2]}}</tool_call>'
SAY = '<think>say</think><tool_call>{"tool": "echo", "arguments": {"text": "hello"}}</tool_call>'
CROP, ECHO = {"use": f"{FILE}:Crop", "as": "crop"}, f"{FILE}:echo"


class Squares(Task):
    """How many pixels wide is the picture? Samples differ in width."""

    name = "squares"
    splits = ("train", "test")
    licence = "Apache-2.0"

    def size(self, split):
        return 6 if split == "train" else 2

    def sample(self, split, index):
        picture = Image.from_array(np.full((4, 5 + index, 3), 7 * index, np.uint8))
        return Sample(
            key=f"{split}/{index}", question=f"How wide is picture {index}?", images=(picture,) * (index % 2 + 1)
        )

    def gold(self, key):
        return Gold(answer=5 + int(key.split("/")[1]))

    def score(self, key, answer):
        right = answer == str(self.gold(key).answer)
        return Score(value=right, correct=right, rule="equal")


def make(**options):
    return VistaEnv(Squares(), **{"tools": [CROP, ECHO], **options})


def answer(text):
    return f"<think>so</think><answer>{text}</answer>"


# --- spaces --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("space", [UnicodeText(), UnicodeText(max_length=3), Images()])
def test_samples_are_members_and_follow_the_seed(space):
    space.seed(5)
    first = [space.sample() for _ in range(20)]
    assert all(member in space for member in first)
    space.seed(5)
    again = [space.sample() for _ in range(20)]
    assert all(data_equivalence(a, b, exact=True) for a, b in zip(first, again, strict=True))
    assert len({str(member) for member in first}) > 3
    with pytest.raises(ValueError, match="mask"):
        space.sample(mask=np.ones(2))
    assert eval(str(space)) == space != Images(seed=3).sample() and not space.is_np_flattenable


def test_membership():
    for text in ("", "a\nb", "é😀\x00", "<think>" * 1000):
        assert text in UnicodeText()
    for text in ("\ud800", b"a", 3, None):
        assert text not in UnicodeText()
    assert "abcd" not in UnicodeText(max_length=3)
    picture = np.zeros((2, 3, 3), np.uint8)
    assert () in Images() and (picture, np.zeros((9, 1, 3), np.uint8)) in Images()
    for images in (
        picture,
        [picture],
        (picture.astype(float),),
        (picture[:, :, 0],),
        (picture[:, :, :2],),
        (picture[:0],),
    ):
        assert images not in Images()


@settings(max_examples=100, deadline=None)
@given(st.text(alphabet=st.characters()))
def test_text_is_a_member_when_utf8_can_say_it(text):
    try:
        text.encode()
        valid = True
    except UnicodeEncodeError:
        valid = False
    assert (text in UnicodeText()) is valid


# --- one environment -----------------------------------------------------------------------------------------------


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("tools", [(), [CROP, ECHO]])
@pytest.mark.parametrize("max_turns", [2, 3])
def test_gymnasium_accepts_it(tools, max_turns):
    env = make(tools=tools, episode={"max_turns": max_turns}, render_mode="ansi")
    check_env(env, skip_render_check=True)


@pytest.mark.filterwarnings("error")
def test_gymnasium_make_wraps_it_without_a_warning():
    gymnasium.register(
        "vista/squares-v0",
        entry_point="vista_core.env:VistaEnv",
        vector_entry_point="vista_core.vector:VistaVectorEnv",
    )
    try:
        env = gymnasium.make("vista/squares-v0", task=Squares(), tools=[CROP])
        first, info = env.reset(seed=0)
        seen, *_ = env.step(LOOK)
        check_env(env.unwrapped, skip_render_check=True)
        envs = gymnasium.make_vec("vista/squares-v0", num_envs=2, task=Squares(), tools=[CROP])
        assert envs.reset(seed=0)[0]["text"][0] == first["text"]
        assert envs.step((LOOK, LOOK))[0]["text"][0] == seen["text"]
        envs.close()
        env.close()
    finally:
        gymnasium.registry.pop("vista/squares-v0")
    assert first in env.observation_space and seen in env.observation_space
    assert info["key"].startswith("train/")


def test_an_episode_of_the_environment():
    env = make(split="test", render_mode="ansi")
    seen, info = env.reset(options={"index": 1, "rollout": 4})
    assert (info["key"], info["index"], info["task"], info["split"]) == ("test/1", 1, "squares", "test")
    assert "crop" in seen["text"] and seen["text"].endswith("How wide is picture 1?")
    assert [image.shape for image in seen["images"]] == [(4, 6, 3), (4, 6, 3)]
    seen["images"][0][:] = 255  # a copy: the episode's own pixels stay
    assert env.episode.images[0].array.max() == 7
    seen, reward, terminated, truncated, info = env.step(LOOK)
    assert (seen["text"], reward, terminated, truncated, info) == ("3x2\n[image 2]", 0.0, False, False, {"turn": 1})
    assert seen["images"][0].shape == (2, 3, 3)
    assert env.step("oops")[0]["text"].startswith("Error E1")
    assert "[assistant]\noops" in env.render()
    seen, reward, terminated, truncated, info = env.step(answer(6))
    assert (seen, reward, terminated, truncated) == ({"text": "", "images": ()}, -1.0, True, False)
    assert (info["status"], info["answer"], info["fault"], info["score"]["correct"]) == ("answered", "6", None, True)
    assert info["reward"] == {"repetition": 0.0, "format": -1.0, "correctness": 0.0, "total": -1.0}
    assert env.episode.trajectory.rollout == 4
    with pytest.raises(gymnasium.error.ResetNeeded):
        env.step(answer(6))
    assert env.reset()[1]["key"] != "" and make().render() is None
    env.close()
    env.close()


@pytest.mark.parametrize(("turns", "reward", "ends"), [
    ([SAY, answer(8)], 2.0, (True, False)), ([answer(9)], 1.0, (True, False)), ([SAY, SAY, SAY], -1.0, (False, True)),
    (["", "", ""], -1.0, (False, True)),
])  # fmt: skip
def test_terminated_is_answered_and_truncated_is_the_budget(turns, reward, ends):
    env = make()
    env.reset(options={"index": 3})
    steps = [env.step(turn) for turn in turns]
    assert all(step[1:4] == (0.0, False, False) for step in steps[:-1])
    assert (steps[-1][1], steps[-1][2:4]) == (reward, ends)
    env.close()


def test_misuse_is_named():
    with pytest.raises(PluginError, match="no split 'dev'"):
        make(split="dev")
    with pytest.raises(PluginError, match="no effect"):
        make(level=2)
    env = make(tools=())
    with pytest.raises(gymnasium.error.ResetNeeded):
        env.step("a")
    with pytest.raises(PluginError, match="no 6"):
        env.reset(options={"index": 6})
    env.reset(seed=0)
    with pytest.raises(TypeError, match="str"):
        env.step(3)


def test_the_same_seed_and_actions_give_the_same_bytes(tmp_path):
    actions = [LOOK, "oops", answer(7), SAY, SAY, answer(5), answer(9), LOOK, LOOK, LOOK]

    def log(folder):
        env = make(log=folder)
        env.reset(seed=11)
        for action in actions:
            if any(env.step(action)[2:4]):
                env.reset()
        env.close()
        texts = []
        for trajectory in read_trajectories(folder):
            trajectory.runtime = {}
            texts.append(trajectory.model_dump_json())
        return texts

    first, second = log(tmp_path / "a"), log(tmp_path / "b")
    assert first == second and len(first) == 4
    assert len({json.loads(line)["id"] for line in first}) == 4
    assert sorted(p.name for p in (tmp_path / "a/images").iterdir()) == sorted(
        p.name for p in (tmp_path / "b/images").iterdir()
    )


class Faulty(Executor):
    """Every call is a fault of the machine."""

    async def start(self, specs=()):
        pass

    async def submit(self, call):
        assert isinstance(call, ToolCall)
        return ToolResult(fault="worker 1 died")

    async def close(self):
        raise AssertionError("an executor that was given is not closed by the environment")


def test_a_fault_is_never_rewarded(tmp_path):
    seen = []

    class Watch:
        @hookimpl
        def vista_episode_end(self, trajectory):
            seen.append((trajectory.status, trajectory.reward))

    env = make(executor=Faulty(), hooks=[Watch()], log=TrajectoryWriter(tmp_path))
    env.reset(seed=0)
    _, reward, terminated, truncated, info = env.step(SAY)
    assert (reward, terminated, truncated, info["fault"], info["reward"]) == (0.0, False, True, "worker 1 died", None)
    assert seen == [("faulted", None)]
    assert [trajectory.reward for trajectory in read_trajectories(tmp_path)] == [None]
    env.close()


def test_a_tool_that_misbehaves_costs_its_call_only():
    env = make(tools=[f"{FILE}:misbehave"])
    for how in ("raise", "garbage"):
        env.reset(seed=0)
        seen, *_ = env.step(
            f'<think>t</think><tool_call>{{"tool": "misbehave", "arguments": {{"how": "{how}"}}}}</tool_call>'
        )
        assert seen["text"].startswith("Error E5") and "ZeroDivision" not in seen["text"]
        key = env.episode.trajectory.key
        assert env.step(answer(5 + int(key.split("/")[1])))[1] == 2.0
    env.close()


def test_every_installed_task_is_registered_once():
    ids = register_envs()
    assert ids == register_envs() and len(set(ids)) == len(ids)
    for name in ids:
        assert gymnasium.spec(name).vector_entry_point is not None


# --- many environments ---------------------------------------------------------------------------------------------


class Together(Executor):
    """Remembers how many calls came at once."""

    def __init__(self):
        self.batches = []

    async def start(self, specs=()):
        pass

    async def submit(self, call):
        raise AssertionError("the calls of a step come together")

    def run_sync(self, calls):
        from vista_core import Observation

        self.batches.append([call.arguments["text"] for call in calls])
        return [ToolResult(observation=Observation(text=call.arguments["text"].upper())) for call in calls]

    async def close(self):
        pass


def say(text):
    return f'<think>say</think><tool_call>{{"tool": "echo", "arguments": {{"text": "{text}"}}}}</tool_call>'


def test_calls_of_a_step_run_together_and_masks_reset():
    executor = Together()
    envs = VistaVectorEnv(3, task=Squares(), tools=[ECHO], executor=executor, split="train")
    assert envs.metadata["autoreset_mode"] is AutoresetMode.DISABLED
    seen, info = envs.reset(seed=4, options={"index": [0, 1, 2]})
    assert seen in envs.observation_space and envs.action_space.sample() in envs.action_space
    assert list(info["key"]) == ["train/0", "train/1", "train/2"] and info["_key"].all()
    seen, rewards, terminated, truncated, info = envs.step((say("a"), say("b"), "oops"))
    assert executor.batches == [["a", "b"]]
    assert seen["text"][:2] == ("A", "B") and seen["text"][2].startswith("Error E1")
    assert not (terminated | truncated).any() and rewards.dtype == np.float64
    seen, rewards, terminated, truncated, info = envs.step((answer(5), say("c"), answer(9)))
    assert executor.batches == [["a", "b"], ["c"]]
    assert (rewards.tolist(), terminated.tolist()) == ([2.0, 0.0, -1.0], [True, False, True])
    with pytest.raises(gymnasium.error.ResetNeeded, match=r"\[0, 2\]"):
        envs.step((say("d"), say("d"), say("d")))
    assert executor.batches == [["a", "b"], ["c"]]
    seen, info = envs.reset(options={"reset_mask": terminated | truncated})
    assert info["_key"].tolist() == [True, False, True] and seen["text"][1] == "C"
    envs.step((say("e"), answer(6), say("f")))
    assert [env.episode.done is not None for env in envs.envs] == [False, True, False]
    envs.close()


def test_a_vector_of_environments_does_what_one_does():
    envs = VistaVectorEnv(2, task=Squares(), tools=[CROP, ECHO])
    one = make()
    first, _ = envs.reset(seed=[21, 22])
    alone, _ = one.reset(seed=21)
    assert first["text"][0] == alone["text"]
    for action in (LOOK, say("x")):
        many, single = envs.step((action, SAY)), one.step(action)
        assert many[0]["text"][0] == single[0]["text"] and many[0] in envs.observation_space
        assert data_equivalence(many[0]["images"][0], single[0]["images"], exact=True)
    assert envs.envs[0].episode.trajectory.id == one.episode.trajectory.id
    envs.close()
    one.close()


def test_vector_misuse_is_named():
    envs = VistaVectorEnv(2, task=Squares(), tools=())
    with pytest.raises(gymnasium.error.ResetNeeded):
        envs.step(("a", "b"))
    for mask in (np.zeros(2, bool), np.ones(3, bool), np.ones(2)):
        with pytest.raises(ValueError, match="reset_mask"):
            envs.reset(options={"reset_mask": mask})
    with pytest.raises(ValueError, match="seeds"):
        envs.reset(seed=[1])
    envs.reset(seed=1)
    with pytest.raises(ValueError, match="2 actions"):
        envs.step(("a",))
    with pytest.raises(ValueError, match="each a str"):
        envs.step(("a", 3))
    envs.close()

"""What the five do, with the results worked out by hand."""

import json
import logging
import subprocess
import sys

import numpy as np
import pytest
import vista_core as vista
from vista_core import HookCaller, ToolArgumentError, ToolFailed, VistaEnv
from vista_example.usage import ToolUsage


def turn(tool, **arguments):
    return f"<think>look</think><tool_call>{json.dumps({'tool': tool, 'arguments': arguments})}</tool_call>"


def test_the_spotlight_dims_what_is_outside():
    seen = vista.load("tool", "spotlight")(images=[np.full((10, 20, 3), 200, np.uint8)], box=[5, 2, 15, 8])
    pixels = seen.images[0].array
    assert pixels.shape == (10, 20, 3)
    assert (pixels[2:8, 5:15] == 200).all() and (pixels == 50).sum() == 3 * (200 - 60)
    assert seen.data.bright == 0.3 and seen.text == "Everything outside of the box is dimmed."


def test_the_spotlight_needs_a_pixel():
    with pytest.raises(ToolArgumentError, match="`box` must hold .* 20 wide and 10 high"):
        vista.load("tool", "spotlight")(images=[np.zeros((10, 20, 3), np.uint8)], box=[30, 0, 40, 10])


def test_the_tally_adds_and_is_full_at_some_time():
    tally = vista.load("tool", "tally")
    assert tally(label=" apples ", amount=2, state={"pears": 0.1}).text == "pears 0.1, apples 2"
    full = {str(number): 1.0 for number in range(100)}
    with pytest.raises(ToolFailed, match="100 labels"):
        tally(label="one more", state=full)
    assert tally(label="7", state=full).text.startswith("0 1, 1 1,")


def test_the_dots_can_be_counted_in_the_picture():
    task = vista.load("task", "dots", problems=30)
    colours = {"red": (200, 40, 40), "green": (40, 150, 60), "blue": (40, 70, 200)}
    golds = set()
    for index in range(30):
        sample = task.sample("test", index)
        gold = task.gold(sample.key)
        centres = sample.images[0].array[16::32, 16::32]
        assert (centres == colours[gold.kind]).all(axis=2).sum() == gold.answer
        assert gold.kind in sample.question
        golds.add(gold.answer)
    assert len(golds) > 5


def test_the_splits_of_the_dots_share_no_picture():
    for seed in range(3):
        task = vista.load("task", "dots", seed=seed, problems=20)
        for split, parity in (("train", 0), ("test", 1)):
            for index in range(20):
                cells = task.gold(f"{split}/{index}").cells
                assert sum(sum(part) for part in cells.values()) % 2 == parity


@pytest.mark.parametrize("executor", ["thread", "process"])
def test_an_episode_with_both_tools_under_either_executor(executor):
    """The state travels with the calls, and an image that a tool made can be looked at by the next."""
    usage = ToolUsage()
    tools = [{"use": name, "executor": executor} for name in ("spotlight", "tally")]
    env = VistaEnv("dots", tools=tools, reward="concise", episode={"max_turns": 6}, hooks=[usage], problems=10)
    try:
        _, info = env.reset(seed=0, options={"index": 3})
        gold = env.task.gold(info["key"]).answer
        seen = env.step(turn("spotlight", box=[0, 0, 128, 256]))[0]
        assert len(seen["images"]) == 1
        seen = env.step(turn("spotlight", box=[0, 0, 256, 128], image=1))[0]
        assert seen["images"][0][200, 200].max() == 255 // 4 // 4  # dimmed twice: it was the tool's own image
        assert env.step(turn("tally", label="left", amount=3))[0]["text"].startswith("left 3")
        assert "left 3, right 1" in env.step(turn("tally", label="right"))[0]["text"]
        assert "`amount`" in env.step(turn("tally", label="left", amount="three"))[0]["text"]
        _, reward, terminated, _, _ = env.step(f"<think>sum</think><answer>{gold}</answer>")
        assert terminated and env.episode.trajectory.score.correct
        trajectory = env.episode.trajectory
    finally:
        env.close()
    assert {tool.distribution for tool in trajectory.tools} == {"vista-example"}
    assert usage.summary() == "spotlight 2, tally 2" and reward == trajectory.reward.total


def test_the_hook_counts_and_logs(caplog):
    usage = ToolUsage()
    hooks = HookCaller([usage])
    spec = vista.tool_spec("tally")
    call = vista.ToolCall("1", spec, {"label": "a"})
    trajectory = vista.Trajectory(id="t")
    hooks.after_tool_call(trajectory, call, vista.ToolResult(observation=vista.Observation(text="a 1")))
    hooks.after_tool_call(trajectory, call, vista.ToolResult(error=vista.ToolErrorRecord("failed", None, "full")))
    hooks.after_tool_call(trajectory, call, vista.ToolResult(fault="worker died"))
    with caplog.at_level(logging.INFO, logger="vista_example.usage"):
        hooks.log({"reward": 1.0}, step=10)
    assert caplog.messages == ["step 10: tally 3 (1 error, 1 fault)"]


def test_the_hook_is_loaded_by_its_name():
    assert HookCaller(["tool_usage"]) and not HookCaller()
    assert vista.resolve("hook", "tool_usage").distribution == "vista-example"


def test_nothing_is_imported_until_it_is_named():
    code = """
import sys, vista_core as vista
assert {row.name for row in vista.available("hook")} >= {"tool_usage"}
vista.VistaEnv("dots", tools=["tally"], reward="concise").close()
print(sorted(name for name in sys.modules if name.startswith("vista_example.")))
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "['vista_example.concise', 'vista_example.dots', 'vista_example.tally']\n"


def test_gold_of_a_strange_key_is_refused():
    task = vista.load("task", "dots", problems=5)
    for key in ("train/5", "train/-1", "valid/0", "train/٣", "train/0\n", "", "../train/0"):
        with pytest.raises(vista.PluginError, match="has no problem"):
            task.gold(key)

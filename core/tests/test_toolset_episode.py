"""Tool sets resolve calls; episodes keep the rules of turns, coordinates, lengths and state, and survive any text."""

import json
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from vista_core import (
    Done,
    Episode,
    EpisodeConfig,
    Image,
    NameClash,
    Observation,
    PluginError,
    RawCall,
    Sample,
    ToolCall,
    ToolErrorRecord,
    ToolResult,
    ToolSet,
    ToolSpec,
    Trajectory,
    UnknownName,
    Violation,
    build_toolset,
    finish,
    hookimpl,
    make_executor,
    tool_spec,
    well_formed,
)
from vista_core.coordinates import convert_arguments
from vista_core.hooks import HookCaller
from vista_core.scoring.rewards import VistaReward

FILE = Path(__file__).with_name("episode_tools.py")


def tools(**names):
    return ToolSet([tool_spec(f"{FILE}:{target}", as_=name) for name, target in names.items()])


ALL = tools(locate="Locate", crop="Crop", chartmoe_to_table="ToTable", easyocr="Ocr", seeded="Seeded", echo="echo")
PICTURE = Image.from_array(np.zeros((100, 200, 3), np.uint8))
SAMPLE = Sample(key="train/0", question="Which?", images=(PICTURE,), choices=("a", "b"), answer_format="a letter")


def call(body):
    return f"<think>t</think><tool_call>{body}</tool_call>"


def executed(episode, text):
    """feed, run and observe."""
    event = episode.feed(text)
    if not isinstance(event, ToolCall):
        return event
    executor = make_executor([event.spec], cache=False)
    executor.start_sync([event.spec])
    try:
        return episode.observe(executor.run_sync([event])[0])
    finally:
        executor.close_sync()


# --- tool sets -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("raw", "tool", "arguments"),
    [
        (RawCall("chartmoe_to_table", {}), "chartmoe_to_table", {}),
        (RawCall("chartmoe", {}, "to_table"), "chartmoe_to_table", {}),
        (RawCall("echo", {}, "table"), "chartmoe_to_table", {}),  # an alias comes first
        (RawCall("easyocr", {}, "extract"), "easyocr", {"task": "extract", "min_confidence": 0.5}),
        (RawCall("easyocr", {"min_confidence": 1}, "x"), "easyocr", {"task": "x", "min_confidence": 1.0}),
        (RawCall("locate", {"box": [1, 2, 3, 4]}), "locate", {"box": [1.0, 2.0, 3.0, 4.0], "image": 0}),
    ],
)
def test_calls_and_aliases_resolve(raw, tool, arguments):
    resolved = ALL.resolve(raw)
    assert (resolved.entry.spec.name, resolved.arguments) == (tool, arguments)


@pytest.mark.parametrize(
    ("raw", "code", "words"),
    [
        (RawCall("chartmoe", {}, "describe"), "E1", "no tool `chartmoe`"),
        (RawCall("chartmoe", {}), "E1", "did you mean `chartmoe_to_table`"),
        (RawCall("rm -rf /", {}), "E1", "there are `locate`"),
        (RawCall("echo", {"text": "a"}, "shout"), "E2", "no task 'shout'"),
        (RawCall("echo", {"txt": "a"}), "E2", "did you mean `text`"),
        (RawCall("echo", {}), "E3", "missing"),
        (RawCall("echo", {"text": 3}), "E3", "`text`"),
        (RawCall("easyocr", {"min_confidence": 2}), "E3", "`min_confidence`"),
        (RawCall("easyocr", {"min_confidence": "high"}), "E3", "`min_confidence`"),
        (RawCall("locate", {"box": [1, 2, 3]}), "E3", "`box"),
        (RawCall("locate", {"box": [1, 2, 3, 4], "image": True}), "E3", "`image`"),
    ],
)
def test_bad_calls_are_classified(raw, code, words):
    violation = ALL.resolve(raw)
    assert isinstance(violation, Violation) and violation.code == code
    assert words in violation.message


def test_aliases_hold_among_the_tools_of_the_episode_only():
    assert tools(easyocr="Ocr").resolve(RawCall("chartmoe", {}, "to_table")).code == "E1"
    renamed = tools(table="ToTable")
    assert renamed.resolve(RawCall("chartmoe", {}, "to_table")).entry.spec.name == "table"
    assert renamed.definitions[0].name == "table"
    assert ToolSet().resolve(RawCall("x", {})).message.startswith("There are no tools")


def test_names_clash_with_a_remedy():
    with pytest.raises(NameClash, match="with `as`"):
        ToolSet(2 * tools(echo="echo").specs)
    with pytest.raises(NameClash, match="leave one of the two"):
        ToolSet([ToolSpec(name=name, target=f"{FILE}:ToTable", backend="python") for name in "ab"])
    with pytest.raises(PluginError, match="a:b"):
        tools(**{"a:b": "echo"})


def test_toolsets_are_built_from_names_mappings_and_specs():
    built = build_toolset(
        [f"{FILE}:echo", {"use": f"{FILE}:Ocr", "as": "read", "timeout_s": 5, "workers": 2}, ALL.specs[0]]
    )
    assert [spec.name for spec in built.specs] == ["echo", "read", "locate"]
    assert (built["read"].spec.timeout_s, built["read"].spec.workers) == (5, 2)
    assert "read" in built and len(built) == 3 and build_toolset(built) is built
    assert [row.name for row in built.provenance] == ["echo", "read", "locate"]
    assert all(
        row.schema_hash == tool.schema_hash for row, tool in zip(built.provenance, built.definitions, strict=True)
    )
    for entries, words in (([{"use": "x", "alias": "y"}], "alias"), ([{}], "no `use`"), ("easyocr", "list")):
        with pytest.raises(PluginError, match=words):
            build_toolset(entries)
    with pytest.raises(UnknownName):
        build_toolset(["no_such_tool_here"])


# --- episodes ------------------------------------------------------------------------------------------------------


def test_an_episode_from_question_to_answer():
    episode = Episode(SAMPLE, ALL, task="demo", split="train", rollout=3, seed=7)
    system, user = episode.messages
    assert "chartmoe_to_table" in system["content"] and "3 turns" in system["content"]
    assert user["content"][0] == {"type": "image"}
    assert user["content"][1]["text"] == "Which?\nChoices:\nA. a\nB. b\na letter"
    observation = executed(episode, call('{"tool": "chartmoe", "task": "to_table"}'))
    assert observation.text == "Mango 47\nKiwi 12\nPear 33"
    assert episode.done is None
    assert episode.feed("<think>a</think><answer> A </answer>") == Done("answered", "A") == episode.done
    trajectory = episode.trajectory
    assert [turn.call.tool if turn.call else None for turn in trajectory.turns] == ["chartmoe_to_table", None]
    assert (trajectory.status, trajectory.answer, well_formed(trajectory)) == ("answered", "A", True)
    assert [message["role"] for message in episode.messages] == ["system", "user", "assistant", "tool", "assistant"]
    assert Trajectory.model_validate_json(trajectory.model_dump_json()) == trajectory
    with pytest.raises(PluginError, match="is over"):
        episode.feed("more")
    with pytest.raises(PluginError, match="no open call"):
        episode.observe(ToolResult())


def test_the_brief_prompt_is_the_question_only():
    episode = Episode(Sample(key="a", question="How many?"), ALL, EpisodeConfig(prompt="brief"))
    assert episode.messages == [{"role": "user", "content": "How many?"}]
    without_tools = Episode(SAMPLE, ToolSet()).messages[0]["content"]
    assert "<answer>" in without_tools and "tool" not in without_tools
    hermes = Episode(SAMPLE, ALL, EpisodeConfig(dialect="hermes", reasoning="none")).messages[0]["content"]
    assert '{"name": "NAME"' in hermes and "<think>" not in hermes


def test_turns_are_a_budget():
    look = call('{"tool": "chartmoe_to_table", "arguments": {}}')
    episode = Episode(SAMPLE, ALL, EpisodeConfig(max_turns=2))
    executed(episode, look)
    assert episode.feed(look) == Done("truncated")  # no turn is left to use a result: the call is not run
    assert (episode.trajectory.truncation, len(episode.trajectory.turns)) == ("turns", 2)
    assert (
        Episode(SAMPLE, ALL, EpisodeConfig(max_turns=1)).feed("<think>a</think><answer>b</answer>").status == "answered"
    )
    malformed = Episode(SAMPLE, ALL, EpisodeConfig(max_turns=2))
    assert isinstance(malformed.feed("what?"), Observation)
    assert malformed.feed("what?") == Done("truncated")


def test_tokens_are_a_budget():
    episode = Episode(SAMPLE, ALL)
    assert episode.feed("<think>and so on", truncated_by_tokens=True) == Done("truncated")
    assert (episode.trajectory.truncation, episode.trajectory.turns[0].violations[0].code) == ("tokens", "E1")
    episode = Episode(SAMPLE, ALL)
    assert episode.feed("<think>a</think><answer>b</answer>", truncated_by_tokens=True).status == "answered"
    episode = Episode(SAMPLE, ALL)
    assert episode.truncate("tokens") == Done("truncated") == episode.done


@pytest.mark.parametrize(
    ("text", "code", "position", "shown"),
    [
        ("hm", "E1", 0, "Error E1: text outside the tags"),
        (call('{"tool": "nope", "arguments": {}}'), "E1", 36, "There is no tool `nope`"),
        (call('{"tool": "echo", "arguments": {"tekst": "a"}}'), "E2", 58, "did you mean `text`?"),
        (call('{"tool": "easyocr", "arguments": {"min_confidence": 7}}'), "E3", 61, "less than or equal to 1"),
    ],
)
def test_a_malformed_turn_is_told_and_costs_a_turn(text, code, position, shown):
    episode = Episode(SAMPLE, ALL)
    seen = episode.feed(text)
    assert isinstance(seen, Observation) and shown in seen.text
    (turn,) = episode.trajectory.turns
    assert [(found.code, found.position) for found in turn.violations] == [(code, position)]
    assert (turn.text, turn.call, turn.observation.error_code) == (text, None, code)
    assert turn.observation.error_kind == ("format" if code == "E1" else "argument")
    episode.feed("<think>a</think><answer>b</answer>")
    assert not well_formed(episode.trajectory)


def test_errors_of_a_tool_cost_its_own_call_only():
    def after(result):
        episode = Episode(SAMPLE, ALL)
        episode.feed(call('{"tool": "chartmoe_to_table", "arguments": {}}'))
        seen = episode.observe(result)
        episode.feed("<think>a</think><answer>b</answer>")
        return seen, episode.trajectory

    seen, trajectory = after(ToolResult(error=ToolErrorRecord("failed", None, "There is no chart.")))
    assert seen.text == "Error: There is no chart." and well_formed(trajectory)
    seen, trajectory = after(ToolResult(error=ToolErrorRecord("failed", "E5", "a fault", "Traceback ...")))
    assert [found.code for found in trajectory.turns[0].violations] == ["E5"] and well_formed(trajectory)
    assert trajectory.runtime["calls"][0]["detail"] == "Traceback ..." and "Traceback" not in seen.text
    seen, trajectory = after(ToolResult(error=ToolErrorRecord("argument", "E3", "there is no image 7")))
    assert trajectory.turns[0].observation.error_code == "E3" and well_formed(trajectory)


def test_a_fault_ends_the_episode_without_score_or_reward():
    episode = Episode(SAMPLE, ALL)
    episode.feed(call('{"tool": "chartmoe_to_table", "arguments": {}}'))
    assert episode.observe(ToolResult(fault="worker 2 died")) == Done("faulted")
    trajectory = finish(episode.trajectory, None, VistaReward())
    assert (trajectory.fault, trajectory.score, trajectory.reward) == ("worker 2 died", None, None)


def test_a_running_trajectory_is_not_scored():
    with pytest.raises(PluginError, match="still runs"):
        finish(Episode(SAMPLE, ALL).trajectory, None, VistaReward())


def test_what_a_tool_reads_is_all_it_gets():
    episode = Episode(SAMPLE, ALL, seed=3)
    echo = episode.feed(call('{"tool": "echo", "arguments": {"text": "a"}}'))
    assert (echo.images, echo.question, echo.choices, echo.seed, echo.state) == ((), None, None, 0, None)
    episode.observe(ToolResult(observation=Observation(text="a")))
    seeded = episode.feed(call('{"tool": "seeded", "arguments": {}}'))
    assert (seeded.question, seeded.choices, seeded.images) == ("Which?", ("a", "b"), ())
    assert seeded.seed > 0 and seeded.id == f"{episode.trajectory.id}:1" and seeded.turn == 1

    def seed(rollout):
        other = Episode(SAMPLE, ALL, seed=3, rollout=rollout)
        return other.feed(call('{"tool": "seeded", "arguments": {}}')).seed

    assert seed(0) == seed(0) != seed(1)


def test_state_lives_in_the_trajectory_and_commits_on_success_only():
    episode = Episode(SAMPLE, ALL, EpisodeConfig(max_turns=9))
    count = call('{"tool": "seeded", "arguments": {}}')
    assert executed(episode, count).text.endswith(" 1")
    episode.feed(count)
    episode.observe(ToolResult(error=ToolErrorRecord("timeout", None, "too slow"), state=["lost"]))
    assert executed(episode, count).text.endswith(" 2")
    assert executed(Episode(SAMPLE, ALL), count).text.endswith(" 1")


def test_observations_are_cut_with_a_note_and_images_numbered():
    episode = Episode(SAMPLE, ALL, EpisodeConfig(max_observation_tokens=32))
    seen = executed(episode, call('{"tool": "echo", "arguments": {"text": "' + "x" * 1000 + '"}}'))
    assert seen.text == "x" * 64 + "\n[cut here: 64 of 1000 characters]"
    assert episode.trajectory.turns[0].observation.text == seen.text
    assert executed(episode, call('{"tool": "echo", "arguments": {"text": "' + "x" * 128 + '"}}')).text == "x" * 128
    words = Episode(
        SAMPLE, ALL, EpisodeConfig(max_observation_tokens=17), cut=lambda text, n: " ".join(text.split(" ")[:n])
    )
    seen = executed(words, call('{"tool": "echo", "arguments": {"text": "' + "a b " * 30 + '"}}'))
    assert seen.text == "a\n[cut here: 1 of 120 characters]"

    # A tokenizer may take four tokens for a character.
    bytewise = Episode(
        SAMPLE,
        ALL,
        EpisodeConfig(max_observation_tokens=32),
        cut=lambda text, n: text.encode()[:n].decode(errors="ignore"),
    )
    seen = executed(bytewise, call('{"tool": "echo", "arguments": {"text": "' + "😀" * 30 + '"}}'))
    assert seen.text == "😀" * 4 + "\n[cut here: 4 of 30 characters]"

    episode = Episode(SAMPLE, ALL)
    seen = executed(episode, call('{"tool": "crop", "arguments": {"box": [0, 0, 50, 40]}}'))
    assert seen.text == "50x40\n[image 1]" and seen.images[0].size == (50, 40)
    seen = executed(episode, call('{"tool": "crop", "arguments": {"box": [0, 0, 5, 4], "image": 1}}'))
    assert seen.text == "5x4\n[image 2]" and [image.size for image in episode.images] == [(200, 100), (50, 40), (5, 4)]
    assert episode.trajectory.turns[1].observation.images == [episode.images[2].id]
    assert episode.messages[3]["content"] == [{"type": "text", "text": "50x40\n[image 1]"}, {"type": "image"}]


@pytest.mark.parametrize(("space", "box"), [("pixel", [20, 10, 100, 50]), ("norm1000", [100, 100, 500, 500]),
                                            ("resized", [56, 28, 280, 140])])  # fmt: skip
def test_coordinates_are_the_policys_outside_and_pixels_inside(space, box):
    resized = (lambda image: (560, 280)) if space == "resized" else None
    episode = Episode(SAMPLE, ALL, EpisodeConfig(coordinates=space), resized=resized)
    text = call(f'{{"tool": "locate", "arguments": {{"box": {box}}}}}')
    seen = executed(episode, text)
    turn = episode.trajectory.turns[0]
    assert turn.call.arguments["box"] == pytest.approx([20, 10, 100, 50])
    assert turn.observation.data["box"] == pytest.approx([20, 10, 100, 50])
    shown = [float(number) for number in seen.text.split('"box": [')[1].split("]")[0].split(",")]
    assert shown == pytest.approx(box)
    assert isinstance(episode.feed(call('{"tool": "locate", "arguments": {"box": [1, 2, "a", 4]}}')), Observation)


def test_resized_coordinates_need_a_size():
    with pytest.raises(PluginError, match="pass `resized`"):
        Episode(SAMPLE, ALL, EpisodeConfig(coordinates="resized"))
    assert convert_arguments(ALL["locate"].tool.args_model, {"box": [0, 0, 1, 1]}, (9, 9), "pixel") == {
        "box": [0, 0, 1, 1]
    }


def test_hooks_see_everything_in_order():
    seen = []

    class Watch:
        @hookimpl
        def vista_episode_start(self, trajectory):
            seen.append("start")

        @hookimpl
        def vista_before_tool_call(self, call):
            seen.append(call.spec.name)

        @hookimpl
        def vista_after_tool_call(self, result):
            seen.append(result.observation.text)

        @hookimpl
        def vista_episode_end(self, trajectory):
            seen.append((trajectory.status, trajectory.reward))

    hooks = HookCaller([Watch()])
    episode = Episode(SAMPLE, ALL, hooks=hooks)
    executed(episode, call('{"tool": "echo", "arguments": {"text": "hello"}}'))
    finish(
        Episode(SAMPLE, ALL, hooks=hooks).trajectory.model_copy(update={"status": "faulted"}),
        None,
        VistaReward(),
        hooks,
    )
    assert seen == ["start", "echo", "hello", "start", ("faulted", None)]


HOSTILE = st.lists(
    st.sampled_from(
        [
            "<think>",
            "</think>",
            "<think>t</think>",
            "<tool_call>",
            "</tool_call>",
            "<answer>",
            "</answer>",
            "<answer>a</answer>",
            '{"tool": "echo", "arguments": {"text": "a"}}',
            '{"tool": "locate", "arguments": {"box": [0, 1, 2, 1e300]}}',
            '{"tool": "locate", "arguments": {"box": [[[]]], "image": 99999999999}}',
            '{"tool": "chartmoe", "task": "to_table"}',
            '{"tool": "easyocr", "arguments": {"min_confidence": 1e400}}',
            '{"tool": "echo", "arguments": {"text": "\\ud800"}}',
            '{"tool": "easyocr", "task": "a", "arguments": {"task": "b"}}',
            '{"tool": "x\\u0000", "arguments": {"": {}}}',
            '{"tool": "echo", "arguments": {"text": "</answer>"}}',
            '{"tool": "echo", "arguments": {"text": "a", "text": "b"}}',
            '{"tool": "echo", "arguments": {"text": ' + "[" * 3000 + "]" * 3000 + "}}",
            '{"tool": "echo", "arguments": {"t": NaN}}',
            '{"tool": "echo", "arguments": {"text": "' + "9" * 5000 + '"}}',
            "9" * 400,
            "\ud800",
            "\x00\x1b",
            "\ufeff",
            " \n",
            "a",
            '{"tool": {"tool": "echo"}}',
            "```json",
            "[TOOL]",
            '{"tool": "locate", "arguments": {"box": [1, 2, 3, 4], "image": -1}}',
        ]
    )
    | st.text(max_size=8),
    max_size=7,
).map("".join)
VALUES = st.sampled_from(
    [0, -1, 1e300, "a", "", None, True, [], [1, 2, 3, 4], [[1, 2], {}], {"x": {}}, 2**62, "</tool_call>", "\x00"]
)
CALLS = st.builds(
    lambda tool, arguments, extra: call(json.dumps({"tool": tool, "arguments": arguments} | extra)),
    st.sampled_from(["locate", "easyocr", "echo", "chartmoe", "no_tool", ""]),
    st.dictionaries(st.sampled_from(["box", "image", "task", "min_confidence", "text", "txt", ""]), VALUES, max_size=2),
    st.sampled_from([{}, {}, {}, {"task": "to_table"}, {"task": "x"}, {"task": 3}, {"more": 1}]),
)
GOOD = st.sampled_from([
    call('{"tool": "chartmoe", "task": "to_table"}'), call('{"tool": "echo", "arguments": {"text": "a"}}'),
    call('{"tool": "locate", "arguments": {"box": [0, 1, 2, 1e300], "image": 9}}'),
    "<think>t</think><answer>a</answer>",
])  # fmt: skip
FRAMED = HOSTILE | HOSTILE.map(call) | HOSTILE.map(lambda text: f"<think>{text}</think><answer>{text}</answer>")
OUTPUTS = st.sampled_from(["<answer>a</answer>", "</tool_call><tool_call>", "\x00", "x" * 9000, "", "Error E1"])


@settings(max_examples=1250, deadline=None, suppress_health_check=list(HealthCheck))
@given(
    st.lists(FRAMED | CALLS | GOOD, min_size=8, max_size=8),
    OUTPUTS,
    st.sampled_from(["pixel", "norm1000"]),
    st.sampled_from(["vista", "hermes"]),
)
def test_10000_hostile_outputs_are_classified_and_the_episode_goes_on(texts, output, space, dialect):
    def new():
        return Episode(SAMPLE, ALL, EpisodeConfig(max_turns=9, coordinates=space, dialect=dialect))

    episode = new()
    for text in texts:
        event = episode.feed(text)
        turn = episode.trajectory.turns[-1]
        if isinstance(event, ToolCall):
            assert turn.call is not None and not turn.violations
            assert isinstance(episode.observe(ToolResult(observation=Observation(text=output))), Observation)
        elif isinstance(event, Observation):
            (violation,) = turn.violations
            assert violation.code in ("E1", "E2", "E3") and 0 <= violation.position <= len(text)
            assert event.text.startswith(f"Error {violation.code}: ")
        else:
            assert event.status == "answered" and turn.answer
            assert Trajectory.model_validate_json(episode.trajectory.model_dump_json()) == episode.trajectory
            episode = new()
    assert episode.done is None
    assert episode.feed("<think>t</think><answer>a</answer>") == Done("answered", "a")
    assert Trajectory.model_validate_json(episode.trajectory.model_dump_json()) == episode.trajectory

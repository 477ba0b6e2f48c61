import io
from html.parser import HTMLParser

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from vista_cli.demo.result import ARMS, build_charts, build_result, plot_of_reward, verdict_sentence
from vista_cli.report import demo_page, trajectories_page, trajectory_view
from vista_cli.report.view import MAX_SIDE, cut, data_uri, verdict
from vista_core import CallRecord, Image, ObservationRecord, RewardBreakdown, Score, Trajectory, Turn, Violation

HOSTILE = "</pre></article><script>alert(1)</script><img src=x onerror=alert(2)><b onclick=alert(3)>&quot;"


def picture(width: int = 12, height: int = 8) -> Image:
    return Image.from_array(np.arange(width * height * 3, dtype=np.uint8).reshape(height, width, 3))


def trajectory(text: str = "plain", image: Image | None = None, *, correct: bool = True, number: int = 0) -> Trajectory:
    ids = [image.id] if image else []
    call = CallRecord(tool=text, backend=text, arguments={text: text})
    observation = ObservationRecord(text=text, images=ids)
    bad = Violation(code="E1", message=text)
    refusal = ObservationRecord(text=text, error_kind=text, error_code=text)
    return Trajectory(
        id=f"t{number}", task=text, split=text, key=f"{number}", question=text, images=ids, choices=[text, text],
        turns=[
            Turn(index=0, text=f"<think>{text}</think>", call=call, observation=observation),
            Turn(index=1, text=text, violations=[bad], observation=refusal),
            Turn(index=2, text=f"<think>{text}</think>", answer=text),
        ],
        status="answered", answer=text, score=Score(value=float(correct), correct=correct, rule=text, why=text),
        reward=RewardBreakdown(parts={text: 1.0}, total=1.0, why=text),
    )  # fmt: skip


class Collector(HTMLParser):
    """Collects what a browser would make of a page: its elements, their handlers, and its visible text."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.elements: list[str] = []
        self.attributes: list[tuple[str, str | None]] = []
        self.text = ""
        self.feed(page)

    def handle_starttag(self, tag, attrs):
        self.elements.append(tag)
        self.attributes += attrs

    def handle_data(self, data):
        self.text += data


def test_a_page_shows_what_happened_and_needs_no_other_file():
    image = picture()
    page = trajectories_page([trajectory("largest value", image)], {image.id: image}.get, title="my run")
    seen = Collector(page)
    assert "largest value" in seen.text and "my run" in seen.text
    assert page.count("data:image/png;base64,") >= 2  # the question's picture, and the tool's
    links = [value for name, value in seen.attributes if name in ("src", "href", "action", "data")]
    assert links and all(value.startswith("data:image/") for value in links)
    assert not any(tag in seen.elements for tag in ("link", "iframe", "object", "embed", "form"))


def test_hostile_text_stays_text_wherever_it_stands():
    image = picture()
    page = trajectories_page([trajectory(HOSTILE, image)], {image.id: image}.get, title=HOSTILE, problems=[HOSTILE])
    seen = Collector(page)
    assert seen.elements.count("script") == 1  # the page's own
    assert not any(name.startswith("on") for name, _ in seen.attributes)
    assert all(value.startswith("data:image/") for name, value in seen.attributes if name == "src")
    assert seen.text.count("alert(1)") >= 10


@settings(max_examples=60, deadline=None)
@given(st.text(max_size=60))
def test_any_text_leaves_the_page_with_the_same_elements(text):
    plain = Collector(trajectories_page([trajectory("x")], lambda _: None, title="t"))
    other = Collector(trajectories_page([trajectory(text or "x")], lambda _: None, title="t"))
    assert set(other.elements) <= set(plain.elements)
    assert other.elements.count("script") == 1


def test_a_policy_that_forbids_scripts_but_the_pages_own():
    page = trajectories_page([trajectory()], lambda _: None, title="t")
    assert "default-src 'none'" in page and "script-src 'sha256-" in page and "script-src 'unsafe" not in page


def test_a_missing_picture_is_said():
    image = picture()
    assert "is not in this log" in trajectories_page([trajectory("x", image)], lambda _: None, title="t")


def test_what_is_left_out_is_said():
    assert "7 more are in the log" in " ".join(
        trajectories_page([trajectory()], lambda _: None, title="t", left_out=7).split()
    )


def test_large_pictures_are_scaled_down_and_small_ones_kept_byte_for_byte():
    import base64

    from PIL import Image as Pillow

    small = picture()
    assert base64.b64decode(data_uri(small).split(",", 1)[1]) == small.data
    large = Image.from_array(np.zeros((40, MAX_SIDE + 500, 3), np.uint8))
    shown = Pillow.open(io.BytesIO(base64.b64decode(data_uri(large).split(",", 1)[1])))
    assert max(shown.size) == MAX_SIDE


def test_long_text_is_cut_with_a_note():
    assert cut("abc", 3) == "abc"
    assert cut("abcd", 3) == "abc\n… (1 more characters)"


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({}, "right"),
        ({"score": Score(value=0, correct=False, rule="r")}, "wrong"),
        ({"status": "truncated", "truncation": "turns"}, "truncated"),
        ({"status": "faulted", "fault": "worker died"}, "faulted"),
        ({"status": "running"}, "open"),
    ],
)
def test_verdicts(changes, word):
    assert verdict(trajectory().model_copy(update=changes)) == word


def report(accuracy: float, n: int = 4) -> dict:
    items = [
        {"key": str(i), "kind": "sum", "correct": i < accuracy * n, "reward": 1.0, "well_formed": True}
        for i in range(n)
    ]
    cell = {"n": n, "accuracy": accuracy, "interval": [max(0, accuracy - 0.1), min(1, accuracy + 0.1)]}
    return {
        "task": "synthetic_chart", "split": "test", "n": n, "accuracy": accuracy, "interval": cell["interval"],
        "per_kind": {"sum": cell},
        "well_formed": 1.0, "accuracy_well_formed": accuracy, "reward": 1.0, "calls": 1.5, "faults": 0, "items": items,
    }  # fmt: skip


def result_of(rows: list[dict], gain: tuple[float, float, float]) -> dict:
    arms = dict(zip(ARMS, map(report, (0.5, 1.0, 0.0, 0.25)), strict=True))
    facts = {
        "story": HOSTILE,
        "recipe": HOSTILE,
        "machine": {HOSTILE: HOSTILE},
        "command": HOSTILE,
        "sample_rule": HOSTILE,
    }
    return build_result(arms, rows, gain, gain, seconds={"train": 1.0, "evaluate": 1.0, "total": 2.0}, **facts)


ROWS = [{"step": 0, "max_steps": 2}] + [
    {"step": i, "max_steps": 2, "reward": i / 2, "reward/format": 1.0, "reward/<i>": -1.0, "correct": 0.5, "calls": 1.0}
    for i in (1, 2)
]


def test_the_demo_report_shows_the_runs_own_figures_and_escapes_the_rest():
    result = result_of(ROWS, (0.5, 0.25, 0.75))
    view = trajectory_view(trajectory(HOSTILE), lambda _: None)
    page = demo_page(result, [{"kind": HOSTILE, "before": view, "after": view}], build_charts(result))
    seen = Collector(page)
    text = " ".join(seen.text.split())
    assert "50.0% → 100.0%" in text and "+50.0" in text and "+25.0 to +75.0" in text and "25.0%" in text
    assert seen.elements.count("script") == 1 and "i" in seen.elements  # the legend's dots
    assert not any(name.startswith("on") for name, _ in seen.attributes)
    assert seen.elements.count("svg") == 1 + 4 + 1  # the reward; two parts, right, calls; the kinds


def test_the_demo_survives_a_run_without_steps():
    result = result_of([], (0.0, -0.1, 0.1))
    assert "no points" in demo_page(result, [], build_charts(result))
    assert plot_of_reward(result).startswith("<svg")


def test_the_sentence_never_claims_a_gain_that_is_not_there():
    assert verdict_sentence(result_of(ROWS, (0.5, 0.25, 0.75))).startswith("GRPO gained 50.0 points on 4 held-out")
    assert "no clear gain" in verdict_sentence(result_of(ROWS, (0.1, -0.05, 0.2)))

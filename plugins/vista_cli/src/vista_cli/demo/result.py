"""From the reports and metrics of one run to the demo's JSON, table and charts. No figure comes from elsewhere."""

from collections.abc import Mapping, Sequence
from typing import Any

from ..report.charts import IntervalRow, Series, interval_chart, line_chart, panel
from .progress import reward_parts

ARMS = {
    "before": "before GRPO",
    "after": "after GRPO",
    "before_no_tools": "before GRPO, tools taken away",
    "after_no_tools": "after GRPO, tools taken away",
}
KIND_SERIES = {"before": "before", "after": "after", "after_no_tools": "after, tools taken away"}
UNIT = (0.0, 1.0)  # what every part's axis covers at least: a zoomed-in flat line would look like a wild one
OTHER_CURVES = {
    "correct": "share of right answers",
    "well_formed": "share of well-formed trajectories",
    "calls": "tool calls a trajectory",
}

CAVEAT = (
    "This shows strategy choice, not new perception: the starting policy already knows how to call its tools and how "
    "to answer at once, because its demonstrations did both, and the rewards tell the two apart. The policy is tiny, "
    "it is given the picture, and what it answers with comes from the tools' observations: the row without its tools "
    "shows how much."
)


def build_result(
    arms: Mapping[str, Any], rows: Sequence[Mapping[str, Any]], gain: Any, tools_gain: Any, **facts: Any
) -> dict[str, Any]:
    """Return the demo's JSON document.

    Args:
        arms: an evaluation report (as plain data) for each name in ARMS.
        rows: the metrics rows of training.
        gain: (difference, low, high) of after minus before, paired over questions.
        tools_gain: the same for after minus after without tools.
        **facts: story, recipe, seconds, machine, command, sample_rule.
    """
    steps = [row for row in rows if row.get("reward") is not None]
    window = max(1, len(steps) // 12)
    return {
        **facts,
        "arms": dict(arms),
        "metrics": list(steps),
        "steps": int(steps[-1]["step"]) if steps else 0,
        "window": window,
        "gain": dict(zip(("difference", "low", "high"), gain, strict=True)),
        "tools_gain": dict(zip(("difference", "low", "high"), tools_gain, strict=True)),
        "table": [{"label": label, **_figures(arms[name])} for name, label in ARMS.items()],
        "kinds": _kinds(arms),
        "kind_series": list(KIND_SERIES.values()),
        "caveat": CAVEAT,
    }


def build_charts(result: Mapping[str, Any]) -> dict[str, Any]:
    """Return the SVG drawings of a result: "reward", "parts" (a list) and "kinds"."""
    rows, window = result["metrics"], result["window"]
    steps = [row["step"] for row in rows]
    names = list(dict.fromkeys(name for row in rows for name in reward_parts(row)))
    curves = [(f"reward: {name}", [reward_parts(row).get(name) for row in rows]) for name in names]
    curves += [
        (title, [row.get(key) for row in rows])
        for key, title in OTHER_CURVES.items()
        if any(key in row for row in rows)
    ]
    parts = [
        line_chart(
            [Series(title, steps, values)],
            window=window,
            title=title,
            height=220,
            first_colour=1 + index % 5,
            y_range=UNIT,
        )
        for index, (title, values) in enumerate(curves)
    ]
    reward = [Series("reward", steps, [row["reward"] for row in rows])]
    kinds = [
        IntervalRow(row["kind"], [_dot(result["arms"][arm]["per_kind"].get(row["kind"])) for arm in KIND_SERIES])
        for row in result["kinds"]
    ]
    return {
        "reward": line_chart(reward, window=window, width=860, height=260),
        "parts": parts,
        "kinds": interval_chart(list(KIND_SERIES.values()), kinds),
    }


def plot_of_reward(result: Mapping[str, Any]) -> str:
    """Return one SVG file's text: the reward and each of its parts over the steps."""
    rows, window = result["metrics"], result["window"]
    steps = [row["step"] for row in rows]
    names = list(dict.fromkeys(name for row in rows for name in reward_parts(row)))
    total = line_chart([Series("reward", steps, [row["reward"] for row in rows])], window=window, title="reward")
    curves = [
        line_chart(
            [Series(name, steps, [reward_parts(row).get(name) for row in rows])],
            window=window,
            title=f"reward: {name}",
            first_colour=1 + index % 5,
            y_range=UNIT,
        )
        for index, name in enumerate(names)
    ]
    return panel([total, *curves])


def verdict_sentence(result: Mapping[str, Any]) -> str:
    """Say in one sentence what the run showed, and say it when it showed nothing."""
    gain, n = result["gain"], result["arms"]["after"]["n"]
    span = f"on {n} held-out questions (95% interval {100 * gain['low']:+.1f} to {100 * gain['high']:+.1f})."
    if gain["low"] > 0:
        return f"GRPO gained {100 * gain['difference']:.1f} points {span}"
    return f"This run shows no clear gain: {100 * gain['difference']:+.1f} points {span}"


def _figures(report: Mapping[str, Any]) -> dict[str, Any]:
    names = ("accuracy", "interval", "well_formed", "accuracy_well_formed", "reward", "calls", "faults")
    return {name: report[name] for name in names}


def _kinds(arms: Mapping[str, Any]) -> list[dict[str, Any]]:
    rows = []
    for kind, before in arms["before"]["per_kind"].items():
        after, bare = arms["after"]["per_kind"].get(kind), arms["after_no_tools"]["per_kind"].get(kind)
        if after is None or bare is None:
            continue
        accuracies = {"before": before["accuracy"], "after": after["accuracy"], "after_no_tools": bare["accuracy"]}
        rows.append({"kind": kind, "n": before["n"], **accuracies})
    return rows


def _dot(cell: Mapping[str, Any] | None) -> tuple[float, float, float] | None:
    return None if cell is None else (cell["accuracy"], cell["interval"][0], cell["interval"][1])

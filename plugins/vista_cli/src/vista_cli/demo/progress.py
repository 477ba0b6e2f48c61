"""What the demo shows while it trains: a bar, the newest reward and its parts, and a small curve of the reward."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from types import TracebackType
from typing import Any, Self

BLOCKS = "▁▂▃▄▅▆▇█"


def sparkline(values: Sequence[float], width: int = 40, cover: Sequence[float] = ()) -> str:
    """Return a curve of the values in block characters, each the mean of an equal share of them.

    Args:
        values: the points.
        width: characters at most.
        cover: values that the scale must reach, such as 0 and 1, so that small changes look small.

    Example:
        >>> sparkline([0, 1, 2, 3])
        '▁▃▆█'
    """
    if not values:
        return ""
    count = min(width, len(values))
    edges = [round(i * len(values) / count) for i in range(count + 1)]
    means = [sum(values[a:b]) / (b - a) for a, b in pairwise(edges)]
    low = min([*means, *cover])
    span = (max([*means, *cover]) - low) or 1.0
    return "".join(BLOCKS[min(7, int((mean - low) / span * 7.999))] for mean in means)


def reward_parts(row: Mapping[str, Any]) -> dict[str, float]:
    """Return the parts of the reward in a metrics row: the keys under `reward/`, without the prefix."""
    return {
        key.removeprefix("reward/"): value
        for key, value in row.items()
        if key.startswith("reward/") and value is not None
    }


class TrainingProgress:
    """Live progress on a terminal; elsewhere a line every tenth of the way. `update` takes each metrics row."""

    def __init__(self, console: Any) -> None:
        from rich.live import Live
        from rich.text import Text

        self.console = console
        self._rewards: list[float] = []
        self._printed = -1
        self._live = (
            Live(Text("GRPO: loading"), console=console, refresh_per_second=8, transient=True)
            if console.is_terminal
            else None
        )

    def __enter__(self) -> Self:
        if self._live:
            self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._live:
            self._live.stop()

    def update(self, row: Mapping[str, Any]) -> None:
        """Show one metrics row (`step`, `max_steps`, `reward`, `reward/…`, `correct`, `calls`, `seconds`)."""
        step, total = int(row.get("step", 0)), int(row.get("max_steps", 0))
        if row.get("reward") is None:
            return
        self._rewards.append(float(row["reward"]))
        if self._live:
            self._live.update(self._picture(row, step, total))
            return
        tenth = step * 10 // max(1, total)
        if tenth != self._printed:
            self._printed = tenth
            self.console.print(
                f"GRPO step {step}/{total or '?'}  {self._line(row)}", markup=False, highlight=False, soft_wrap=True
            )

    def _line(self, row: Mapping[str, Any]) -> str:
        parts = "  ".join(f"{name} {value:+.2f}" for name, value in reward_parts(row).items())
        extra = "  ".join(
            f"{key} {row[key]:.2f}" for key in ("correct", "calls") if isinstance(row.get(key), int | float)
        )
        return f"reward {row['reward']:+.2f}  ({parts})  {extra}".rstrip()

    def _picture(self, row: Mapping[str, Any], step: int, total: int) -> Any:
        from rich.console import Group
        from rich.progress_bar import ProgressBar
        from rich.text import Text

        return Group(
            Text(f"GRPO step {step}/{total or '?'}", style="bold"),
            ProgressBar(total=total or None, completed=step, width=60),
            Text(self._line(row)),
            Text(sparkline(self._rewards, 60), style="cyan"),
        )

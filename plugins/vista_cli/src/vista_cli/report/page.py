"""Fill the templates: the trajectory viewer's page and the demo's report. Each is one self-contained HTML file."""

import base64
import hashlib
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import TYPE_CHECKING, Any

from .. import __version__
from .view import ImageLookup, summary, trajectory_view

if TYPE_CHECKING:
    from vista_core import Trajectory


@cache
def _environment() -> Any:
    import jinja2

    environment = jinja2.Environment(
        loader=jinja2.FunctionLoader(_asset),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["percent"] = lambda share: "–" if share is None else f"{100 * share:.1f}%"
    environment.filters["points"] = lambda share: f"{100 * share:+.1f}".replace("-", "−")
    return environment


def _asset(name: str) -> str:
    return (files("vista_cli.report") / "templates" / name).read_text(encoding="utf-8")


def render(template: str, **values: Any) -> str:
    """Fill one template of this package. Every value is escaped; charts come in as `markupsafe.Markup`.

    The page allows no script but its own, named by its hash: text that slips through as markup still cannot run.
    """
    from markupsafe import Markup

    script = _asset("script.js")
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return (
        _environment()
        .get_template(template)
        .render(
            style=Markup(_asset("style.css")),
            script=Markup(script),
            script_hash=digest,
            version=__version__,
            written=datetime.now().astimezone().strftime("%Y-%m-%d %H:%M"),
            **values,
        )
    )


def trajectories_page(
    trajectories: Iterable["Trajectory"],
    images: ImageLookup,
    *,
    title: str,
    left_out: int = 0,
    problems: Sequence[str] = (),
) -> str:
    """Return one HTML page that shows the trajectories, with a filter.

    Args:
        trajectories: in the order in which they are shown.
        images: gives the Image of an id, or None.
        title: of the page.
        left_out: how many more the log holds (the page says so).
        problems: sentences about what could not be read.

    Returns:
        The text of an HTML file that needs no other file and no network.
    """
    views = [trajectory_view(trajectory, images) for trajectory in trajectories]
    return render(
        "view.html.j2", title=title, views=views, summary=summary(views), left_out=left_out, problems=list(problems)
    )


def demo_page(result: Mapping[str, Any], pairs: Sequence[Mapping[str, Any]], charts: Mapping[str, Any]) -> str:
    """Return the demo's report.

    Args:
        result: the demo's JSON (see `vista_cli.demo.result`).
        pairs: samples as {"before": view, "after": view} of the same question.
        charts: SVG text by name: "reward", "parts" (a list of them), "kinds".

    Returns:
        The text of an HTML file that needs no other file and no network.
    """
    from markupsafe import Markup

    drawn = {
        name: [Markup(c) for c in chart] if isinstance(chart, list) else Markup(chart) for name, chart in charts.items()
    }
    return render("demo.html.j2", title="VISTA-Gym demo", result=result, pairs=list(pairs), charts=drawn)

"""HTML pages that stand alone: trajectories (`vista view`) and the demo's report."""

from .page import demo_page, render, trajectories_page
from .view import trajectory_view

__all__ = ["demo_page", "render", "trajectories_page", "trajectory_view"]

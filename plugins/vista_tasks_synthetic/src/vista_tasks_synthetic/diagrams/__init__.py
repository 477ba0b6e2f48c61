"""Drawn geometry problems with known forms: for readers of diagrams, solvers, and whole pipelines.

from vista_tasks_synthetic.diagrams import FAMILIES, STYLES, make_problem

problem = make_problem(7, style="textbook", family="two_secants")
problem.image, problem.text, problem.diagram_logic, problem.answer
"""

from vista_tasks_synthetic.diagrams.looks import STYLES as _STYLES
from vista_tasks_synthetic.diagrams.problem import FAMILIES, DiagramProblem, make_problem

STYLES: tuple[str, ...] = tuple(_STYLES)
"""The names of the styles."""

__all__ = ["FAMILIES", "STYLES", "DiagramProblem", "make_problem"]

"""A symbolic solver for plane geometry: facts in, exact answer and the steps to it out."""

from vista_tools_math.solver.problem import Problem
from vista_tools_math.solver.solve import NotSolved, Solution, Step, solve

__all__ = ["NotSolved", "Problem", "Solution", "Step", "solve"]

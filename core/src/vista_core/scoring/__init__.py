"""Answer rules: one function a rule, `rule(prediction, gold, ...) -> Score`.

A score is what reinforcement learning optimises. A lenient rule trains cheats, a strict one starves the learner: each
rule takes the whole answer, gives nothing to hedges ("3 or 4"), and says why.
"""

from vista_core.scoring.choices import multiple_choice, yes_no
from vista_core.scoring.numbers import numeric, read_number
from vista_core.scoring.text import exact_text, normalised

__all__ = ["exact_text", "multiple_choice", "normalised", "numeric", "read_number", "yes_no"]

"""Answer rules: one function a rule, `rule(prediction, gold, ...) -> Score`.

A score is what reinforcement learning optimises. A lenient rule trains cheats, a strict one starves the learner: each
rule takes the whole answer, gives nothing to hedges ("3 or 4"), and says why.
"""

from vista_core._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)  # a rule may need a library; the types of this folder do not

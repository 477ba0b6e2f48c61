"""The rewards of the paper: `vista` and the three it was compared with. `docs/rewards.md` has the table of totals."""

from vista_core.rewards.ablations import DenseReward, DifficultyReward, SparseReward
from vista_core.rewards.repetition import Repetition, find_repetition
from vista_core.rewards.vista import VistaReward

__all__ = ["DenseReward", "DifficultyReward", "Repetition", "SparseReward", "VistaReward", "find_repetition"]

"""Policies: what writes the turns of a trajectory (a model, an expert, a remote endpoint)."""

from vista_trainers.policies.base import Policy, SampledTurn, TurnRequest

__all__ = ["Policy", "SampledTurn", "TurnRequest"]

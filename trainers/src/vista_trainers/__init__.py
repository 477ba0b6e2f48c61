"""Rollouts, SFT, GRPO and evaluation of vision-language models that think with tools."""

# ruff: noqa: F401  (the imports below are for type checkers; names are resolved on first use)

import importlib
from typing import TYPE_CHECKING, Any

# Public name -> module. Resolved on first use (PEP 562): `import vista_trainers` imports neither numpy nor torch.
_PUBLIC = {
    "EvalReport": "vista_trainers.evaluate",
    "HFPolicy": "vista_trainers.policies.hf",
    "Job": "vista_trainers.engine",
    "ModelFamily": "vista_trainers.families.base",
    "OpenAIPolicy": "vista_trainers.policies.openai",
    "Policy": "vista_trainers.policies.base",
    "Recipe": "vista_trainers.recipe",
    "RecipeError": "vista_trainers.recipe",
    "Rendered": "vista_trainers.families.base",
    "RolloutEngine": "vista_trainers.engine",
    "SampledTurn": "vista_trainers.policies.base",
    "ScriptedPolicy": "vista_trainers.policies.scripted",
    "TurnRequest": "vista_trainers.policies.base",
    "check_trajectory": "vista_trainers.invariants",
    "evaluate_recipe": "vista_trainers.evaluate",
    "load_family": "vista_trainers.families",
    "load_recipe": "vista_trainers.recipe",
    "paired_bootstrap": "vista_trainers.statistics",
    "wilson": "vista_trainers.statistics",
}

__all__ = list(_PUBLIC)
__version__ = "0.1.0"


def __getattr__(name: str) -> Any:
    module = _PUBLIC.get(name)
    if module is None:
        raise AttributeError(f"module 'vista_trainers' has no attribute {name!r}")
    return getattr(importlib.import_module(module), name)


def __dir__() -> list[str]:
    return sorted([*globals(), *_PUBLIC])


if TYPE_CHECKING:
    from vista_trainers.engine import Job, RolloutEngine
    from vista_trainers.evaluate import EvalReport, evaluate_recipe
    from vista_trainers.families import load_family
    from vista_trainers.families.base import ModelFamily, Rendered
    from vista_trainers.invariants import check_trajectory
    from vista_trainers.policies.base import Policy, SampledTurn, TurnRequest
    from vista_trainers.policies.hf import HFPolicy
    from vista_trainers.policies.openai import OpenAIPolicy
    from vista_trainers.policies.scripted import ScriptedPolicy
    from vista_trainers.recipe import Recipe, RecipeError, load_recipe
    from vista_trainers.statistics import paired_bootstrap, wilson

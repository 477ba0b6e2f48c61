"""The demo: GRPO from a warmed-up tiny policy, measured before and after, and a report of that run alone."""

from .run import DemoOptions, run_demo

__all__ = ["DemoOptions", "run_demo"]

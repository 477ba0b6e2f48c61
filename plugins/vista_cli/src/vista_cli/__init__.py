"""The `vista` command: look at tools and tasks, act in an environment, train, evaluate, and read what happened."""

__version__ = "0.1.0"

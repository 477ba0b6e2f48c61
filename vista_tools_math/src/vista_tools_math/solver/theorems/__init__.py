"""Theorems, a family a file: functions of the scene that state what they can, and are tried again as more is known."""

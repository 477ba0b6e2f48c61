"""Spatial reasoning: the CLEVR data set as a task."""

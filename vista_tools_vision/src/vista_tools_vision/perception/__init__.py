"""Perception: detection by phrase (`grounding_dino`) and promptable segmentation (`sam`), with and without weights."""

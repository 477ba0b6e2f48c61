"""Outlines of 48 states for maps, after the U.S. Census Bureau's TIGER/Line files (see make_shapes.py)."""

import json
from functools import lru_cache
from importlib.resources import files
from typing import NamedTuple

Point = tuple[float, float]


class Region(NamedTuple):
    """One region: outlines and the place of its label, as (longitude, latitude) in degrees."""

    rings: tuple[tuple[Point, ...], ...]
    centre: Point


@lru_cache(maxsize=1)
def us_states() -> dict[str, Region]:
    """Return the 48 contiguous states by name."""
    stored = json.loads(files(__name__).joinpath("us_states.json").read_text(encoding="utf-8"))
    return {
        name: Region(tuple(tuple((x, y) for x, y in ring) for ring in one["rings"]), tuple(one["centre"]))
        for name, one in stored.items()
    }

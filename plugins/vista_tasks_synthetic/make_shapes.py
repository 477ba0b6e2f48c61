"""Makes shapes/us_states.json: the 48 contiguous states, simplified for small maps.

    pip install bokeh_sampledata && python make_shapes.py

Source: U.S. Census Bureau, TIGER/Line Shapefiles of 2009, free to use; bokeh_sampledata carries them. Outlines
keep to about 0.08 degrees (8 km), islands below a twentieth of a state's largest part are left out, and `centre` is the
middle of the largest circle inside the largest part: the place for a label. Longitude and latitude in degrees.
"""

import json
from pathlib import Path

import shapely
from bokeh_sampledata.us_states import records

LEFT_OUT = {"AK", "HI", "DC"}
TOLERANCE = 0.08


def main() -> None:
    """Write the file."""
    states = {}
    for record in records():
        if record["code"] in LEFT_OUT:
            continue
        simple = record["geometry"].simplify(TOLERANCE)
        parts = list(getattr(simple, "geoms", [simple]))
        largest = max(parts, key=lambda part: part.area)
        centre = shapely.maximum_inscribed_circle(largest).coords[0]
        rings = [part.exterior.coords[:-1] for part in parts if part.area > largest.area / 20]
        states[record["name"]] = {
            "code": record["code"],
            "centre": [round(x, 2) for x in centre],
            "rings": [[[round(x, 2), round(y, 2)] for x, y in ring] for ring in rings],
        }
    target = Path(__file__).parent / "src/vista_tasks_synthetic/shapes/us_states.json"
    target.write_text(json.dumps(states, separators=(",", ":")))


if __name__ == "__main__":
    main()

import sys
from pathlib import Path

import pytest

sys.path.insert(0, str(Path(__file__).parent))  # tests are no package under importlib mode
import fixtures_geometry


@pytest.fixture(scope="session")
def copies(tmp_path_factory):
    """(task, layout) -> a tiny copy of the data set in that layout."""
    root = tmp_path_factory.mktemp("geometry")
    folders = {}
    for task, layouts in fixtures_geometry.LAYOUTS.items():
        for layout, write in layouts.items():
            write(root / task / layout)
            folders[task, layout] = root / task / layout
    return folders

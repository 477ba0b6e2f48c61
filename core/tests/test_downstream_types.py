"""What mypy says about somebody else's tool: nothing about a right one, and where a wrong one is wrong."""

import subprocess
import sys
from pathlib import Path

import pytest

RIGHT = '''
from pydantic import BaseModel, Field
from vista_core import Box, Image, Observation, Tool, ToolContext, load


class CutArgs(BaseModel):
    """Cut a box out of an image."""

    box: Box = Field(description="x1, y1, x2, y2")
    image: int = Field(0, description="which image")


class CutOutput(BaseModel):
    """The cut."""

    image: Image


class Cut(Tool[CutArgs, CutOutput]):
    """Cut a box out of an image."""

    name = "cut"
    reads = {"image"}

    def run(self, args: CutArgs, context: ToolContext) -> CutOutput:
        left, top, right, bottom = map(int, args.box)
        return CutOutput(image=Image.from_array(context.image(args.image).array[top:bottom, left:right]))

    def render(self, output: CutOutput) -> Observation:
        return Observation(text="Cut:", images=(output.image,))


seen: Observation = load("tool", "cut")(images=["a.png"], box=[0, 0, 2, 2])
'''

WRONGS = {
    "def run(self, args: CutArgs,": (
        "def run(self, args: CutOutput,",
        'incompatible with supertype "vista_core.tools.Tool"',
    ),
    "map(int, args.box)": ("map(int, args.bbox)", '"CutArgs" has no attribute "bbox"'),
    "context.image(args.image)": (
        "context.image(args.box)",
        'Argument 1 to "image" of "ToolContext" has incompatible type',
    ),
    "return CutOutput(image=": (
        "return CutOutput(image='a.png') if args.image else CutOutput(image=",
        'Argument "image" to "CutOutput" has incompatible type',
    ),
    "def render(self, output: CutOutput)": ("def render(self, output: CutArgs)", "incompatible with supertype"),
    'reads = {"image"}': ("reads = 3", "Incompatible types in assignment"),
    "seen: Observation": ("seen: str", 'has type "Observation", variable has type "str"'),
}


def test_a_wrong_type_in_a_tool_is_found(tmp_path: Path, request: pytest.FixtureRequest) -> None:
    pytest.importorskip("mypy")
    files = {"right.py": (RIGHT, None)}
    for number, (old, (new, said)) in enumerate(WRONGS.items()):
        assert old in RIGHT
        files[f"wrong_{number}.py"] = (RIGHT.replace(old, new), said)
    for name, (code, _) in files.items():
        (tmp_path / name).write_text(code)
    assert request.config.cache is not None
    kept = request.config.cache.mkdir("mypy")  # the first run reads pydantic and numpy: a minute; later ones seconds
    (tmp_path / "mypy.ini").write_text("[mypy]\nstrict = true\n")
    command = [sys.executable, "-m", "mypy", "--cache-dir", str(kept), "--no-error-summary", *files]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600)
    assert not done.stderr, done.stderr
    for name, (_, said) in files.items():
        lines = [line for line in done.stdout.splitlines() if line.startswith(f"{name}:")]
        if said is None:
            assert not lines, lines
        else:
            assert any(said in line for line in lines), (name, said, lines)

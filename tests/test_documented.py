"""What the pages promise is there: hooks, commands, options, links, packages."""

import inspect
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest
from vista_cli.app import COMMANDS
from vista_core import hookspecs

ROOT = Path(__file__).parent.parent
PAGES = sorted(
    {*ROOT.glob("*.md"), *ROOT.glob("docs/*.md"), *ROOT.glob("*/README.md"), *ROOT.glob("plugins/*/README.md")}
)
HOOKS = sorted(name for name, _ in inspect.getmembers(hookspecs, inspect.isfunction) if name.startswith("vista_"))


@pytest.mark.parametrize("hook", HOOKS)
def test_every_hook_has_a_heading_with_its_signature(hook):
    arguments = ", ".join(inspect.signature(getattr(hookspecs, hook)).parameters)
    assert f"\n## {hook}({arguments})\n" in (ROOT / "docs/hooks.md").read_text()


def test_every_command_has_a_row_in_the_page_of_commands():
    page = (ROOT / "docs/commands.md").read_text()
    assert [name for name in COMMANDS if not re.search(rf"^\| `{name}[ `]", page, re.MULTILINE)] == []


def command_lines() -> set[tuple[str, ...]]:
    """The `vista …` lines of all pages, from code blocks and from inline code."""
    found = set()
    for page in PAGES:
        text = page.read_text()
        spans = re.findall(r"`(vista [^`]+)`", text) + re.findall(r"^\s*(?:\$ )?(vista [a-z].*)$", text, re.MULTILINE)
        for span in spans:
            line = span.split("   ")[0].split(" | ")[0].replace("\\|", "|").split("  #")[0]
            words = shlex.split(line.replace("…", ""))
            if words[1] in COMMANDS:
                found.add(tuple(words))
    return found


@pytest.mark.parametrize("name", list(COMMANDS))
def test_options_named_in_the_pages_exist(name):
    lines = [words for words in command_lines() if words[1] == name]
    sub = ["call"] if name == "tool" else []
    shown = subprocess.run(
        [sys.executable, "-m", "vista_cli", name, *sub, "--help"],
        capture_output=True,
        text=True,
        env={"COLUMNS": "300", "PATH": ""},
    )
    assert shown.returncode == 0, shown.stderr
    for words in lines:
        for word in words[2:]:
            if re.fullmatch(r"-n|--[a-z-]+", word) and word != "--num_processes":
                assert re.search(rf"(?<![\w-]){word}(?![\w-])", shown.stdout), f"{' '.join(words)}: no {word}"


@pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(ROOT)))
def test_links_lead_to_files(page):
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text()):
        if "://" not in target:
            assert (page.parent / target).exists(), f"{page.name} links to {target}"


def test_every_package_is_in_the_readme():
    import tomllib

    readme = (ROOT / "README.md").read_text()
    for file in [*ROOT.glob("*/pyproject.toml"), *ROOT.glob("plugins/*/pyproject.toml")]:
        name = tomllib.loads(file.read_text())["project"]["name"]
        assert f"`{name}`" in readme, f"{name} is not in README.md"


def test_no_page_or_setting_names_an_index_host_or_a_path_of_a_machine():
    files = [*PAGES, ROOT / "Makefile", ROOT / "constraints.txt", ROOT / ".ci/run", *ROOT.glob("**/pyproject.toml")]
    for file in files:
        assert not re.search(r"pypi\.org|index-url|download\.pytorch|/work/|/root/|/home/", file.read_text()), file


def test_the_recipe_of_the_page_is_one(tmp_path):
    from vista_trainers.recipe import load_recipe

    page = (ROOT / "docs/recipes.md").read_text()
    path = tmp_path / "recipe.yaml"
    path.write_text(re.search(r"```yaml\n(.*?)```", page, re.DOTALL)[1])
    recipe = load_recipe(path)
    assert recipe.tools[1].as_ == "ocr" and recipe.trainer.trl["num_generations"] == 8
    assert {name for name in re.findall(r"^\| `(\w+\.yaml)`", page, re.MULTILINE)} >= {"tiny.yaml"}
    for name in re.findall(r"^\| `(\w+\.yaml)`", page, re.MULTILINE):
        if name != "recipe.yaml":
            load_recipe(name)


@pytest.mark.parametrize("number", range(len(re.findall(r"```python\n", (ROOT / "README.md").read_text()))))
def test_the_readmes_examples_run_as_they_stand(number, tmp_path):
    from matplotlib import get_data_path
    from PIL import Image, ImageDraw, ImageFont

    picture = Image.new("RGB", (320, 120), "white")
    font = ImageFont.truetype(f"{get_data_path()}/fonts/ttf/DejaVuSans.ttf", 32)
    ImageDraw.Draw(picture).text((40, 40), "Total 47", fill="black", font=font)
    picture.save(tmp_path / "some.png")
    example = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(), re.DOTALL)[number]
    done = subprocess.run([sys.executable, "-c", example], capture_output=True, text=True, cwd=tmp_path, timeout=120)
    assert done.returncode == 0, done.stderr
    if "easyocr" in example:
        assert "47" in done.stdout.split()[:2]

"""Discovery over distributions that are written here, good and broken."""

import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
import vista_core as vista
from vista_core import NameClash, PluginError, TaskDataError, UnknownName
from vista_core.discovery.registry import first_party

GOOD = """
from pydantic import BaseModel
from vista_core import Backend, Tool, tool

class Args(BaseModel):
    "Echo a text."
    text: str

class Output(BaseModel):
    text: str

class Echo(Tool[Args, Output]):
    name = "echo"
    reads = {"state"}
    class Config(BaseModel):
        loud: bool = False
    backends = (Backend("plain", max_batch_size=4, deterministic=False),)
    def setup(self, config, backend):
        self.loud = config.loud
    def run(self, args, context):
        return Output(text=args.text.upper() if self.loud else args.text)

@tool
def twice(text: str) -> str:
    "Say it twice."
    return text * 2
"""


class Site:
    """A folder on sys.path with distributions in it."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def add(
        self,
        name: str,
        entries: str | bytes,
        code: str = GOOD,
        version: str = "1.0",
        requires: tuple[str, ...] = ("vista-core>=0.1,<0.2",),
        kind: str = "tools",
    ) -> None:
        module = name.replace("-", "_")
        (self.folder / f"{module}.py").write_text(textwrap.dedent(code))
        info = self.folder / f"{module}-{version}.dist-info"
        info.mkdir()
        lines = ["Metadata-Version: 2.1", f"Name: {name}", f"Version: {version}"]
        (info / "METADATA").write_text("\n".join([*lines, *(f"Requires-Dist: {need}" for need in requires), "", ""]))
        if isinstance(entries, str):
            entries = f"[console_scripts]\nrubbish\n\n[vista.{kind}]\n{entries}\n".encode()
        (info / "entry_points.txt").write_bytes(entries)


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delenv("VISTA_PLUGINS", raising=False)
    monkeypatch.delenv("VISTA_DISABLE", raising=False)
    yield Site(tmp_path)
    for name, module in list(sys.modules.items()):
        if str(getattr(module, "__file__", "")).startswith(str(tmp_path)):
            del sys.modules[name]


def row(name: str, kind: str = "tool") -> vista.PluginRow:
    return next(row for row in vista.available(kind) if name in (row.name, row.full_name))


def test_a_plugin_is_found_without_being_imported_and_loaded_by_name(site: Site) -> None:
    site.add("vista-good", "echo = vista_good:Echo\ntwice = vista_good:twice")
    assert row("echo")[:6] == ("tool", "echo", "vista-good", "1.0", "vista_good:Echo", "found")
    assert "vista_good" not in sys.modules
    assert vista.load("tool", "echo", config={"loud": True})(text="hi").text == "HI"
    assert vista.load("tool", "Vista_Good:twice")(text="hi").text == "hihi"
    assert vista.load("tool", "twice") is not vista.load("tool", "twice")
    bare = vista.load("tool", "echo", setup=False)
    assert bare.backend is None and bare.distribution == "vista-good" and bare.version == "1.0"
    with pytest.raises(PluginError, match="no option 'confg'"):
        vista.load("tool", "echo", confg={})


def test_a_spec_has_all_that_a_worker_needs(site: Site) -> None:
    site.add("vista-good", "echo = vista_good:Echo")
    spec = vista.tool_spec("echo", as_="parrot", config={}, timeout_s=3)
    assert spec.model_dump() == {
        "name": "parrot",
        "target": "vista_good:Echo",
        "distribution": "vista-good",
        "version": "1.0",
        "backend": "plain",
        "config": {"loud": False},
        "timeout_s": 3.0,
        "workers": 1,
        "executor": "thread",
        "python": None,
        "max_batch_size": 4,
        "deterministic": False,
        "stateful": True,
        "reads": ("state",),
    }
    made = vista.ToolSpec.model_validate_json(spec.model_dump_json()).create()
    assert made.name == "parrot" and made(text="x").text == "x"
    assert spec.create(setup=False).backend is None
    for bad in ({"as_": "a:b"}, {"backend": "gpu"}, {"config": {"x": 1}}):
        with pytest.raises(PluginError):
            vista.tool_spec("echo", **bad)


def test_a_file_is_a_plugin_too(site: Site, tmp_path: Path) -> None:
    path = tmp_path / "mytool.py"
    path.write_text(GOOD)
    assert vista.load("tool", f"{path}:Echo")(text="a").text == "a"
    with pytest.raises(PluginError, match="holds Echo, twice"):
        vista.load("tool", str(path))
    path.write_text(GOOD.replace("class Echo(Tool", "class _Echo(Tool"))
    spec = vista.tool_spec(str(path))
    assert spec.name == "twice" and spec.target == f"{path}:twice" and spec.create()(text="a").text == "aa"
    for text, words in ((f"{path}:nope", "nope"), (str(tmp_path / "no.py"), "no file")):
        with pytest.raises(PluginError, match=words):
            vista.load("tool", text)
    path.write_text("import sys; sys.exit(3)")
    with pytest.raises(PluginError, match="SystemExit: 3"):
        vista.load("tool", str(path))


def test_two_distributions_with_one_name_clash_on_use(site: Site) -> None:
    site.add("vista-one", "echo = vista_one:Echo")
    site.add("vista-two", "echo = vista_two:Echo\nother = vista_two:Echo")
    assert row("vista-one:echo").status == "name clash" and "vista-two 1.0" in row("vista-one:echo").problem
    with pytest.raises(NameClash, match=r"vista-one 1\.0 and vista-two 1\.0.*vista-one:echo or vista-two:echo"):
        vista.load("tool", "echo")
    assert vista.load("tool", "vista-two:echo").distribution == "vista-two"
    assert vista.load("tool", "other").distribution == "vista-two"


def test_a_distribution_that_cannot_be_used_does_not_clash(site: Site) -> None:
    site.add("vista-one", "echo = vista_one:Echo")
    site.add("vista-two", "echo = vista_two:Echo", requires=("vista-core>=7",))
    assert vista.load("tool", "echo").distribution == "vista-one"
    with pytest.raises(PluginError, match=r"vista-two 1\.0 cannot be used \(incompatible\).*vista-core>=7"):
        vista.load("tool", "vista-two:echo")


def test_one_distribution_twice_on_the_path_counts_once(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.add("vista-one", "echo = vista_one:Echo")
    again = Site(site.folder / "again")
    again.folder.mkdir()
    again.add("Vista_One", "echo = vista_one:Echo", version="0.9")
    monkeypatch.setattr(sys, "path", [*sys.path, str(again.folder)])
    assert [row.version for row in vista.available("tool") if row.name == "echo"] == ["1.0"]


def test_switches_restrict_discovery(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    site.add("vista-one", "echo = vista_one:Echo\nmore = vista_one:twice")
    site.add("vista-two", "echo = vista_two:Echo")
    monkeypatch.setenv("VISTA_DISABLE", "vista-two:echo, more")
    assert row("vista-one:echo").status == "found" and row("more").status == "disabled"
    with pytest.raises(PluginError, match=r"disabled.*VISTA_DISABLE"):
        vista.load("tool", "more")
    monkeypatch.setenv("VISTA_DISABLE", "")
    monkeypatch.setenv("VISTA_PLUGINS", "vista_two")
    assert row("vista-one:echo").status == "disabled" and row("vista-two:echo").status == "found"
    monkeypatch.setenv("VISTA_PLUGINS", "")
    found = {row.distribution for row in vista.available() if row.status == "found"}
    assert found == {"vista-core"}


def test_missing_and_wrong_dependencies_have_a_remedy(site: Site) -> None:
    needs = ("vista-core>=0.1", "no-such-lib>=2; python_version > '3'", "absent; extra == 'gpu'", "pydantic>=99")
    site.add("vista-one", "echo = vista_one:Echo", requires=needs)
    found = row("echo")
    assert found.status == "missing dependency"
    assert "no-such-lib>=2 is not installed" in found.problem and "pydantic>=99 is needed" in found.problem
    assert found.remedy == "pip install 'no-such-lib>=2' 'pydantic>=99'"


def test_broken_metadata_has_its_row_and_stops_nobody(site: Site) -> None:
    site.add("vista-good", "echo = vista_good:Echo")
    site.add("vista-latin", b"[vista.tools]\nlatin = vista_latin:Echo\n# caf\xe9\n")
    site.add("other-latin", b"[console_scripts]\nlatin = caf\xe9:main\n")
    site.add("vista-odd", "odd = no colon here\n= x:y\nnameless")
    site.add("vista-needs", "needs = vista_needs:Echo", requires=("((", "vista-core>=0.1"))
    site.add("vista-nameless", "nameless = vista_nameless:Echo")
    (site.folder / "vista_nameless-1.0.dist-info" / "METADATA").write_bytes(b"")
    site.add("vista-bytes", "bytes = vista_bytes:Echo")
    (site.folder / "vista_bytes-1.0.dist-info" / "METADATA").write_bytes(b"Name: caf\xe9\n")
    assert vista.load("tool", "echo")(text="x").text == "x"
    assert row("latin").status == "unreadable" and "not UTF-8" in row("latin").problem
    assert row("odd").status == "unreadable" and "module:object" in row("odd").problem
    assert row("needs").status == "missing dependency" and "malformed" in row("needs").problem
    assert row("vista_nameless:nameless").status == "unreadable"
    assert row("vista_bytes:bytes").status == "unreadable"
    assert not [row for row in vista.available() if row.distribution == "other-latin"]
    for found in vista.available():
        assert found.status == "found" or (found.problem and found.remedy), found


BROKEN = {
    "syntax": ("def (", "Broken", "SyntaxError"),
    "imports": ("import no_such_module_here", "Broken", "ModuleNotFoundError.*no_such_module_here"),
    "exits": ("import sys; sys.exit(2)", "Broken", "SystemExit: 2"),
    "nothing": ("", "Broken", "AttributeError"),
    "integer": ("Broken = 3", "Broken", "of type int"),
    "plain": ("class Broken: pass", "Broken", "not a subclass of vista_core.Tool"),
    "schemaless": (
        "from vista_core import Tool\nclass Broken(Tool):\n    def run(self, args, context): return 1",
        "Broken",
        r"no schema.*Tool\[Args, Output\]",
    ),
    "abstract": ("from vista_core import Observation, Tool\nclass Broken(Tool): ...", "Broken", "lacks run"),
    "raises": ("raise RuntimeError('two\\nlines')", "Broken", "RuntimeError: two lines"),
    "init": (GOOD + "\nclass Broken(Echo):\n    def __init__(self): raise OSError(5)", "Broken", "be made: OSError"),
}


@pytest.mark.parametrize("case", BROKEN)
def test_a_broken_plugin_is_named_with_its_origin_and_a_remedy(site: Site, case: str) -> None:
    code, name, words = BROKEN[case]
    site.add(f"vista-{case}", f"{case} = vista_{case}:{name}", code)
    with pytest.raises(PluginError, match=words) as caught:
        vista.load("tool", case)
    for part in (f"vista-{case} 1.0", f"`{case}`", "tool"):
        assert part in str(caught.value)
    assert f"vista_{case}:{name}" in str(caught.value) and "Remedy: " in str(caught.value)


def test_what_a_plugin_prints_at_import_stays_out_of_standard_output(
    site: Site, capsys: pytest.CaptureFixture[str]
) -> None:
    site.add("vista-prints", "prints = vista_prints:Echo", "print('{}')\n" + GOOD)
    assert vista.load("tool", "prints")(text="x").text == "x"
    assert capsys.readouterr() == ("", "{}\n")


def test_unknown_names_say_what_to_do(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    assert len(first_party("tool")) == 30 and len(first_party("task")) == 25
    known = {"tool": {}, "task": {"tabsums": "vista-tasks-later"}}
    monkeypatch.setattr("vista_core.discovery.registry.first_party", known.get)
    site.add("vista-good", "echo_text = vista_good:Echo")
    with pytest.raises(UnknownName, match="Did you mean `echo_text`"):
        vista.resolve("tool", "echo_txt")
    with pytest.raises(UnknownName, match=r"comes with vista-tasks-later. Remedy: pip install vista-tasks-later"):
        vista.resolve("task", "tabsums")
    with pytest.raises(UnknownName, match=r"`tabsums` \(pip install vista-tasks-later\)"):
        vista.resolve("task", "tabsms")
    with pytest.raises(UnknownName, match=r"installed: .*echo_text"):
        vista.resolve("tool", "zzzzzz")
    with pytest.raises(PluginError, match="no kind of plugin 'tol'"):
        vista.available("tol")


def test_a_first_party_name_that_its_installed_package_lacks_asks_for_an_upgrade(site: Site) -> None:
    site.add("vista-tasks-heldout", "ai2d = vista_tasks_heldout:X", kind="tasks")
    with pytest.raises(UnknownName, match="pip install --upgrade vista-tasks-heldout"):
        vista.resolve("task", "tabmwp")


TASK = """
from pydantic import BaseModel
from vista_core import Gold, Reward, RewardBreakdown, Sample, Score, Task, TaskDataError

class Sums(Task):
    name, splits, licence = "sums", ("train",), "Apache-2.0"
    class Config(BaseModel):
        root: str = "here"
    def __init__(self, **config):
        super().__init__(**config)
        if self.config.root == "nowhere":
            raise TaskDataError("there is no folder nowhere")
    def size(self, split): return 3
    def sample(self, split, index): return Sample(key=str(index), question="?")
    def gold(self, key): return Gold(answer=1)
    def score(self, key, answer): return Score(value=0, correct=False, rule="none")

class Half(Sums):
    score = Task.score

class Plain(Reward):
    def __call__(self, trajectory, score): return RewardBreakdown(total=1)
"""


def test_tasks_and_rewards_are_made_with_their_settings(site: Site) -> None:
    site.add(
        "vista-sums", "sums = vista_sums:Sums\nhalf = vista_sums:Half\nplain = vista_sums:Plain", TASK, kind="tasks"
    )
    task = vista.load("task", "sums", root="there")
    assert len(task) == 3 and task.config.root == "there" and task.check(".") == []
    same, other = vista.load("task", "sums", root="there"), vista.load("task", "sums")
    assert (
        task.fingerprint("train") == same.fingerprint("train") == other.fingerprint("train")
    )  # moved data is the same data
    with pytest.raises(PluginError, match="`sums` has no setting 'rot'; did you mean `root`"):
        vista.load("task", "sums", rot="x")
    with pytest.raises(TaskDataError):
        vista.load("task", "sums", root="nowhere")
    with pytest.raises(PluginError, match="has no expert"):
        task.expert("0")
    with pytest.raises(PluginError, match="lacks score"):
        vista.load("task", "half")
    with pytest.raises(PluginError, match=r"Plain is not a subclass of vista_core\.Task"):
        vista.load("task", "plain")


def test_a_scan_is_repeated_only_when_something_changed(site: Site, monkeypatch: pytest.MonkeyPatch) -> None:
    from vista_core.discovery import metadata

    site.add("vista-one", "echo = vista_one:Echo")
    first = metadata.scan()
    assert metadata.scan() is first
    site.add("vista-two", "echo2 = vista_two:Echo")
    assert {"echo", "echo2"} <= {row.name for row in metadata.scan()}


def test_looking_costs_no_heavy_import() -> None:
    code = """
import sys
import vista_core
light = {"numpy", "gymnasium", "torch", "pydantic", "PIL", "pluggy", "importlib.metadata"} & set(sys.modules)
assert not light, light
vista_core.available()
heavy = {"numpy", "gymnasium", "torch", "cv2", "sympy", "PIL", "pydantic", "vista_tools_vision"} & set(sys.modules)
assert not heavy, heavy
"""
    subprocess.run([sys.executable, "-c", code], check=True, timeout=60)

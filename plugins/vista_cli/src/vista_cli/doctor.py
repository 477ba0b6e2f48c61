"""What a recipe needs, looked at piece by piece: is it there, does it import, can it work here."""

from collections.abc import Callable, Iterator
from importlib import metadata
from typing import Any, NamedTuple

from packaging.requirements import Requirement
from vista_core import PluginError, PluginRow, ToolUnavailable, VistaError, load, read_config, resolve, tool_spec
from vista_core.discovery.metadata import canonical, unmet
from vista_core.discovery.objects import import_object

from .check import USABLE, check

CV2_OWNERS = (
    "opencv-python", "opencv-python-headless", "opencv-contrib-python", "opencv-contrib-python-headless",
)  # fmt: skip
OURS = "opencv-python-headless"


class Finding(NamedTuple):
    """One thing that a recipe needs.

    Attributes:
        what: `required plugin`, `tool`, `task`, `reward`, `policy`, `executor`, `hook`, `trainer` or `environment`.
        name: as the recipe has it.
        status: `ok`, or in a word or two what is wrong.
        detail: what it resolved to.
        problem: what is wrong, when it is not ok.
        remedy: what to do about it.
        needed: False where the recipe can run in spite of it.
    """

    what: str
    name: str
    status: str
    detail: str = ""
    problem: str = ""
    remedy: str = ""
    needed: bool = True


def examine(recipe: Any, *, timeout_s: float = 30.0) -> list[Finding]:
    """Look at everything that a recipe needs; models are not loaded.

    Plugins are imported in child processes first, so that one that hangs or dies is a finding like any other.

    Args:
        recipe: a vista_trainers Recipe.
        timeout_s: limit for the imports of one distribution.
    """
    findings = [_required(line) for line in recipe.required_plugins]
    wanted: list[tuple[str, str, Callable[[PluginRow], str]]] = [
        *(("tool", entry.use, lambda row, entry=entry: _tool(entry)) for entry in recipe.tools),
        *(("task", entry.use, lambda row, entry=entry: _task(entry)) for entry in recipe.tasks),
        ("reward", recipe.reward.use, lambda row: _reward(recipe.reward)),
        ("policy", recipe.policy.use, lambda row: _policy(row, recipe.policy)),
        *(("hook", name, lambda row: _hook(row)) for name in recipe.hooks),
    ]
    findings += _plugins(wanted, timeout_s)
    tools_ok = all(finding.status == "ok" for finding in findings if finding.what == "tool")
    findings += _plugins([("executor", name, lambda row: "") for name in _executors(recipe, tools_ok)], timeout_s)
    if tools_ok and len(recipe.tools) > 1:
        findings.append(_judged("tools", "together", lambda: _together(recipe)))
    if recipe.trainer is not None:
        findings.append(_trainer(recipe))
    return [*findings, *_environment(recipe)]


def _plugins(wanted: list[tuple[str, str, Callable[[PluginRow], str]]], timeout_s: float) -> Iterator[Finding]:
    """Resolve names, import what they stand for in children, then look closer at what can be imported."""
    rows: list[PluginRow | VistaError] = []
    for kind, name, _ in wanted:
        try:
            # A clash that the recipe settles by a full name is none.
            rows.append(resolve(kind, name)._replace(status="found", problem="", remedy=""))
        except VistaError as error:
            rows.append(error)
    checks = check(dict.fromkeys(row for row in rows if isinstance(row, PluginRow)), timeout_s=timeout_s)
    checked = {result.row: result for result in checks}
    for (kind, name, look), row in zip(wanted, rows, strict=True):
        if isinstance(row, VistaError):
            yield Finding(kind, name, "not usable", "", *_parts(row))
        elif (result := checked[row]).status not in USABLE:
            yield Finding(kind, name, result.status, "", result.problem, result.remedy)
        else:
            origin = f"{row.distribution} {row.version}"
            yield _judged(kind, name, lambda look=look, row=row: look(row), origin)  # type: ignore[misc]


def _judged(what: str, name: str, look: Callable[[], str], origin: str = "") -> Finding:
    """A finding of what `look` says or raises."""
    try:
        said = look()
    except VistaError as error:
        status = "unavailable" if isinstance(error, ToolUnavailable) else "not usable"
        return Finding(what, name, status, origin, *_parts(error))
    except Exception as error:  # a plugin's own code, made with the recipe's settings
        remedy = f"report it to the author of {origin}" if origin else ""
        return Finding(what, name, "not usable", origin, f"{type(error).__name__}: {error}", remedy)
    return Finding(what, name, "ok", ", ".join(filter(None, (origin, said))))


def _parts(error: VistaError) -> tuple[str, str]:
    """The problem and the remedy of an error; where it gives no remedy, what the recipe can do."""
    problem, _, remedy = str(error).partition(" Remedy: ")
    return problem, remedy.rstrip(".") or "correct the recipe as this says"


def _required(line: str) -> Finding:
    for requirement, problem in unmet([line]):
        return Finding("required plugin", line, "missing", "", problem, f"pip install '{requirement}'")
    wanted = Requirement(line)
    if wanted.marker is not None and not wanted.marker.evaluate():
        return Finding("required plugin", line, "ok", "not needed on this machine")
    return Finding("required plugin", line, "ok", f"{wanted.name} {metadata.version(wanted.name)}")


def _tool(entry: Any) -> str:
    spec = tool_spec(entry.use, as_=entry.as_, backend=entry.backend, config=entry.config, executor=entry.executor)
    return f"backend {spec.backend}, executor {spec.executor}"


def _task(entry: Any) -> str:
    task = load("task", entry.use, **entry.config)
    if entry.split not in task.splits:
        raise PluginError(f"It has no split {entry.split!r}. Remedy: use {' or '.join(task.splits)}.")
    root = getattr(task.config, "root", None)
    if root is not None and (problems := task.check(root)):
        raise PluginError(f"Its data below {root}: {'; '.join(problems[:3])}.")
    size = task.size(entry.split)
    if not size:
        raise PluginError(f"Its split {entry.split!r} is empty. Remedy: use another one of {', '.join(task.splits)}.")
    task.sample(entry.split, 0)
    return f"{size} samples in {entry.split}"


def _reward(entry: Any) -> str:
    load("reward", entry.use, **entry.config)
    return ""


def _policy(row: PluginRow, entry: Any) -> str:
    policy = import_object(row)
    if not hasattr(policy, "probe") or not hasattr(policy, "Config"):  # anything with `generate` is a policy
        return ""
    missing = policy.probe(read_config(policy.Config, entry.config, f"policy `{row.name}`"))
    if missing is not None:
        raise ToolUnavailable(missing.problem, remedy=missing.remedy)
    return str(entry.config.get("path") or entry.config.get("model") or "")


def _hook(row: PluginRow) -> str:
    from vista_core import HookCaller

    HookCaller([import_object(row)])
    return ""


def _executors(recipe: Any, tools_ok: bool) -> list[str]:
    """The executors that the tools name, or that their backends choose."""
    named = [tool.executor for tool in recipe.tools if tool.executor]
    if tools_ok:
        named = [
            tool_spec(tool.use, backend=tool.backend, config=tool.config, executor=tool.executor).executor
            for tool in recipe.tools
        ]
    return list(dict.fromkeys(named))


def _together(recipe: Any) -> str:
    """Names and aliases that clash, and two names for one engine."""
    from vista_trainers.assembly import load_tools

    return f"{len(load_tools(recipe))} different engines"


def _trainer(recipe: Any) -> Finding:
    use = recipe.trainer.use
    missing = unmet(metadata.requires("vista-trainers") or ())
    if recipe.trainer.config.get("lora"):
        missing += unmet(["peft>=0.15"])
    if missing:
        remedy = "pip install " + " ".join(f"'{requirement}'" for requirement, _ in missing)
        return Finding("trainer", use, "missing dependency", "", "; ".join(text for _, text in missing), remedy)
    if recipe.policy.use.rpartition(":")[2] != "hf":
        return Finding(
            "trainer",
            use,
            "not usable",
            "",
            f"it trains the policy hf, not {recipe.policy.use}",
            "set policy.use to hf",
        )
    return Finding("trainer", use, "ok", f"trl {metadata.version('trl')}, torch {metadata.version('torch')}")


def _environment(recipe: Any) -> Iterator[Finding]:
    """Two distributions that write the same folder `cv2/` break each other, whichever was installed last."""
    owners = [name for name in CV2_OWNERS if not unmet([name])]
    if len(owners) < 2:
        return
    needed = False
    for kind, use in [("tool", tool.use) for tool in recipe.tools] + [("task", task.use) for task in recipe.tasks]:
        try:
            requires = metadata.requires(resolve(kind, use).distribution) or ()
        except (VistaError, metadata.PackageNotFoundError):
            continue
        always = [need for need in map(Requirement, requires) if not need.marker or need.marker.evaluate({"extra": ""})]
        needed |= any(canonical(need.name).startswith("opencv-") for need in always)
    remedy = f"pip uninstall -y {' '.join(owners)}, then pip install {OURS}"
    problem = f"{' and '.join(owners)} are both installed, and both own the folder cv2/"
    yield Finding("environment", "cv2", "two owners", "", problem, remedy, needed)

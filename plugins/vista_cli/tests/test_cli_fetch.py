"""`vista tools NAME --fetch`: weights are named first, downloaded only when asked for, and what fails is a sentence."""

import json
from pathlib import Path
from types import SimpleNamespace

import pytest
from typer.testing import CliRunner
from vista_cli.app import app
from vista_cli.commands.tools_fetch import NO_NETWORK, describe, size_words, wanted
from vista_core import Weights

TOOLS = '''
"""Tools with weights, for a test."""
from pydantic import BaseModel
from vista_core import Backend, Remedy, Tool, Weights


class Args(BaseModel):
    """Do nothing."""


class Out(BaseModel):
    """Nothing."""


class Nothing(Tool[Args, Out]):
    """Do nothing."""

    def run(self, args, context):
        """Do it."""
        return Out()


class FromHub(Nothing):
    """Do nothing, with weights of the hub."""

    name = "from_hub"
    backends = (
        Backend("big", weights=(Weights(repo="org/big", revision="abc123", bytes=1_500_000_000, licence="MIT"),)),
        Backend("plain"),
    )


class OwnBackend(Backend):
    """An engine that fetches by itself."""

    def fetch(self):
        """Say so, in a file."""
        open("fetched", "w").close()


class FromElsewhere(Nothing):
    """Do nothing, with weights from elsewhere."""

    name = "from_elsewhere"
    backends = (OwnBackend("own", weights=(Weights(repo="Elsewhere own", bytes=4_000_000, licence="MIT"),)),)
'''


def vista(*words: object):
    return CliRunner().invoke(app, [str(word) for word in words])


@pytest.fixture
def tools(tmp_path, monkeypatch) -> Path:
    (tmp_path / "tools_with_weights.py").write_text(TOOLS)
    monkeypatch.chdir(tmp_path)
    return tmp_path / "tools_with_weights.py"


@pytest.fixture
def hub(monkeypatch) -> SimpleNamespace:
    """A stand-in for the two calls to the hub, as no test goes to the network."""
    import huggingface_hub

    asked = SimpleNamespace(calls=[], error=None)

    class Api:
        def model_info(self, repo, revision=None, timeout=None):
            if asked.error:
                raise asked.error
            names = ("config.json", "model.safetensors", "pytorch_model.bin", "onnx/model.onnx")
            return SimpleNamespace(siblings=[SimpleNamespace(rfilename=name) for name in names])

    def snapshot_download(repo, revision=None, allow_patterns=None):
        asked.calls.append((repo, revision, allow_patterns))
        return "/hub/snapshots/abc123"

    monkeypatch.setattr(huggingface_hub, "HfApi", Api)
    monkeypatch.setattr(huggingface_hub, "snapshot_download", snapshot_download)
    return asked


def test_a_tool_names_its_weights_with_size_and_licence(tools):
    shown = vista("tools", f"{tools}:FromHub")
    assert "big loads org/big, revision abc123, 1.5 GB, MIT" in shown.stdout
    facts = json.loads(vista("tools", f"{tools}:FromHub", "--json").stdout)
    assert facts["backends"][0]["weights"][0]["bytes"] == 1_500_000_000


def test_exactly_the_named_revision_is_fetched_in_one_form(tools, hub):
    result = vista("tools", f"{tools}:FromHub", "--fetch")
    assert result.exit_code == 0, result.output
    assert hub.calls == [("org/big", "abc123", ["config.json", "model.safetensors"])]
    assert "org/big, revision abc123, 1.5 GB, MIT" in result.stdout and "/hub/snapshots/abc123" in result.stdout


def test_a_backend_that_fetches_by_itself_does_so(tools, hub):
    result = vista("tools", f"{tools}:FromElsewhere", "--fetch", "--backend", "own")
    assert result.exit_code == 0, result.output
    assert (tools.parent / "fetched").exists() and hub.calls == []


@pytest.mark.parametrize(
    ("error", "code", "says"),
    [
        (ConnectionError("Name or service not known"), NO_NETWORK, "no connection"),
        (TimeoutError("too slow"), NO_NETWORK, "no connection"),
        ("OfflineModeIsEnabled", NO_NETWORK, "HF_HUB_OFFLINE is set"),
        ("GatedRepoError", 1, "accept its licence"),
        ("RepositoryNotFoundError", 1, "no such repo"),
        (ValueError("odd answer"), 1, "odd answer"),
    ],
)
def test_what_fails_is_a_sentence_and_an_exit_code(tools, hub, error, code, says):
    hub.error = type(error, (ConnectionError,), {})("refused") if isinstance(error, str) else error
    result = vista("tools", f"{tools}:FromHub", "--fetch")
    assert result.exit_code == code
    assert says in result.stderr and "Traceback" not in result.output
    assert hub.calls == []


def test_without_weights_there_is_nothing_to_fetch(tools, hub):
    assert vista("tools", f"{tools}:FromHub", "--fetch", "--backend", "plain").exit_code == 0
    assert vista("tools", "calculator", "--fetch").exit_code == 0
    assert hub.calls == []


def test_wrong_use_is_told(tools, hub):
    assert vista("tools", "--fetch").exit_code == 2
    assert vista("tools", "calculator", "--backend", "x").exit_code == 2
    result = vista("tools", f"{tools}:FromHub", "--fetch", "--backend", "nope")
    assert result.exit_code == 1 and "it has big, plain" in result.stderr


def test_words_for_weights():
    assert describe(Weights(repo="a/b")) == "a/b"
    assert [size_words(n) for n in (10, 155_908_064, 999_999_999, 14_000_000_000)] == [
        "1 MB",
        "156 MB",
        "1.0 GB",
        "14.0 GB",
    ]
    assert wanted(["pytorch_model.bin", "config.json"]) == ["pytorch_model.bin", "config.json"]
    assert wanted(["vae/model.safetensors", "model.bin"]) == ["vae/model.safetensors", "model.bin"]

"""Checks of a tool: what it does with hostile text, and what it says without weights, packages or a network."""

import tempfile
from pathlib import Path
from typing import Any

import pytest

from vista_core.schema import parameters_schema
from vista_core.testing.arguments import hostile_texts, planted
from vista_core.testing.child import in_child
from vista_core.testing.guard import MARK, watched
from vista_core.testing.report import short
from vista_core.testing.running import running, submit
from vista_core.testing.tool_calls import ToolSuite


class SafetyChecks(ToolSuite):
    """A policy writes whatever pays; a machine lacks whatever it lacks."""

    def test_hostile_arguments_do_nothing(self) -> None:
        """Paths, addresses, shell commands and code in the arguments are text, and nothing else."""
        if not self.here:
            pytest.skip("it runs under another interpreter, where it cannot be watched from here")
        schema, examples = parameters_schema(self.described.args_model), self.asked
        for example in examples:
            with watched() as ordinary:  # imports and model files of the first call are not the text's doing
                self.works(example)
        if ordinary.network and not self.network:
            self.fail(
                f"An ordinary call uses the network ({ordinary.network[0]}).",
                "Rollout machines often have none, and results would change with a service.",
                "Ship what it needs, or set `network = True` in the suite for a tool that is a client of a service.",
            )
        with tempfile.TemporaryDirectory(prefix=f"{MARK}_") as folder:
            secret = Path(folder, "secret.txt")
            secret.write_text("sesame-7f3a")
            calls: dict[str, dict[str, Any]] = {}
            for text in hostile_texts(folder):
                for example in examples:
                    for name, part in schema["properties"].items():
                        if name in example or example is examples[0]:
                            calls[f"{name} {text} {short(example)}"] = {**example, name: planted(part, text)}
            with running([self.spec]) as executor:
                for arguments in calls.values():
                    self._harmless(executor, arguments, folder, bool(ordinary.programs))
            self._untouched(folder, secret)

    def test_without_weights_it_says_so(self) -> None:
        """On a machine without weights, packages or network, set-up is ToolUnavailable with a remedy."""
        if not self.here:
            pytest.skip("it runs under another interpreter")
        with tempfile.TemporaryDirectory() as empty:
            places = ("HOME", "HF_HOME", "XDG_CACHE_HOME", "TORCH_HOME", "USERPROFILE", *self.weights_env)
            environment = {**dict.fromkeys(places, empty), "HF_HUB_OFFLINE": "1", "OMP_NUM_THREADS": "1"}
            report = in_child("without", {"spec": self.spec.model_dump(mode="json")}, environment=environment)
        if report.get("error"):
            self.fail(
                f"Set-up on a machine without weights and network: {report['error']}.",
                "The run would hang or die instead of saying what to install.",
                "Look for weights and packages in the backend's probe(), and raise ToolUnavailable in setup().",
            )
        if report["network"]:
            self.fail(
                f"Set-up goes to the network ({report['network'][0]}).",
                "Hundreds of workers would download at once, and machines without a network would hang.",
                "Load local files only (local_files_only=True), and name the download in ToolUnavailable's remedy.",
            )
        for found in report["found"]:
            lacks = f"Without {found['case']}, backend `{found['backend']}`"
            why = "The start of a run must tell what to install; a traceback in a worker tells nobody."
            if found["end"] == "raised":
                self.fail(
                    f"{lacks} raises {found['text']}",
                    why,
                    "List its packages in Backend(requires=...), and raise ToolUnavailable(problem, remedy=...).",
                )
            if found["end"] == "unavailable" and not found["remedy"].strip():
                self.fail(
                    f"{lacks} is unavailable without a remedy: {found['text']}",
                    why,
                    'Give the remedy, best as a command: ToolUnavailable("...", remedy="pip install ...").',
                )

    def _harmless(self, executor: Any, arguments: dict[str, Any], folder: str, programs: bool) -> None:
        call = self.call(arguments, timeout_s=5.0)
        with watched() as seen:
            result = self.settled(submit(executor, [call])[0], arguments)
        found = [*seen.marked, *([] if self.network else seen.network), *([] if programs else seen.programs)]
        if found:
            self.fail(
                f"The call {short(arguments)} reached out: {found[0]}.",
                "A policy tries everything that might pay; on a cluster it would read files and send requests.",
                "Never give an argument to open, eval, a shell or a request; take pictures from context.image only.",
            )
        told = result.observation.text if result.observation else result.error.message if result.error else ""
        if "sesame-7f3a" in told:
            self.fail(
                f"The call {short(arguments)} told what a file says.",
                "A policy could read gold answers from disk.",
                "Read no file that an argument names.",
            )
        self.survives(arguments, result, "A hostile text")

    def _untouched(self, folder: str, secret: Path) -> None:
        if sorted(Path(folder).iterdir()) != [secret] or secret.read_text() != "sesame-7f3a":
            self.fail(
                "A hostile text changed files.",
                "A policy could destroy data and checkpoints.",
                "Never give an argument to open, eval or a shell.",
            )

"""`scheduling: lockstep`: killed anywhere and started again, a run ends with the metrics of an unbroken one."""

import json
import os
import signal
import subprocess
import sys
import time

import pytest

pytestmark = pytest.mark.slow

STEPS = 4
# Clocks, and what a cold cache changes; everything else has to be equal to the last digit.
CLOCKS = {"seconds", "step_time", "tool_seconds", "cached"}
OVERRIDES = (
    "tasks.0.config.images=6",
    f"trainer.trl.max_steps={STEPS}",
    "trainer.trl.save_steps=1",
    "trainer.trl.per_device_train_batch_size=8",
    "trainer.trl.gradient_accumulation_steps=2",
    "trainer.trl.num_generations=4",
)


def started(output):
    launch = [sys.executable, "-m", "accelerate.commands.launch", "--num_processes", "1", "--cpu"]
    environment = {**os.environ, "OMP_NUM_THREADS": "1"}
    return subprocess.Popen(
        [*launch, "-m", "vista_trainers", "tiny.yaml", f"output={output}", *OVERRIDES],
        env=environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    )


def finished(output):
    process = started(output)
    _, error = process.communicate(timeout=600)
    assert process.returncode == 0, error[-2000:]
    return metrics(output)


def metrics(output):
    path = output / "metrics.jsonl"
    lines = path.read_text().splitlines() if path.is_file() else []
    rows = [json.loads(line) for line in lines if line.endswith("}")]
    return [{name: value for name, value in row.items() if name not in CLOCKS} for row in rows]


@pytest.fixture(scope="module")
def unbroken(tmp_path_factory):
    return finished(tmp_path_factory.mktemp("unbroken"))


def test_an_unbroken_run_learns_something(unbroken):
    assert [row["step"] for row in unbroken] == list(range(STEPS + 1))
    assert len({row["grad_norm"] for row in unbroken[1:]}) == STEPS
    assert all(row["grad_norm"] > 0 for row in unbroken[1:])


@pytest.mark.parametrize("step", [0, 1, 3])
def test_killed_and_resumed_ends_the_same(unbroken, tmp_path, step):
    process = started(tmp_path)
    deadline = time.monotonic() + 300
    while not any(row["step"] >= step for row in metrics(tmp_path)):
        assert process.poll() is None, "it ended before it could be killed"
        assert time.monotonic() < deadline
        time.sleep(0.01)
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    process.stderr.close()
    assert metrics(tmp_path)[-1]["step"] < STEPS
    assert finished(tmp_path) == unbroken

"""Groups that lie on two processes: the same rollouts, advantages and gradient as on one."""

import json
import os
import subprocess
import sys

import pytest

pytestmark = pytest.mark.slow


def trained(output, processes):
    """Three steps of twelve rollouts in groups of four, so that with two processes a group lies on both."""
    subprocess.run(
        [
            *(sys.executable, "-m", "torch.distributed.run", "--nproc_per_node", str(processes)),
            *("-m", "vista_trainers", "tiny.yaml", f"output={output}", "tasks.0.config.images=6"),
            *("trainer.trl.max_steps=3", "trainer.trl.save_steps=3", "trainer.trl.num_generations=4"),
            *(
                f"trainer.trl.per_device_train_batch_size={12 // processes}",
                "trainer.trl.gradient_accumulation_steps=1",
            ),
        ],
        env={**os.environ, "OMP_NUM_THREADS": "1", "ACCELERATE_USE_CPU": "true"},
        check=True,
        timeout=600,
        capture_output=True,
    )
    return [json.loads(line) for line in (output / "metrics.jsonl").read_text().splitlines()]


def test_two_processes_learn_what_one_does(tmp_path):
    alone, both = trained(tmp_path / "one", 1), trained(tmp_path / "two", 2)
    assert [row["step"] for row in both] == [0, 1, 2, 3]
    # Batches are cut differently, so rounding differs; the first step shows that nothing else does.
    for name in ("reward", "correct", "well_formed", "calls", "faults", "num_tokens", "rows_trained"):
        assert both[1][name] == pytest.approx(alone[1][name]), name
    assert both[1]["grad_norm"] == pytest.approx(alone[1]["grad_norm"], rel=1e-2)
    assert all(row["grad_norm"] > 0 for row in both[1:])
    written = [(tmp_path / "two" / part / "trajectories.jsonl") for part in ("trajectories", "trajectories-rank1")]
    assert [len(path.read_text().splitlines()) for path in written] == [18, 18]

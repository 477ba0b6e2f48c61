import json
import sys
import time

import pytest
from vista_cli.launch import TrainingFailed, follow, last_words, run_training, train_command

WRITER = """
import json, sys, time
for step in range(1, 4):
    with open(sys.argv[1], "a") as file:
        file.write(json.dumps({"step": step, "max_steps": 3, "reward": step / 3, "kl": "nan"}) + "\\n")
    time.sleep(0.05)
print("said by the trainer")
"""


def test_the_command_is_accelerates_own():
    command = train_command("tiny.yaml", ["seed=3"], ["--num_processes", "2"])
    assert command[1:3] == ["-m", "accelerate.commands.launch"]
    assert command[3:] == ["--quiet", "--num_processes", "2", "-m", "vista_trainers", "tiny.yaml", "seed=3"]


def test_rows_arrive_as_they_are_written_and_none_is_lost(tmp_path):
    metrics, seen = tmp_path / "metrics.jsonl", []
    command = [sys.executable, "-c", WRITER, str(metrics)]
    rows = run_training(command, metrics, tmp_path / "train.log", seen.append, poll_s=0.01)
    assert [row["step"] for row in rows] == [1, 2, 3] == [row["step"] for row in seen]
    assert rows[0]["kl"] is None  # a NaN is written as text; it is no point of a curve
    assert "said by the trainer" in (tmp_path / "train.log").read_text()


def test_a_failed_training_says_why_and_where_the_rest_is(tmp_path):
    script = "print('loading'); raise ValueError('save_steps is not on a boundary')"
    with pytest.raises(TrainingFailed, match=r"exit code 1: ValueError: save_steps is not on a boundary .*train\.log"):
        run_training([sys.executable, "-c", script], tmp_path / "m", tmp_path / "train.log", print)


def test_no_process_is_left_behind_when_we_are_interrupted(tmp_path):
    """The trainer is the child of accelerate, so the whole session must end with us."""
    metrics, alive = tmp_path / "metrics.jsonl", tmp_path / "alive"
    grandchild = f"import time\nwhile True: open({str(alive)!r}, 'w').write(str(time.time())); time.sleep(0.02)"
    child = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {grandchild!r}])"
    metrics.write_text('{"step": 1, "reward": 0}\n')

    def interrupt(row: dict) -> None:
        while not alive.exists():
            time.sleep(0.01)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        run_training([sys.executable, "-c", child], metrics, tmp_path / "train.log", interrupt, poll_s=0.01)
    time.sleep(0.2)
    before = alive.read_text()
    time.sleep(0.2)
    assert alive.read_text() == before


def test_a_line_still_being_written_waits(tmp_path):
    path = tmp_path / "metrics.jsonl"
    assert follow(path, 0) == ([], 0)
    path.write_text(json.dumps({"step": 1}) + '\n{"step": ')
    rows, offset = follow(path, 0)
    assert rows == [{"step": 1}]
    with path.open("a") as file:
        file.write("2}\n")
    assert follow(path, offset)[0] == [{"step": 2}]


def test_last_words_skip_what_accelerate_adds(tmp_path):
    log = tmp_path / "log"
    log.write_text(
        "error: There is no such tool.\nValueError: x\nsubprocess.CalledProcessError: Command [...] failed\n"
    )
    assert last_words(log) == "There is no such tool."
    log.write_text("Traceback (most recent call last):\n  File 'x', line 1\ntorch.OutOfMemoryError: too much\nbye\n")
    assert last_words(log) == "torch.OutOfMemoryError: too much"
    log.write_text("")
    assert "nothing" in last_words(log)

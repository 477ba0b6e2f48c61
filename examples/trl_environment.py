"""Train with TRL's own GRPOTrainer in an environment of ours: its `environment_factory`.

    python examples/trl_environment.py                       # a tiny random model: shows the wiring, learns nothing
    python examples/trl_environment.py --model Qwen/Qwen3-4B-Instruct-2507 --steps 200

The model sees a method per tool, and `answer`, which ends the episode; the reward is the task's.
"""

import argparse
import os
import tempfile

os.environ.setdefault("TRL_EXPERIMENTAL_SILENCE", "1")

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--model", help="name or folder; by default a tiny random one")
parser.add_argument("--steps", type=int, default=1)
arguments = parser.parse_args()

from tiny_chat import tiny_chat  # noqa: E402 - `--help` answers at once
from trl import GRPOConfig, GRPOTrainer  # noqa: E402
from vista_core import Gold, Sample, Score, Task  # noqa: E402
from vista_trainers.integrations.trl import dataset, environment_factory  # noqa: E402


class Sums(Task):
    """Any task does: this one, or the name of an installed one, for example `synthetic_chart` with a VLM."""

    name = "sums"

    def size(self, split: str) -> int:
        """Number of samples."""
        return 1000

    def sample(self, split: str, index: int) -> Sample:
        """One question."""
        return Sample(key=str(index), question=f"What is {index} * 17 + 4?")

    def gold(self, key: str) -> Gold:
        """Its answer."""
        return Gold(answer=int(key) * 17 + 4)

    def score(self, key: str, answer: str | None) -> Score:
        """Right or wrong."""
        right = answer == str(self.gold(key).answer)
        return Score(value=float(right), correct=right, rule="equal")


with tempfile.TemporaryDirectory() as folder:
    model, tokenizer = (arguments.model, None) if arguments.model else tiny_chat()
    trainer = GRPOTrainer(
        model=model,
        processing_class=tokenizer,
        environment_factory=environment_factory(Sums(), tools=["calculator"], split="train"),
        train_dataset=dataset(Sums(), "train"),
        args=GRPOConfig(
            output_dir=folder,
            max_steps=arguments.steps,
            per_device_train_batch_size=2,
            num_generations=2,
            max_completion_length=16 if arguments.model is None else 1024,
            max_tool_calling_iterations=2,
            report_to="none",
            use_cpu=arguments.model is None,
        ),
    )
    trainer.train()
    last = trainer.state.log_history[0]
    print({name: last[name] for name in ("reward", "tools/call_frequency")})

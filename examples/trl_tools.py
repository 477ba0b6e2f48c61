"""Give TRL's GRPOTrainer our tools as plain functions: its `tools`, with a dataset and a reward of your own.

    python examples/trl_tools.py                             # a tiny random model: shows the wiring, learns nothing
    python examples/trl_tools.py --model Qwen/Qwen3-4B-Instruct-2507 --steps 200

This is for tools that need nothing but their arguments. Tools that look at pictures need the environment: see
trl_environment.py.
"""

import argparse
import tempfile

parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
parser.add_argument("--model", help="name or folder; by default a tiny random one")
parser.add_argument("--steps", type=int, default=1)
arguments = parser.parse_args()

from datasets import Dataset  # noqa: E402 - `--help` answers at once
from tiny_chat import tiny_chat  # noqa: E402
from trl import GRPOConfig, GRPOTrainer  # noqa: E402
from vista_trainers.integrations.trl import tools  # noqa: E402


def right(completions, gold, **_):
    """1 where the last message holds the number."""
    return [float(number in str(messages[-1]["content"])) for messages, number in zip(completions, gold, strict=True)]


rows = [{"prompt": [{"role": "user", "content": f"What is {n} * 17?"}], "gold": str(n * 17)} for n in range(100)]
with tempfile.TemporaryDirectory() as folder:
    model, tokenizer = (arguments.model, None) if arguments.model else tiny_chat()
    trainer = GRPOTrainer(
        model=model,
        processing_class=tokenizer,
        tools=tools(["calculator"]),
        reward_funcs=right,
        train_dataset=Dataset.from_list(rows),
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

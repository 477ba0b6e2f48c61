"""A family of plain bytes, a tiny random model, a task and tools: what the tests of rollouts need.

Bytes as tokens make stop strings of many tokens, and pictures have placeholder runs of differing lengths.
"""

import asyncio
import json
import os
import pathlib
import types

os.environ.setdefault("OMP_NUM_THREADS", "1")

import numpy as np
import pytest
from vista_core import (
    EpisodeConfig,
    ExpertTurn,
    Gold,
    Image,
    Sample,
    Score,
    Task,
    build_toolset,
    make_executor,
)
from vista_trainers.engine import Job, RolloutEngine
from vista_trainers.families.base import ModelFamily, Rendered
from vista_trainers.policies.base import Policy, SampledTurn

PAD, END, PICTURE, ROLE = 256, 257, 258, 259


class ByteFamily(ModelFamily):
    """Bytes are tokens. A turn is closed by END and a newline; a picture is a run of PICTURE between ROLE marks."""

    name = "bytes"
    eos_ids = (END,)
    pad_id = PAD
    suppress_ids = (PAD, PICTURE, ROLE)

    @classmethod
    def from_pretrained(cls, path, **options):
        return cls()

    def encode(self, text):
        return np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8).astype(np.int32)

    def decode(self, ids):
        return bytes(int(i) for i in ids if i < 256).decode("utf-8", "replace")

    def image_length(self, image):
        return 2 + image.size[0] % 3

    def _content(self, content, images):
        pieces, lengths = [], []
        for part in [{"type": "text", "text": content}] if isinstance(content, str) else content:
            if part["type"] == "image":
                lengths.append(self.image_length(images[len(lengths)]))
                pieces.append(np.array([ROLE] + [PICTURE] * lengths[-1] + [ROLE], np.int32))
            else:
                pieces.append(self.encode(part["text"]))
        return pieces, lengths

    def prompt(self, messages, images):
        pieces, lengths, left = [], [], list(images)
        for message in messages:
            inner, used = self._content(message["content"], left)
            left = left[len(used) :]
            pieces += [np.array([ROLE], np.int32), *inner, np.array([END, 10], np.int32)]
            lengths += used
        return Rendered(np.concatenate([*pieces, np.array([ROLE], np.int32)]), tuple(lengths))

    def after_turn(self, ids):
        return np.array([10] if len(ids) and ids[-1] == END else [END, 10], np.int32)

    def observation(self, text, images):
        content = [{"type": "image"} for _ in images] + [{"type": "text", "text": text}]
        pieces, lengths = self._content(content, images)
        ids = np.concatenate([np.array([ROLE], np.int32), *pieces, np.array([END, 10, ROLE], np.int32)])
        return Rendered(ids, tuple(lengths))

    def image_token_runs(self, ids):
        flags = np.concatenate([[0], (np.asarray(ids) == PICTURE).astype(np.int8), [0]])
        starts, ends = np.flatnonzero(np.diff(flags) == 1), np.flatnonzero(np.diff(flags) == -1)
        return [(int(s), int(e - s)) for s, e in zip(starts, ends, strict=True)]

    def model_inputs(self, rows, images, padding="left"):
        import torch

        width = max(len(row) for row in rows)
        ids = torch.full((len(rows), width), PAD, dtype=torch.long)
        attention = torch.zeros_like(ids)
        for i, row in enumerate(rows):
            place = slice(width - len(row), width) if padding == "left" else slice(0, len(row))
            ids[i, place] = torch.from_numpy(row.astype(np.int64))
            attention[i, place] = 1
        return {"input_ids": ids, "attention_mask": attention}


@pytest.fixture(scope="session")
def family():
    return ByteFamily()


@pytest.fixture(scope="session")
def model():
    """A random text model over the byte vocabulary, in training mode, with generation settings that must not leak."""
    import torch
    from transformers import GenerationConfig, Qwen2Config, Qwen2ForCausalLM

    torch.manual_seed(0)
    config = Qwen2Config(
        vocab_size=260,
        hidden_size=32,
        intermediate_size=64,
        num_hidden_layers=2,
        num_attention_heads=4,
        num_key_value_heads=2,
        initializer_range=0.2,
        attention_dropout=0.5,
    )
    model = Qwen2ForCausalLM(config)
    model.generation_config = GenerationConfig(do_sample=True, repetition_penalty=3.0, top_k=1, temperature=0.1)
    return model.train()


TOOLS = pathlib.Path(__file__).with_name("rollout_tools.py")


class Sums(Task):
    """Sums with a picture each; the expert adds with the tool, or guesses."""

    name, splits, licence = "sums", ("train", "test"), "Apache-2.0"

    def size(self, split):
        return 1000

    def sample(self, split, index):
        picture = Image.from_array(np.full((4, 4 + index % 5, 3), index % 256, np.uint8))
        return Sample(key=f"{split}/{index}", question=f"What is {index} plus 1?", images=(picture,))

    def gold(self, key):
        index = int(key.split("/")[1])
        return Gold(answer=index + 1, kind="even" if index % 2 else "odd")

    def score(self, key, answer):
        correct = answer == str(self.gold(key).answer)
        return Score(value=float(correct), correct=correct, rule="same", why="")

    def expert(self, key, habit="careful"):
        return SumsExpert(int(key.split("/")[1]), habit)


class SumsExpert:
    def __init__(self, index, habit):
        self.index, self.habit = index, habit

    def turn(self, observations):
        if self.habit == "guess":
            return ExpertTurn("guess", answer="3")
        if not observations:
            return ExpertTurn("add", tool="add", arguments={"a": self.index, "b": 1})
        return ExpertTurn("so", answer=observations[-1].text)


class Play(Policy):
    """Writes given texts: `texts(request) -> str`; speaks tokens when it has a family."""

    name = "play"

    def __init__(self, texts, family=None, delay=0.0):
        super().__init__()
        self.texts, self.family, self.delay = texts, family, delay
        self.calls = []

    async def generate(self, requests):
        await asyncio.sleep(self.delay)
        self.calls.append([(r.key, r.rollout, r.turn) for r in requests])
        turns = []
        for request in requests:
            text = self.texts(request)
            if self.family is None:
                turns.append(SampledTurn.of_text(text))
                continue
            ids = self.family.encode(text)[: request.max_new_tokens]
            reason = "length" if len(self.family.encode(text)) > request.max_new_tokens else "stop"
            logprobs = np.linspace(-1, -0.5, len(ids), dtype=np.float32)
            turns.append(SampledTurn(ids, logprobs, self.family.decode(ids), reason, request.ids))
        return turns


def call(tool, **arguments):
    return "<think>t</think><tool_call>" + json.dumps({"tool": tool, "arguments": arguments}) + "</tool_call>"


def answer(text):
    return f"<think>t</think><answer>{text}</answer>"


@pytest.fixture(scope="session")
def helpers():
    return types.SimpleNamespace(Play=Play, Sums=Sums, call=call, answer=answer, ByteFamily=ByteFamily, TOOLS=TOOLS)


@pytest.fixture
def tools():
    """The tools of rollout_tools.py."""
    names = ("add", "wait", "fail", "bait", "Paint")
    return build_toolset([{"use": f"{TOOLS}:{name}", "as": name.lower()} for name in names])


@pytest.fixture
def make_engine(tools):
    """Builds engines over the task `sums`; closes their executors afterwards."""
    executors = []

    def make(policy, **settings):
        executor = settings.pop("executor", None) or make_executor(tools.specs)
        executors.append(executor)
        toolset = settings.pop("toolset", tools)
        episode = settings.pop("episode", EpisodeConfig(prompt="brief", max_tokens_per_turn=200))
        return RolloutEngine(policy, {"sums": Sums()}, toolset, executor, episode, **settings)

    yield make
    for executor in executors:
        executor.close_sync()


@pytest.fixture
def jobs():
    def make(n=4, rollouts=2, split="train"):
        return [Job("sums", split, index, rollout) for index in range(n) for rollout in range(rollouts)]

    return make

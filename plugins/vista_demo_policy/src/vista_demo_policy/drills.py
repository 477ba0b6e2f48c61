"""Drills in reading a table: text only, before the policy sees its first demonstration.

A model of this size copies the *right* value from an observation only after it has found the pattern "what followed
this name before"; until then it copies some value of the table. Drills that ask for nothing else get it there in
some hundred steps, and demonstrations alone do not. They teach no strategy and no format: what a drill asks for is
always in its text.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np
import torch
from torch.nn.functional import cross_entropy
from vista_tasks_synthetic.names import NAMES

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast

QUERIES = 8
"""Questions to one table; with fewer, recall forms late."""
MAX_ROWS = 6


@dataclass(frozen=True, slots=True)
class Drill:
    """A text as ids, with the tokens that have to be predicted marked."""

    ids: list[int]
    asked: list[bool]


class Drills:
    """Makes drills.

    Args:
        tokenizer: of the policy.
        rng: source of all randomness.
    """

    def __init__(self, tokenizer: "PreTrainedTokenizerFast", rng: np.random.Generator) -> None:
        self._tokenizer, self._rng = tokenizer, rng

    def recall(self, rows: int) -> Drill:
        """A table of 2 to `rows` rows, then names whose values are asked for."""
        names, values, ids = self._table(rows)
        asked = [False] * len(ids)
        for _ in range(QUERIES):
            row = int(self._rng.integers(len(names)))
            ids += self._encode(f"{names[row]} {values[row]}")
            asked += [False, True]
        return Drill(ids, asked)

    def copy(self, rows: int) -> Drill:
        """A question, a table, and an answer in the question's words with the table's values; or other copying."""
        names, values, table = self._table(rows, low=-99, high=199)
        if self._rng.random() < 0.5:
            return self._copied(names, values, table)
        ids, asked = list(table), [False] * len(table)
        for _ in range(QUERIES):
            if self._rng.random() < 0.15:
                listed = self._encode(f"max({', '.join(map(str, values))})")
                asked += [False] + [True] * (len(listed) - 1)
            else:
                row = int(self._rng.integers(len(names)))
                listed = self._encode(f"{names[row]} {values[row]}")
                asked += [False, True]
            ids += listed
        return Drill(ids, asked)

    def _copied(self, names: Sequence[str], values: Sequence[int], table: list[int]) -> Drill:
        first, second = (int(row) for row in self._rng.choice(len(names), 2, replace=False))
        word, sign = (("minus", "-"), ("plus", "+"))[int(self._rng.integers(2))]
        question = self._encode(f"What is the value of {names[first]} {word} {names[second]}?")
        echo = self._encode(
            f"value of {names[first]} {values[first]} {word} {names[second]} {values[second]}"
            f'"{values[first]} {sign} {values[second]}"'
        )
        ids = question + table + echo
        asked = [False] * (len(question) + len(table) + 1) + [True] * (len(echo) - 1)
        for _ in range(2):  # a result is repeated in the thought, and then in the answer
            result = str(int(self._rng.integers(-99, 199)))
            for text in (result, f"<think>{result}", f"</think><answer>{result}"):
                piece = self._encode(text)
                ids += piece
                asked += [False] * (len(piece) - 1) + [text != result]
        return Drill(ids, asked)

    def _table(self, rows: int, low: int = -96, high: int = 99) -> tuple[list[str], list[int], list[int]]:
        count = int(self._rng.integers(2, rows + 1))
        names = [str(name) for name in self._rng.choice(NAMES, count, replace=False)]
        values = [int(value) for value in self._rng.integers(low, high, count)]
        lines = "".join(f"{name} {value}\n" for name, value in zip(names, values, strict=True))
        return names, values, self._encode(lines)

    def _encode(self, text: str) -> list[int]:
        return list(self._tokenizer.encode(text, add_special_tokens=False))


def practise(
    model: "PreTrainedModel",
    tokenizer: "PreTrainedTokenizerFast",
    seed: int,
    *,
    recall_steps: int = 1000,
    copy_steps: int = 500,
    batch_size: int = 32,
    learning_rate: float = 1e-3,
    report: Callable[[str], None] = print,
) -> int:
    """Drills a model: recall from two rows up to six, each until nine in ten are right, then copying.

    The learning rate matters: at 3e-3 no run left the first plateau.

    Args:
        model: changed in place.
        tokenizer: of the model.
        seed: of the drills.
        recall_steps: most steps of recall.
        copy_steps: steps of copying.
        batch_size: drills a step.
        learning_rate: after 30 steps of warm-up.
        report: told how it goes every 50 steps.

    Returns:
        Steps taken.

    Raises:
        RuntimeError: recall was not learnt within its steps; try another seed.
    """
    drills = Drills(tokenizer, np.random.default_rng(seed))
    optimiser = torch.optim.AdamW(model.parameters(), lr=learning_rate, betas=(0.9, 0.95), weight_decay=0.01)
    warmup = torch.optim.lr_scheduler.LambdaLR(optimiser, lambda step: min(1.0, (step + 1) / 30))
    model.train()
    rows, right, step = 2, 0.0, 0
    while rows <= MAX_ROWS:
        if step == recall_steps:
            raise RuntimeError(
                f"Recall is not learnt after {step} steps ({rows} rows, {right:.2f} right): another seed?"
            )
        loss, share = _step(model, [drills.recall(rows) for _ in range(batch_size)], tokenizer, optimiser, warmup)
        right = 0.9 * right + 0.1 * share
        if step % 50 == 0:
            report(f"recall {step}: {rows} rows, loss {loss:.2f}, right {right:.2f}")
        if right > 0.9:
            rows, right = rows + 1, 0.5
        step += 1
    for number in range(copy_steps):
        loss, share = _step(model, [drills.copy(MAX_ROWS) for _ in range(batch_size)], tokenizer, optimiser, warmup)
        right = 0.9 * right + 0.1 * share
        if number % 50 == 0 or number == copy_steps - 1:
            report(f"copy {number}: loss {loss:.2f}, right {right:.2f}")
    return step + copy_steps


def _step(
    model: Any, batch: Sequence[Drill], tokenizer: Any, optimiser: torch.optim.Optimizer, warmup: Any
) -> tuple[float, float]:
    """One optimiser step; returns the loss and the share of asked tokens that were predicted right."""
    width = max(len(drill.ids) for drill in batch)
    ids = torch.full((len(batch), width), tokenizer.pad_token_id)
    mask, asked = torch.zeros_like(ids), torch.zeros_like(ids, dtype=torch.bool)
    for row, drill in enumerate(batch):
        ids[row, : len(drill.ids)] = torch.tensor(drill.ids)
        asked[row, : len(drill.ids)] = torch.tensor(drill.asked)
        mask[row, : len(drill.ids)] = 1
    logits = model(input_ids=ids, attention_mask=mask).logits[:, :-1][asked[:, 1:]]
    targets = ids[:, 1:][asked[:, 1:]]
    loss = cross_entropy(logits, targets)
    optimiser.zero_grad()
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimiser.step()
    warmup.step()
    return loss.item(), (logits.argmax(-1) == targets).float().mean().item()

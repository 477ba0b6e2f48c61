"""Keyed randomness: every random number of a rollout is a function of what it is for, never of global state.

A stream is named by a key such as `(run seed, "policy", task, split, sample key, rollout, turn)`. Its bits come from
numpy's Philox, a counter-based generator, keyed by the sha256 of that key. So a row draws the same numbers alone or in
any batch, in any order, on any machine, before or after a restart.

`KeyedSampler` (torch) turns one uniform per row and step into a token by the inverse of the distribution function.
"""

import hashlib
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    import torch

Key = Sequence[str | int]


def stream(*key: str | int) -> np.random.Generator:
    """A generator that depends on `key` only.

    Args:
        *key: strings and whole numbers; `1` and `"1"` are different keys.

    Example:
        >>> float(stream(0, "policy", "chart/7", 0, 1).random()) == float(stream(0, "policy", "chart/7", 0, 1).random())
        True
    """
    text = json.dumps([str(part) if isinstance(part, str) else int(part) for part in key], ensure_ascii=True)
    digest = hashlib.sha256(text.encode()).digest()
    return np.random.Generator(np.random.Philox(key=np.frombuffer(digest[:16], dtype="<u8")))


def uniforms(key: Key, n: int) -> NDArray[np.float64]:
    """The first `n` numbers of a stream, float64 of shape `(n,)` in [0, 1); a shorter draw is a prefix of a longer."""
    return stream(*key).random(n)


def choice(key: Key, weights: dict[str, float]) -> str:
    """Draws a name with probability proportional to its weight (used to mix the habits of scripted experts)."""
    names = sorted(weights)
    edges = np.cumsum([weights[name] for name in names])
    if not names or edges[-1] <= 0 or min(weights.values()) < 0:
        raise ValueError(f"weights must be >= 0 and not all zero, got {weights}")
    return names[int(np.searchsorted(edges, uniforms(key, 1)[0] * edges[-1], side="right"))]


class KeyedSampler:
    """A logits processor that has already chosen: it leaves one finite score per row, the sampled token's.

    Given to `model.generate(do_sample=False, logits_processor=[sampler])`: arg-max then takes the chosen token and no
    global random state is read. Log-probabilities of the chosen tokens are kept: `log_softmax(logits / temperature)`
    over the whole vocabulary, before suppression and `top_p`, which is what TRL recomputes in its loss.

    Args:
        keys: one stream key for each of the B rows.
        temperatures: B temperatures; 0 is greedy (and its log-probabilities are those at temperature 1).
        steps: most tokens that will be asked for.
        suppress: token ids that are never chosen.
        top_p: keep the smallest set of tokens whose probability reaches this; 1 keeps all.
    """

    def __init__(
        self,
        keys: Sequence[Key],
        temperatures: Sequence[float],
        steps: int,
        suppress: Sequence[int] = (),
        top_p: float = 1.0,
    ) -> None:
        import torch

        if not 0 < top_p <= 1:
            raise ValueError(f"top_p must be in (0, 1], got {top_p}")
        if min(temperatures) < 0:
            raise ValueError(f"temperature must be >= 0, got {min(temperatures)}")
        greedy = [t == 0 for t in temperatures]
        draws = [np.zeros(steps) if g else uniforms(key, steps) for key, g in zip(keys, greedy, strict=True)]
        self._u = torch.from_numpy(np.stack(draws))
        self._all_greedy = all(greedy)
        self._greedy = torch.tensor(greedy).unsqueeze(1)
        self._divisor = torch.tensor([t or 1.0 for t in temperatures], dtype=torch.float32).unsqueeze(1)
        self._suppress = torch.tensor(sorted(set(suppress)), dtype=torch.long)
        self._top_p = top_p
        self._logprobs = torch.zeros(len(keys), steps, dtype=torch.float32)
        self._step = 0

    def __call__(self, input_ids: "torch.Tensor", scores: "torch.Tensor") -> "torch.Tensor":
        """Chooses the next token of each row; `scores` are raw logits of shape `(B, V)`."""
        import torch

        step, self._step = self._step, self._step + 1
        if step == 0:
            for name in ("_u", "_greedy", "_divisor", "_suppress", "_logprobs"):
                setattr(self, name, getattr(self, name).to(scores.device))
        raw = torch.log_softmax(scores.float() / self._divisor, dim=-1)
        allowed = raw.index_fill(1, self._suppress, float("-inf"))
        if self._all_greedy:
            chosen = allowed.argmax(dim=-1, keepdim=True)
        else:
            drawn = inverse_cdf(_nucleus(allowed.double().exp(), self._top_p), self._u[:, step : step + 1])
            chosen = torch.where(self._greedy, allowed.argmax(dim=-1, keepdim=True), drawn)
        self._logprobs[:, step] = raw.gather(1, chosen).squeeze(1)
        return torch.full_like(scores, float("-inf")).scatter_(1, chosen, 0.0)

    def logprobs(self, row: int) -> NDArray[np.float32]:
        """Log-probabilities of the tokens chosen for a row so far, float32 of shape `(steps so far,)`."""
        return np.asarray(self._logprobs[row, : self._step].cpu().numpy(), dtype=np.float32)


def inverse_cdf(weights: "torch.Tensor", u: "torch.Tensor") -> "torch.Tensor":
    """Index drawn from each row of unnormalised float64 `weights` `(B, V)` by uniforms `u` `(B, 1)`; `(B, 1)`."""
    import torch

    cdf = weights.cumsum(dim=-1)
    total = cdf[:, -1:]
    index = torch.searchsorted(cdf, u * total, right=True)
    # Rounding can lift u * total to the total: the last token with any weight is meant, not one beyond it.
    return torch.minimum(index, (cdf < total).sum(dim=-1, keepdim=True))


def _nucleus(probabilities: "torch.Tensor", top_p: float) -> "torch.Tensor":
    """Zeroes all but the smallest set of tokens of each row that holds `top_p` of its weight."""
    import torch

    if top_p >= 1:
        return probabilities
    ordered, order = probabilities.sort(dim=-1, descending=True, stable=True)
    before = ordered.cumsum(dim=-1) - ordered
    kept = torch.where(before < top_p * ordered.sum(dim=-1, keepdim=True), ordered, 0.0)
    return torch.zeros_like(probabilities).scatter_(1, order, kept)

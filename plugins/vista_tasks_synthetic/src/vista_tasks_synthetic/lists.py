"""Tasks about named numbers: what charts and tables (and maps, invoices, ...) share."""

from abc import abstractmethod
from itertools import chain
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

from vista_core import Expert, PluginError

from vista_tasks_synthetic.base import SyntheticTask
from vista_tasks_synthetic.expert import Guesser, ListExpert
from vista_tasks_synthetic.keyed import between, chance, generator, pick, pick_several
from vista_tasks_synthetic.names import NAMES
from vista_tasks_synthetic.questions import KINDS, ROUNDED, Question, Scope, ask

if TYPE_CHECKING:
    import numpy as np

C = TypeVar("C")


class ListTask(SyntheticTask[C]):
    """Base of tasks whose pictures can be read as lists of named numbers.

    Attributes:
        reader: the tool that an expert reads the picture with, and its arguments.
    """

    all_kinds = KINDS
    reader: ClassVar[tuple[str, dict[str, Any]]]

    @abstractmethod
    def scopes(self, content: C) -> tuple[list[Scope], list[Scope]]:
        """Return the lists that questions may be about: the common ones, and the rarer ones (often none)."""

    def ask(self, content: C, turn: int, rng: "np.random.Generator") -> Question:
        """Ask a question of the kind whose turn it is, of a random list; what the numbers do not allow is passed over.

        Raises:
            PluginError: the numbers allow none of the kinds.
        """
        common, rare = (pick_several(rng, scopes, len(scopes)) for scopes in self.scopes(content))
        ordered = tuple(chain(rare, common) if chance(rng, 0.35) else chain(common, rare))
        wordings = 1 if self.config.level == 1 else 9
        for step in range(len(self.kinds)):
            kind = self.kinds[(turn + step) % len(self.kinds)]
            for scope in ordered:
                question = ask(scope, kind, rng, wordings)
                if question is not None:
                    return question
        raise PluginError(f"none of the kinds {', '.join(self.kinds)} can be asked of this picture of {self.name}")

    def allowed(self, content: C) -> bool:
        """Return whether the numbers allow at least one of the kinds."""
        try:
            self.ask(content, 0, generator("any"))
        except PluginError:
            return False
        return True

    def solver(self, question: Question) -> Expert:
        """Return the expert that reads the picture with the family's tool and calculates with `calculator`."""
        tool, arguments = self.reader
        return ListExpert(question.plan, tool, dict(arguments))

    def guess(self, question: Question, rng: "np.random.Generator") -> Expert:
        """Return the expert that answers without looking: a random answer that looks right for the kind."""
        kind = question.kind
        if kind.startswith("which"):
            return Guesser(pick(rng, NAMES))
        ranges = {"difference": (-98, 98), "sum": (2, 198), "count_above": (0, 6), "total": (60, 300)}
        low, high = ranges.get(kind, (1, 99))
        return Guesser(f"{rng.uniform(low, high):.2f}" if kind in ROUNDED else str(between(rng, low, high)))

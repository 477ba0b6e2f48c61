"""Going on from a checkpoint: the weights that were saved are the weights that are loaded."""

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from transformers import Trainer as _Base
else:
    _Base = object


class LoadsWeights(_Base):
    """A mixin for transformers' Trainer, before it in the list of bases.

    `save_pretrained` writes a vision-language model's weights under the names of the hub's checkpoints, which are not
    the names of its parameters. transformers' Trainer (5.23) reads a checkpoint back with a plain, lenient
    `load_state_dict`: no name fits, nothing is loaded, and training goes on from the first weights with a warning.
    Here the model's own `from_pretrained` translates the names, and every parameter has to be there.
    """

    def _load_from_checkpoint(self, resume_from_checkpoint: str, model: Any = None) -> None:
        from transformers import PreTrainedModel

        model = self.model if model is None else model
        if self.is_fsdp_enabled or not isinstance(model, PreTrainedModel):
            super()._load_from_checkpoint(resume_from_checkpoint, model)  # sharded weights, and adapters, have own ways
            return
        saved = type(model).from_pretrained(resume_from_checkpoint, dtype=model.dtype)
        model.load_state_dict(saved.state_dict(), strict=True)

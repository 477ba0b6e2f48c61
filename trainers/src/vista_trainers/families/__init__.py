"""Model families: everything that differs between a Qwen-VL and an InternVL, behind one interface."""

import importlib
from typing import Any

from vista_core import PluginError

from vista_trainers.families.base import ModelFamily, Rendered

# transformers' model_type -> class of the family. Strings, so that nothing heavy is imported before it is needed.
FAMILIES = {
    "qwen2_vl": "vista_trainers.families.qwen_vl:QwenVLFamily",
    "qwen2_5_vl": "vista_trainers.families.qwen_vl:QwenVLFamily",
    "qwen3_vl": "vista_trainers.families.qwen_vl:QwenVLFamily",
    "internvl": "vista_trainers.families.internvl:InternVLFamily",
}


def load_family(path: str, **options: Any) -> ModelFamily:
    """Loads the family (tokenizer and processor, not the weights) that fits a checkpoint.

    Args:
        path: folder or hub name of a checkpoint.
        **options: given to the family's `from_pretrained` (`trust_remote_code`, `coordinates`, ...).

    Raises:
        PluginError: no family knows this model type.
    """
    from transformers import AutoConfig

    config = AutoConfig.from_pretrained(path, trust_remote_code=options.get("trust_remote_code", False))
    target = FAMILIES.get(config.model_type)
    if target is None:
        raise PluginError(
            f"{path} is a model of type {config.model_type!r}; vista-trainers knows {', '.join(sorted(FAMILIES))}. "
            "Pass a ModelFamily of your own to HFPolicy.from_model."
        )
    module, _, name = target.partition(":")
    family: type[ModelFamily] = getattr(importlib.import_module(module), name)
    return family.from_pretrained(path, **options)


__all__ = ["FAMILIES", "ModelFamily", "Rendered", "load_family"]

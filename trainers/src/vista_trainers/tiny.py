"""Tiny vision-language models of real families, for demos, tests and learning experiments on a CPU.

The architecture, the processor and the checkpoint files are those of the big ones: what trains a tiny policy trains the
8B model by another recipe. Two things are made for smallness: the vocabulary holds whole phrases, names and numbers as
single tokens (copying a value from an observation is then one attention step), and the initial weights are scaled so
that this copying is learnt in a few hundred steps.
"""

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any, Literal

from pydantic import BaseModel, ConfigDict, Field

if TYPE_CHECKING:
    from transformers import PreTrainedModel, PreTrainedTokenizerFast, ProcessorMixin

TAGS = ("<think>", "</think>", "<tool_call>", "</tool_call>", "<answer>", "</answer>")
"""The protocol's tags: one token each, but not special, so that decoding keeps them."""

QWEN_SPECIAL = (
    "<|endoftext|>", "<|im_start|>", "<|im_end|>",
    "<|vision_start|>", "<|vision_end|>", "<|image_pad|>", "<|video_pad|>",
)  # fmt: skip
INTERNVL_SPECIAL = ("<|endoftext|>", "<|im_start|>", "<|im_end|>", "<img>", "</img>", "<IMG_CONTEXT>", "<video>")

_TEMPLATE = (
    "{%- for message in messages -%}<|im_start|>{{ message['role'] }}\n"
    "{% if message['content'] is string %}{{ message['content'] }}"
    "{%- else %}{%- for part in message['content'] %}"
    "{%- if part['type'] == 'image' %}@PICTURE@{% else %}{{ part['text'] }}{% endif %}{%- endfor %}{%- endif %}"
    "<|im_end|>\n"
    "{% endfor %}{%- if add_generation_prompt %}<|im_start|>assistant\n{% endif %}"
)


class TinyConfig(BaseModel):
    """Sizes of a tiny model.

    The default Qwen2.5-VL has 0.8 million parameters, and takes a picture as at most 16 placeholders.
    """

    model_config = ConfigDict(extra="forbid")

    family: Literal["qwen_vl", "internvl"] = "qwen_vl"
    hidden: int = Field(128, description="width of the language model")
    layers: int = 2
    heads: int = 4
    vision_hidden: int = 64
    vision_layers: int = 2
    image_size: int = Field(112, description="pixels of a picture's side, as the model sees it; a multiple of 28")
    residual_scale: float = Field(0.2, description="factor on the weights that write into the residual stream")
    seed: int = 0


def build_tokenizer(
    words: Iterable[str], phrases: Iterable[str] = (), special: Sequence[str] = QWEN_SPECIAL
) -> "PreTrainedTokenizerFast":
    """Builds a tokenizer that can write any text, and some texts in very few tokens.

    A Unigram model in which every piece costs the same picks the fewest pieces. Single characters and bytes make
    everything else representable. A word is one token wherever it stands, because it always carries a leading space:
    where a text begins with it, or it follows a line break, a quotation mark or a bracket, a space is put before it.
    `encode(decode(ids)) == ids`, and decoding adds or drops nothing but those spaces.

    Args:
        words: names and numbers; the tokens of ` word`.
        phrases: pieces of text that become one token each, exactly as written.
        special: special tokens; the second must open a message and the third must end it.

    Returns:
        A tokenizer without chat template.
    """
    from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers
    from transformers import PreTrainedTokenizerFast

    words = list(dict.fromkeys(words))
    characters = [*map(chr, range(32, 127)), "\n"]
    pieces = dict.fromkeys([*phrases, *(f" {word}" for word in words), *characters])
    # A byte costs more than a character, so that bytes are used for what nothing else can write.
    vocabulary = [("<unk>", -20.0), *((f"<0x{byte:02X}>", -6.0) for byte in range(256))]
    tokenizer = Tokenizer(models.Unigram([*vocabulary, *((piece, -1.0) for piece in pieces)], 0, byte_fallback=True))
    alphabetic = "|".join(sorted((word for word in words if word[-1:].isalpha()), key=len, reverse=True))
    # A look-behind that forbids all other characters also holds at the beginning of a text.
    before_word = rf"(?<![^\n\"(\[])(?=-?\d|(?:{alphabetic})\b)" if alphabetic else r"(?<![^\n\"(\[])(?=-?\d)"
    tokenizer.normalizer = normalizers.Replace(Regex(before_word), " ")
    tokenizer.decoder = decoders.Sequence([decoders.ByteFallback(), decoders.Fuse()])
    tokenizer.add_special_tokens([AddedToken(token, special=True, normalized=False) for token in special])
    tokenizer.add_tokens([AddedToken(tag, special=False, normalized=False) for tag in TAGS])
    return PreTrainedTokenizerFast(
        tokenizer_object=tokenizer,
        pad_token=special[0],
        eos_token=special[2],
        unk_token="<unk>",
        clean_up_tokenization_spaces=False,
    )


def build_processor(config: TinyConfig, words: Iterable[str], phrases: Iterable[str] = ()) -> "ProcessorMixin":
    """Builds the family's own processor around `build_tokenizer` and the family's own image processor."""
    if config.family == "qwen_vl":
        return _qwen_processor(config, words, phrases)
    return _internvl_processor(config, words, phrases)


def build_model(config: TinyConfig, processor: "ProcessorMixin") -> "PreTrainedModel":
    """Builds a randomly initialised model whose vocabulary is the processor's.

    Weights have standard deviation 1/sqrt(hidden), and those that write into the residual stream a fifth of it: with
    the usual 0.02 a model of this size stays long on the plateau where it copies some value instead of the right one.
    """
    import torch
    from transformers import GenerationConfig

    special = QWEN_SPECIAL if config.family == "qwen_vl" else INTERNVL_SPECIAL
    ids = dict(zip(special, processor.tokenizer.convert_tokens_to_ids(list(special)), strict=True))
    state = torch.random.get_rng_state()
    torch.manual_seed(config.seed)
    try:
        model = (_qwen_model if config.family == "qwen_vl" else _internvl_model)(config, processor, ids)
    finally:
        torch.random.set_rng_state(state)
    with torch.no_grad():
        for name, weight in model.named_parameters():
            if name.endswith(("o_proj.weight", "down_proj.weight")):
                weight.mul_(config.residual_scale)
    model.generation_config = GenerationConfig(eos_token_id=ids["<|im_end|>"], pad_token_id=ids["<|endoftext|>"])
    return model


def _qwen_processor(config: TinyConfig, words: Iterable[str], phrases: Iterable[str]) -> "ProcessorMixin":
    from transformers import Qwen2_5_VLProcessor, Qwen2VLImageProcessor, Qwen2VLVideoProcessor

    tokenizer = build_tokenizer(words, phrases, QWEN_SPECIAL)
    size = {"shortest_edge": (config.image_size // 2) ** 2, "longest_edge": config.image_size**2}
    images = Qwen2VLImageProcessor(size=size, patch_size=14, merge_size=2, temporal_patch_size=2)
    template = _TEMPLATE.replace("@PICTURE@", "<|vision_start|><|image_pad|><|vision_end|>")
    return Qwen2_5_VLProcessor(images, tokenizer, Qwen2VLVideoProcessor(), chat_template=template)


def _qwen_model(config: TinyConfig, processor: Any, ids: dict[str, int]) -> "PreTrainedModel":
    from transformers import Qwen2_5_VLConfig, Qwen2_5_VLForConditionalGeneration

    pairs = config.hidden // config.heads // 2  # rotary pairs of a head, shared out over time, height and width
    return Qwen2_5_VLForConditionalGeneration(
        Qwen2_5_VLConfig(
            text_config={
                **_text_sizes(config, processor),
                "rope_parameters": {
                    "rope_type": "default",
                    "rope_theta": 10_000.0,
                    "mrope_section": [pairs - 2 * (3 * pairs // 8), 3 * pairs // 8, 3 * pairs // 8],
                },
                "bos_token_id": None,
                "eos_token_id": ids["<|im_end|>"],
                "pad_token_id": ids["<|endoftext|>"],
            },
            vision_config={
                "depth": config.vision_layers,
                "hidden_size": config.vision_hidden,
                "intermediate_size": 2 * config.vision_hidden,
                "num_heads": config.heads,
                "patch_size": 14,
                "spatial_merge_size": 2,
                "out_hidden_size": config.hidden,
                "window_size": 112,
                "fullatt_block_indexes": [config.vision_layers - 1],
                "initializer_range": config.hidden**-0.5,
            },
            image_token_id=ids["<|image_pad|>"],
            video_token_id=ids["<|video_pad|>"],
            vision_start_token_id=ids["<|vision_start|>"],
            vision_end_token_id=ids["<|vision_end|>"],
            tie_word_embeddings=True,
            initializer_range=config.hidden**-0.5,
        )
    )


def _internvl_processor(config: TinyConfig, words: Iterable[str], phrases: Iterable[str]) -> "ProcessorMixin":
    from transformers import GotOcr2ImageProcessor, InternVLProcessor, InternVLVideoProcessor

    tokenizer = build_tokenizer(words, phrases, INTERNVL_SPECIAL)
    names = {
        "start_image_token": "<img>",
        "end_image_token": "</img>",
        "context_image_token": "<IMG_CONTEXT>",
        "video_token": "<video>",
    }
    # The processor looks for these as attributes of the tokenizer; given so, they are saved with it.
    tokenizer._set_model_specific_special_tokens(special_tokens=names)
    side = {"height": config.image_size, "width": config.image_size}
    return InternVLProcessor(
        GotOcr2ImageProcessor(size=side, min_patches=1, max_patches=1),
        tokenizer,
        InternVLVideoProcessor(size=side),
        image_seq_length=(config.image_size // 28) ** 2,
        chat_template=_TEMPLATE.replace("@PICTURE@", "<IMG_CONTEXT>\n"),
    )


def _internvl_model(config: TinyConfig, processor: Any, ids: dict[str, int]) -> "PreTrainedModel":
    from transformers import InternVLConfig, InternVLForConditionalGeneration

    return InternVLForConditionalGeneration(
        InternVLConfig(
            text_config={
                **_text_sizes(config, processor),
                "model_type": "qwen2",
                "rope_parameters": {"rope_type": "default", "rope_theta": 10_000.0},
                "bos_token_id": None,
                "eos_token_id": ids["<|im_end|>"],
                "pad_token_id": ids["<|endoftext|>"],
            },
            vision_config={
                "hidden_size": config.vision_hidden,
                "num_hidden_layers": config.vision_layers,
                "num_attention_heads": config.heads,
                "intermediate_size": 2 * config.vision_hidden,
                "image_size": config.image_size,
                "patch_size": 14,
                "initializer_range": config.hidden**-0.5,
            },
            image_token_id=ids["<IMG_CONTEXT>"],
            image_seq_length=processor.image_seq_length,
            tie_word_embeddings=True,
            initializer_range=config.hidden**-0.5,
        )
    )


def _text_sizes(config: TinyConfig, processor: Any) -> dict[str, Any]:
    return {
        "vocab_size": len(processor.tokenizer),
        "hidden_size": config.hidden,
        "intermediate_size": 3 * config.hidden,
        "num_hidden_layers": config.layers,
        "num_attention_heads": config.heads,
        "num_key_value_heads": config.heads,
        "max_position_embeddings": 4096,
        "tie_word_embeddings": True,
        "initializer_range": config.hidden**-0.5,
    }

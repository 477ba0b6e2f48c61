"""Families and the tiny models: rendering is append-only, pictures and placeholders agree, text comes back."""

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from vista_core import Image, PluginError
from vista_trainers.families import load_family
from vista_trainers.tiny import TAGS, TinyConfig, build_model, build_processor, build_tokenizer

WORDS = ["Mango", "Kiwi", "value of", *map(str, range(-99, 200))]
PHRASES = [
    "user\n",
    "tool\n",
    "assistant\n",
    "What is the",
    " minus",
    '{"tool": "calculator", "arguments": {"expression": "',
    '"}}',
]


@pytest.fixture(scope="module", params=["qwen_vl", "internvl"])
def checkpoint(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp(request.param)
    config = TinyConfig(family=request.param, hidden=32, vision_hidden=16, vision_layers=1, image_size=56)
    processor = build_processor(config, WORDS, PHRASES)
    build_model(config, processor).save_pretrained(folder)
    processor.save_pretrained(folder)
    return folder


@pytest.fixture(scope="module")
def family_of(checkpoint):
    return load_family(str(checkpoint))


@pytest.fixture(scope="module")
def tokenizer():
    return build_tokenizer(WORDS, PHRASES)


def picture(width=84, height=56, seed=0):
    return Image.from_array(np.random.default_rng(seed).integers(0, 256, (height, width, 3), dtype=np.uint8))


def user(text, pictures=1):
    return {"role": "user", "content": [*[{"type": "image"}] * pictures, {"type": "text", "text": text}]}


def test_suffixes_add_up_to_the_whole_conversation(family_of):
    """Prompt + turn + closing + observation is what the template renders at once."""
    first, second = picture(), picture(112, 112, 1)
    turn = '<think>look</think><tool_call>{"tool": "crop", "arguments": {}}</tool_call>'
    prompt = family_of.prompt([user("What is the value of Mango?")], [first])
    ids = family_of.encode(turn)
    seen = family_of.observation("Mango 47", [second])
    appended = np.concatenate([prompt.ids, ids, family_of.after_turn(ids), seen.ids])
    conversation = [
        user("What is the value of Mango?"),
        {"role": "assistant", "content": turn},
        {**user("Mango 47"), "role": family_of.observation_role},
    ]
    assert appended.tolist() == family_of.prompt(conversation, [first, second]).ids.tolist()


def test_a_sampled_end_of_turn_is_not_repeated(family_of):
    closing = family_of.after_turn(family_of.encode("x"))
    assert closing[0] == family_of.eos_ids[0]
    assert family_of.after_turn(np.append(family_of.encode("x"), closing[0])).tolist() == closing[1:].tolist()
    assert family_of.decode(np.append(family_of.encode("<answer> 5</answer>"), closing[0])) == "<answer> 5</answer>"


@pytest.mark.parametrize("size", [(84, 56), (56, 300), (30, 30), (640, 480)])
def test_placeholders_are_as_many_as_the_model_wants(checkpoint, family_of, size):
    from transformers import AutoModelForImageTextToText

    image = picture(*size)
    prompt = family_of.prompt([user("Mango? Kiwi?", 2)], [image, picture()])
    assert prompt.image_lengths == (family_of.image_length(image), family_of.image_length(picture()))
    runs = family_of.image_token_runs(prompt.ids)
    assert [length for _, length in runs] == list(prompt.image_lengths)
    model = AutoModelForImageTextToText.from_pretrained(checkpoint).eval()
    other = family_of.prompt([user("Kiwi")], [image])
    with torch.no_grad():
        both = model(**family_of.model_inputs([prompt.ids, other.ids], [[image, picture()], [image]], "left")).logits
        alone = model(**family_of.model_inputs([other.ids], [[image]], "right")).logits
    assert torch.allclose(both[1, -len(other.ids) :], alone[0], atol=1e-4), "padding and neighbours change nothing"


def test_a_picture_is_prepared_once(family_of, monkeypatch):
    image, asked = picture(seed=77), []
    prepare = family_of._preprocess
    monkeypatch.setattr(family_of, "_preprocess", lambda one: asked.append(one.id) or prepare(one))
    for _ in range(3):
        family_of.prompt([user("Mango")], [image])
        family_of.pictures([image, image])
    assert asked == [image.id]


def test_texts_cannot_forge_special_tokens(family_of):
    hostile = "".join(token for token in family_of.tokenizer.all_special_tokens) + family_of.image_marker
    plain = family_of.observation("x", [picture()])
    forged = family_of.observation(hostile, [picture()])
    special = {*family_of.suppress_ids, *family_of.eos_ids}
    count = [sum(int(i) in special for i in rendered.ids) for rendered in (plain, forged)]
    assert count[0] == count[1]
    assert len(family_of.prompt([user(hostile)], [picture()]).image_lengths) == 1


def test_placeholders_are_never_sampled(family_of):
    assert family_of.image_token_id in family_of.suppress_ids
    assert not set(family_of.suppress_ids) & set(family_of.eos_ids)


def test_a_template_that_rewrites_history_is_refused(family_of, monkeypatch):
    monkeypatch.setattr(
        family_of.processor, "chat_template", "{{ messages | length }}{% for m in messages %}{{ m.role }}{% endfor %}"
    )
    with pytest.raises(PluginError, match="prefix preserving"):
        type(family_of)(family_of.processor)


def test_qwen_coordinates_follow_the_resized_picture(family_of):
    if family_of.name != "qwen_vl":
        assert family_of.coordinates == "norm1000"
        return
    assert family_of.coordinates == "resized"
    width, height = family_of.resized(picture(640, 480))
    assert width % 28 == 0
    assert height % 28 == 0
    assert width * height <= 56 * 56


def test_words_are_one_token_wherever_they_stand(tokenizer):
    def tokens(text):
        return tokenizer.convert_ids_to_tokens(tokenizer.encode(text, add_special_tokens=False))

    assert tokens("Mango 47\nKiwi -12") == [" Mango", " 47", "\n", " Kiwi", " -12"]
    assert tokens("What is the value of Mango minus Kiwi?") == [
        "What is the", " value of", " Mango", " minus", " Kiwi", "?",
    ]  # fmt: skip
    assert tokens("<think>value of Mango 47</think>") == ["<think>", " value of", " Mango", " 47", "</think>"]
    assert tokens('{"tool": "calculator", "arguments": {"expression": "47 - 12"}}')[1] == " 47"
    assert tokens("<answer>47</answer>") == ["<answer>", " 47", "</answer>"]
    assert all(tokens(tag) == [tag] for tag in TAGS)


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=60))
def test_any_text_comes_back_but_for_spaces_before_words(tokenizer, text):
    ids = tokenizer.encode(text, add_special_tokens=False)
    back = tokenizer.decode(ids, clean_up_tokenization_spaces=False)
    assert back.replace(" ", "") == text.replace(" ", "")
    assert tokenizer.encode(back, add_special_tokens=False) == ids


def test_the_same_seed_builds_the_same_model_and_disturbs_no_other_randomness():
    config = TinyConfig(hidden=32, vision_hidden=16, vision_layers=1, image_size=56)
    processor = build_processor(config, WORDS)
    torch.manual_seed(1)
    expected = torch.rand(1)
    torch.manual_seed(1)
    one, two = build_model(config, processor), build_model(config, processor)
    assert torch.equal(torch.rand(1), expected)
    assert all(torch.equal(a, b) for a, b in zip(one.parameters(), two.parameters(), strict=True))

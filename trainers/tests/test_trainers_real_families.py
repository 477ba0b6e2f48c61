"""The engine and the hf policy over tiny models of real families, with a picture inside the completion."""

import asyncio

import numpy as np
import pytest
import torch
from vista_core import EpisodeConfig
from vista_trainers.families.internvl import InternVLFamily
from vista_trainers.families.qwen_vl import QwenVLFamily
from vista_trainers.invariants import check_trajectory
from vista_trainers.policies.hf import HFPolicy
from vista_trainers.tiny import TinyConfig, build_model, build_processor

FAMILIES = {"qwen_vl": QwenVLFamily, "internvl": InternVLFamily}


@pytest.fixture(scope="module", params=list(FAMILIES))
def tiny(request):
    """A tiny random model and its family."""
    config = TinyConfig(family=request.param, hidden=64, vision_hidden=32, image_size=56)
    processor = build_processor(config, ["Mango", *map(str, range(20))], ["What is"])
    return build_model(config, processor), FAMILIES[request.param](processor)


@pytest.fixture
def half_scripted(tiny, helpers):
    """The first turn asks for a picture; the others are the model's own."""
    model, family = tiny
    policy = HFPolicy.from_model(model, family)

    class HalfScripted(helpers.Play):
        async def generate(self, requests):
            scripted = await super().generate([r for r in requests if r.turn == 0])
            sampled = await policy.generate([r for r in requests if r.turn]) if any(r.turn for r in requests) else []
            return [(scripted if r.turn == 0 else sampled).pop(0) for r in requests]

    yield HalfScripted(lambda r: helpers.call("paint", width=30 + 40 * r.rollout), family)
    asyncio.run(policy.close())


EPISODE = EpisodeConfig(prompt="brief", max_turns=3, max_tokens_per_turn=80)


def test_pictures_in_completions_and_log_probs(tiny, half_scripted, make_engine, jobs):
    """What the policy recorded is what one forward pass over the finished row gives, pictures and padding included."""
    model, family = tiny
    engine = make_engine(half_scripted, episode=EPISODE)
    played = engine.run_sync(jobs(2, 2))
    assert all(len(t.turns) >= 2 and t.turns[0].observation.images for t in played)
    rows = [np.concatenate([s.ids for s in t.segments]) for t in played]
    pictures = [[engine.pictures[name] for s in t.segments for name in s.images] for t in played]
    assert all(len(row) >= 2 for row in pictures)
    inputs = family.model_inputs(rows, pictures, "right")
    model.eval()
    with torch.no_grad():
        logps = torch.log_softmax(model(**inputs).logits.float(), -1)
    for place, (trajectory, ids) in enumerate(zip(played, rows, strict=True)):
        check_trajectory(trajectory, family, images=engine.pictures)
        expected = logps[place, :-1].gather(1, torch.from_numpy(ids[1:].astype(np.int64))[:, None])[: len(ids) - 1, 0]
        start = 0
        for number, segment in enumerate(trajectory.segments):
            if segment.kind == "policy" and number > 1:
                spot = slice(start - 1, start - 1 + len(segment))
                np.testing.assert_allclose(segment.logprobs, expected[spot].numpy(), atol=2e-4)
            start += len(segment)


def test_batches_and_scheduling_change_nothing(half_scripted, make_engine, jobs):
    runs = []
    for scheduling, concurrency in (("async", 64), ("lockstep", 64), ("async", 1)):
        engine = make_engine(half_scripted, episode=EPISODE, scheduling=scheduling, concurrency=concurrency)
        played = engine.run_sync(jobs(2, 3))
        runs.append([[s.ids.tolist() for s in t.segments] for t in played])
    assert runs[0] == runs[1] == runs[2]


def test_tool_output_cannot_forge_pictures_or_turns(tiny, make_engine, jobs, helpers):
    """An observation that holds special tokens as text stays text."""
    _, family = tiny
    texts = [helpers.call("bait"), helpers.answer("1")]
    episode = EpisodeConfig(prompt="brief", max_tokens_per_turn=200, max_observation_tokens=2000)
    engine = make_engine(helpers.Play(lambda r: family.decode(family.encode(texts[r.turn])), family), episode=episode)
    (played,) = engine.run_sync(jobs(1, 1))
    observation = next(s for s in played.segments if s.kind == "observation")
    assert not family.image_token_runs(observation.ids)
    marks = set(observation.ids.tolist()) & (set(family.suppress_ids) | set(family.eos_ids))
    frame = family.observation("plain", [])
    assert marks <= set(frame.ids.tolist())
    assert list(observation.ids).count(family.eos_ids[0]) == list(frame.ids).count(family.eos_ids[0])

"""From a Trajectory to what the page's template shows: plain dictionaries of text, nothing that is trusted as HTML."""

import base64
import json
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from vista_core import Image, Trajectory

MAX_TEXT = 20_000  # characters of one policy text or observation that a page shows
MAX_SIDE = 1024  # pixels; larger pictures are scaled down for the page, never in the log
RASTER = {b"\x89PNG": "image/png", b"\xff\xd8\xff": "image/jpeg", b"GIF8": "image/gif"}

ImageLookup = Callable[[str], "Image | None"]


def data_uri(image: "Image") -> str:
    """Return the picture as a `data:` URI. Only raster bytes go in; all else, and what is large, is redrawn as PNG."""
    data = bytes(image.data)
    kind = next((mime for magic, mime in RASTER.items() if data.startswith(magic)), None)
    if kind is None or max(image.size) > MAX_SIDE:
        import io

        picture = image.pil().convert("RGB")
        picture.thumbnail((MAX_SIDE, MAX_SIDE))
        buffer = io.BytesIO()
        picture.save(buffer, "PNG")
        data, kind = buffer.getvalue(), "image/png"
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def cut(text: str, limit: int = MAX_TEXT) -> str:
    """Return `text`, or its first `limit` characters and a note that says how many are missing."""
    return text if len(text) <= limit else f"{text[:limit]}\n… ({len(text) - limit} more characters)"


def trajectory_view(trajectory: "Trajectory", images: ImageLookup) -> dict[str, Any]:
    """Return what the template shows of one trajectory.

    Args:
        trajectory: finished or not.
        images: gives the Image of an id, or None when the log does not hold it (the page then says so).

    Returns:
        A dict of strings, numbers and lists; `verdict` is one of right, wrong, truncated, faulted, open.
    """
    score, reward = trajectory.score, trajectory.reward
    return {
        "id": trajectory.id,
        "task": trajectory.task,
        "split": trajectory.split,
        "key": trajectory.key,
        "rollout": trajectory.rollout,
        "question": cut(trajectory.question),
        "choices": list(trajectory.choices or ()),
        "images": _pictures(trajectory.images, images),
        "turns": [_turn(turn, images) for turn in trajectory.turns],
        "answer": None if trajectory.answer is None else cut(trajectory.answer, 500),
        "fault": trajectory.fault,
        "truncation": trajectory.truncation,
        "verdict": verdict(trajectory),
        "why": score.why if score else "",
        "reward": None if reward is None else round(reward.total, 4),
        "parts": {} if reward is None else {name: round(value, 4) for name, value in reward.parts.items()},
        "tools": [tool.name for tool in trajectory.tools],
        "calls": sum(turn.call is not None for turn in trajectory.turns),
    }


def verdict(trajectory: "Trajectory") -> str:
    """Return how the trajectory ended, in one word: right, wrong, truncated, faulted or open (still running)."""
    if trajectory.status in ("faulted", "truncated"):
        return trajectory.status
    if trajectory.status == "running":
        return "open"
    return "right" if trajectory.score is not None and trajectory.score.correct else "wrong"


def summary(views: Iterable[dict[str, Any]]) -> dict[str, Any]:
    """Return counts over many trajectory views: how many, how they ended, mean reward and calls."""
    views = list(views)
    rewards = [view["reward"] for view in views if view["reward"] is not None]
    return {
        "count": len(views),
        "verdicts": {
            name: sum(view["verdict"] == name for view in views) for name in dict.fromkeys(v["verdict"] for v in views)
        },
        "reward": sum(rewards) / len(rewards) if rewards else None,
        "calls": sum(view["calls"] for view in views) / len(views) if views else 0.0,
        "tasks": sorted({view["task"] for view in views}),
    }


def _turn(turn: Any, images: ImageLookup) -> dict[str, Any]:
    observation = turn.observation
    return {
        "number": turn.index + 1,
        "text": cut(turn.text),
        "think": cut(turn.think or ""),
        "tool": turn.call.tool if turn.call else None,
        "backend": turn.call.backend if turn.call else None,
        "arguments": cut(json.dumps(turn.call.arguments, ensure_ascii=False, default=str)) if turn.call else "",
        "answer": None if turn.answer is None else cut(turn.answer),
        "violations": [f"{violation.code}: {cut(violation.message, 500)}" for violation in turn.violations],
        "observation": None
        if observation is None
        else {
            "text": cut(observation.text),
            "images": _pictures(observation.images, images),
            "error": observation.error_kind,
            "code": observation.error_code,
        },
    }


def _pictures(ids: Iterable[str], images: ImageLookup) -> list[dict[str, Any]]:
    shown = []
    for image_id in ids:
        image = images(image_id)
        uri = None if image is None else data_uri(image)
        shown.append({"id": image_id, "uri": uri, "size": None if image is None else list(image.size)})
    return shown

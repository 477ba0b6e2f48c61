"""`OpenAIPolicy`: any endpoint that speaks OpenAI's chat completions, local or remote."""

import asyncio
import base64
import io
import os
import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pydantic import BaseModel, ConfigDict, Field
from vista_core import Backend, InfrastructureError, PluginError, Remedy

from vista_trainers.policies.base import Policy, SampledTurn, TurnRequest
from vista_trainers.sampling import stream

if TYPE_CHECKING:
    import aiohttp
    from vista_core import Image

_RETRIED = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
_SETUP = frozenset({401, 403, 404})
_STOPS = ("</tool_call>", "</answer>")
_MAGIC = ((b"\x89PNG", "image/png"), (b"\xff\xd8", "image/jpeg"), (b"GIF8", "image/gif"), (b"RIFF", "image/webp"))


class OpenAIConfig(BaseModel):
    """Settings of the `openai` policy."""

    model_config = ConfigDict(extra="forbid")

    model: str = Field(description="the model's name at the endpoint")
    base_url: str = Field("http://127.0.0.1:8000/v1", description="address up to and with /v1")
    api_key_env: str = Field("OPENAI_API_KEY", description="environment variable that holds the key; may be unset")
    temperature: float = Field(1.0, ge=0)
    top_p: float = Field(1.0, gt=0, le=1)
    observation_role: str = Field("user", description="role under which a tool's text is sent")
    send_seed: bool = Field(True, description="send a seed drawn from the sample's key (not every server takes one)")
    send_stop: bool = Field(True, description="ask the server to stop at the closing tags")
    timeout_s: float = Field(120.0, gt=0, description="for one attempt")
    max_retries: int = Field(3, ge=0)
    retry_wait_s: float = Field(0.5, ge=0, description="doubles with every retry")
    concurrency: int = Field(32, ge=1, description="requests in flight")
    extra_body: dict[str, Any] = Field(default_factory=dict, description="further fields of the request's JSON")


class OpenAIPolicy(Policy):
    """A chat endpoint as a policy of text: messages out, text back, no token ids.

    Pictures travel as data URLs. Every wait is finite: an attempt has `timeout_s`, attempts are limited, and when
    they are used up InfrastructureError is raised, which costs that trajectory and is counted as a fault.
    """

    name = "openai"
    Config = OpenAIConfig
    continuous = True

    @classmethod
    def probe(cls, config: OpenAIConfig) -> Remedy | None:
        """None, or that the package it speaks HTTP with is missing; the endpoint is not asked."""
        return Backend("openai", requires=("aiohttp>=3.9",)).probe()

    def __init__(self, **config: Any) -> None:
        super().__init__(**config)
        self._session: aiohttp.ClientSession | None = None
        self._slots: asyncio.Semaphore | None = None

    async def generate(self, requests: Sequence[TurnRequest]) -> list[SampledTurn]:
        """One completion for each request, at most `concurrency` at a time."""
        return list(await asyncio.gather(*(self._complete(request) for request in requests)))

    async def close(self) -> None:
        """Closes the connections."""
        if self._session is not None:
            await self._session.close()
            self._session = None

    async def _complete(self, request: TurnRequest) -> SampledTurn:
        if self._slots is None:
            self._slots = asyncio.Semaphore(self.config.concurrency)
        async with self._slots:
            reply = await self._post(self._body(request))
        try:
            choice = reply["choices"][0]
            text = choice["message"]["content"] or ""
            reason = choice.get("finish_reason")
        except (KeyError, IndexError, TypeError) as error:
            raise InfrastructureError(f"{self.config.base_url} gave no chat completion: {str(reply)[:200]}") from error
        if reason == "length":
            return SampledTurn.of_text(text, "length")
        # Some servers (vLLM) say which stop string it was, and null for the end-of-turn token: then nothing is missing.
        if self.config.send_stop and choice.get("stop_reason", "unknown") is not None:
            text = close_tag(text)
        return SampledTurn.of_text(cut(text))

    def _body(self, request: TurnRequest) -> dict[str, Any]:
        config = self.config
        body: dict[str, Any] = {
            "model": config.model,
            "messages": chat_messages(request.messages, request.images, config.observation_role),
            "max_tokens": request.max_new_tokens,
            "temperature": request.temperature,
            "top_p": config.top_p,
        }
        if config.send_stop:
            body["stop"] = list(_STOPS)
        if config.send_seed:
            body["seed"] = int(stream(*request.stream_key).integers(2**31))
        body.update(config.extra_body)
        return body

    async def _post(self, body: dict[str, Any]) -> Any:
        config, failure = self.config, ""
        for attempt in range(config.max_retries + 1):
            if attempt:
                await asyncio.sleep(config.retry_wait_s * 2 ** (attempt - 1))
            try:
                return await self._attempt(body)
            except _Retry as error:
                failure = str(error)
        raise InfrastructureError(
            f"{config.base_url} did not answer after {config.max_retries + 1} attempts: {failure}. "
            "Is the server up, and are policy.config.timeout_s and concurrency right for it?"
        )

    async def _attempt(self, body: dict[str, Any]) -> Any:
        import aiohttp

        config = self.config
        if self._session is None:
            key = os.environ.get(config.api_key_env, "")
            headers = {"Authorization": f"Bearer {key}"} if key else {}
            self._session = aiohttp.ClientSession(headers=headers, timeout=aiohttp.ClientTimeout(config.timeout_s))
        try:
            async with self._session.post(f"{config.base_url.rstrip('/')}/chat/completions", json=body) as response:
                if response.status == 200:
                    return await response.json(content_type=None)
                problem = f"HTTP {response.status}: {(await response.text())[:200]}"
        except (aiohttp.ClientError, TimeoutError, ValueError) as error:
            raise _Retry(f"{type(error).__name__} {error}".strip()) from error
        if response.status in _RETRIED:
            raise _Retry(problem)
        if response.status in _SETUP:
            raise PluginError(
                f"policy openai (vista-trainers): {config.base_url} refused model {config.model!r}: {problem}. "
                f"Check policy.config.base_url, policy.config.model and the key in ${config.api_key_env}."
            )
        raise InfrastructureError(f"{config.base_url} refused the request: {problem}")


class _Retry(Exception):
    """An attempt failed in a way that may pass."""


def chat_messages(
    messages: Sequence[Mapping[str, Any]], images: Sequence["Image"], observation_role: str = "user"
) -> list[dict[str, Any]]:
    """The conversation as a chat endpoint reads it: picture parts become data URLs, in order.

    Args:
        messages: `{"role", "content"}`; a content is a string or parts of type text and image.
        images: one for each image part.
        observation_role: what the role `tool` becomes. Our calls are text inside a turn, so the endpoint knows of no
            call id that its own `tool` role would need.

    Raises:
        ValueError: the picture parts and the pictures do not pair up.
    """
    left = list(images)
    result = []
    for message in messages:
        content = message["content"]
        if not isinstance(content, str):
            content = [_part(part, left) for part in content]
        role = observation_role if message["role"] == "tool" else message["role"]
        result.append({"role": role, "content": content})
    if left:
        raise ValueError(f"{len(left)} pictures have no place in the messages")
    return result


def _part(part: Mapping[str, Any], images: "list[Image]") -> dict[str, Any]:
    if part["type"] != "image":
        return {"type": "text", "text": part["text"]}
    if not images:
        raise ValueError("the messages have more picture places than there are pictures")
    return {"type": "image_url", "image_url": {"url": data_url(images.pop(0))}}


def data_url(image: "Image") -> str:
    """A picture as a data URL: its stored bytes, or a PNG where endpoints do not read the format."""
    data = image.data
    kind = next((mime for magic, mime in _MAGIC if data.startswith(magic)), None)
    if kind is None:
        buffer = io.BytesIO()
        image.pil().save(buffer, "PNG")
        kind, data = "image/png", buffer.getvalue()
    return f"data:{kind};base64,{base64.b64encode(data).decode()}"


def cut(text: str) -> str:
    """What comes before the end of the first closing tag, with the tag; all of it where there is none."""
    ends = [text.find(stop) + len(stop) for stop in _STOPS if stop in text]
    return text[: min(ends)] if ends else text


def close_tag(text: str) -> str:
    """Puts back the closing tag that a server leaves out when it stops at it (OpenAI's own do)."""
    last = None
    for match in re.finditer(r"<(/?)(tool_call|answer)>", text):
        last = match
    return text if last is None or last.group(1) else f"{text}</{last.group(2)}>"

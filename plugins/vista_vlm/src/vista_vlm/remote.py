"""`RemoteChat`: a model behind an OpenAI-compatible endpoint."""

import asyncio
import os
from typing import Any

from vista_core import InfrastructureError, PluginError, ToolFailed

from vista_vlm.config import VLMConfig
from vista_vlm.prompt import Prompt, data_url

_RETRIED = frozenset({408, 409, 425, 429, 500, 502, 503, 504})
_SETUP = frozenset({401, 403, 404})
_FIRST_WAIT_S = 0.25  # doubles with every retry


class RemoteChat:
    """Asks an endpoint for chat completions.

    Args:
        config: with `base_url` and `model`; the backend's probe has looked at them.
    """

    def __init__(self, config: VLMConfig) -> None:
        self.config = config

    async def ask(self, prompt: Prompt, time_left: float) -> str:
        """One completion.

        Args:
            prompt: what is asked.
            time_left: seconds of the call; an attempt waits no longer, nor longer than `timeout_s`.

        Raises:
            InfrastructureError: the endpoint cannot be reached, does not answer in time, or answers nonsense.
            PluginError: it refuses the key, or knows no such model.
            ToolFailed: it refuses this request, or its model wrote nothing.
        """
        import aiohttp

        config, problem = self.config, ""
        body = await asyncio.to_thread(self.body, prompt)  # encoding pictures takes a while
        key = os.environ.get(config.api_key_env, "")
        headers = {"Authorization": f"Bearer {key}"} if key else {}
        limit = aiohttp.ClientTimeout(total=max(0.01, min(config.timeout_s, time_left)))
        url = f"{config.base_url.rstrip('/')}/chat/completions"
        # A session a call: sessions belong to one event loop, and a tool may be called from several.
        async with aiohttp.ClientSession(headers=headers, timeout=limit) as session:
            for attempt in range(config.max_retries + 1):
                if attempt:
                    await asyncio.sleep(_FIRST_WAIT_S * 2 ** (attempt - 1))
                try:
                    async with session.post(url, json=body) as response:
                        if response.status == 200:
                            return self._text(await response.json(content_type=None))
                        status, problem = response.status, f"HTTP {response.status}: {(await response.text())[:200]}"
                except (aiohttp.ClientError, TimeoutError, ValueError) as error:
                    status, problem = 503, f"{type(error).__name__} {error}".strip()
                if status not in _RETRIED:
                    break
        if status in _SETUP:
            raise PluginError(
                f"{config.base_url} refused model {config.model!r}: {problem}. Check the tool's base_url and model, "
                f"and the key in ${config.api_key_env}."
            )
        if status in (400, 413, 422):
            raise ToolFailed("The model's server refused this request: the picture or the text may be too large.")
        raise InfrastructureError(f"{config.base_url} did not answer: {problem}")

    def body(self, prompt: Prompt) -> dict[str, Any]:
        """The JSON of a request: pictures as data URLs, greedy."""
        shown: list[dict[str, Any]] = [
            {"type": "image_url", "image_url": {"url": data_url(image)}} for image in prompt.images
        ]
        messages: list[dict[str, Any]] = [{"role": "system", "content": prompt.system}] if prompt.system else []
        messages.append({"role": "user", "content": [*shown, {"type": "text", "text": prompt.text}]})
        config = self.config
        return {
            "model": config.model,
            "messages": messages,
            "max_tokens": config.max_new_tokens,
            "temperature": 0,
            **config.extra_body,
        }

    def _text(self, reply: Any) -> str:
        try:
            text = reply["choices"][0]["message"]["content"]
        except (KeyError, IndexError, TypeError) as error:
            raise InfrastructureError(f"{self.config.base_url} gave no chat completion: {str(reply)[:200]}") from error
        if not isinstance(text, str) or not text.strip():
            raise ToolFailed("The model wrote nothing.", code="E5")
        return text.strip()

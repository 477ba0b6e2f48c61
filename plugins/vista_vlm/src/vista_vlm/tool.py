"""`VLMTool`: the base of tools whose engine may be a chat vision-language model."""

import math
from abc import abstractmethod
from collections.abc import Sequence
from typing import Any, TypeVar

from pydantic import BaseModel
from vista_core import Image, PluginError, Tool, ToolContext, ToolError

from vista_vlm.backends import OpenAIBackend, TransformersBackend
from vista_vlm.config import VLMConfig
from vista_vlm.local import LocalChat, shared_chat
from vista_vlm.prompt import Prompt, picture
from vista_vlm.remote import RemoteChat
from vista_vlm.weights import Backends

A = TypeVar("A", bound=BaseModel)
O = TypeVar("O", bound=BaseModel)  # noqa: E741 - the letter of vista_core


class VLMTool(Tool[A, O]):
    """A tool that asks a chat model: write `prompt` and `parse`.

    Beside `transformers` and `openai` a subclass may have backends of its own, which need no model: list them in
    `backends`, and answer their calls in `run_own`.
    """

    backends = ()
    Config = VLMConfig
    chat: LocalChat | RemoteChat | None = None

    def __init_subclass__(cls, **kwargs: Any) -> None:
        super().__init_subclass__(**kwargs)
        if isinstance(cls.__dict__.get("backends"), (tuple, list)):
            cls.backends = Backends(*cls.__dict__["backends"])  # the settings name the model

    @abstractmethod
    def prompt(self, args: A, context: ToolContext) -> Prompt:
        """What to ask.

        Raises:
            ToolArgumentError: the call cannot be asked: no such image, a wrong argument.
        """

    @abstractmethod
    def parse(self, text: str, args: A) -> O:
        """The typed result of what the model wrote.

        Args:
            text: never empty.
            args: of the call.

        Raises:
            ToolFailed: it has not the form that was asked for (code E5). Nothing is ever filled in.
        """

    def setup(self, config: Any, backend: Any) -> None:
        """Load the model, or take the endpoint's address; other backends are `setup_own`'s."""
        self.config = config if config is not None else (self.Config or VLMConfig)()
        if isinstance(backend, TransformersBackend):
            self.chat = shared_chat(backend, _vlm_config(self.config))
            self.run_batch = self._ask_together  # type: ignore[method-assign]
        elif isinstance(backend, OpenAIBackend):
            self.chat = RemoteChat(_vlm_config(self.config))
            self.run = self._ask_remote  # type: ignore[method-assign] # executors run `async def run` on a loop
        else:
            self.setup_own(self.config, backend)

    def setup_own(self, config: Any, backend: Any) -> None:
        """Load what a backend of the subclass's own needs."""
        raise PluginError(f"{type(self).__name__} lists backend `{backend.name}`, and has no `setup_own` for it.")

    def run_own(self, args: A, context: ToolContext) -> O:
        """Answer one call with a backend of the subclass's own."""
        raise PluginError(f"{type(self).__name__} has a backend that is no chat model, and no `run_own` for it.")

    def run(self, args: A, context: ToolContext) -> O:
        """Answer one call."""
        if not isinstance(self.chat, LocalChat):
            return self.run_own(args, context)
        result = self._ask_together([(args, context)])[0]
        if isinstance(result, ToolError):
            raise result
        return result

    def picture(self, context: ToolContext, index: int = 0) -> Image:
        """An image of the call, no larger than the config's `max_side`; for `prompt`.

        Raises:
            ToolArgumentError: there is no such image, or it is corrupt or truncated.
        """
        return picture(context, index, self.config.max_side)

    async def _ask_remote(self, args: A, context: ToolContext) -> O:
        assert isinstance(self.chat, RemoteChat)
        return self.parse(await self.chat.ask(self.prompt(args, context), context.time_left()), args)

    def _ask_together(self, calls: Sequence[tuple[A, ToolContext]]) -> list[O | ToolError]:
        """Calls as one batch of the model in this process; what cannot be asked costs its own call only."""
        assert isinstance(self.chat, LocalChat)
        results: list[Any] = []
        prompts: list[Prompt] = []
        for args, context in calls:
            try:
                prompts.append(self.prompt(args, context))
                results.append(prompts[-1])
            except ToolError as error:
                results.append(error)
        time_left = min((context.time_left() for _, context in calls), default=math.inf)
        texts = iter(self.chat.ask(prompts, self.config.max_new_tokens, time_left) if prompts else ())
        for number, (args, _) in enumerate(calls):
            if isinstance(results[number], Prompt):
                try:
                    text = next(texts)
                    results[number] = text if isinstance(text, Exception) else self.parse(text, args)
                except ToolError as error:
                    results[number] = error
        return results


def _vlm_config(config: Any) -> VLMConfig:
    """The VLMConfig part of a tool's settings, which may have more of their own."""
    return VLMConfig.model_validate({name: getattr(config, name) for name in VLMConfig.model_fields})

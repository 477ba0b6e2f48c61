"""Settings of a tool that asks a chat vision-language model."""

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field, model_validator


class VLMConfig(BaseModel):
    """Settings of a `VLMTool`.

    Attributes:
        model: for `transformers` a repo of the hub that was fetched, or a folder ("./my-model"), by default the
            backend's own weights; for `openai` the model's name at the endpoint.
        revision: of the repo; a commit or a branch.
        trust_remote_code: let the checkpoint run Python code of its own; only for a model that `model` names.
        device: where `transformers` runs.
        dtype: of its weights; "auto" keeps that of the checkpoint.
        max_new_tokens: of one answer.
        max_side: px; larger pictures are shown to the model smaller.
        base_url: address of an OpenAI-compatible endpoint up to and with /v1.
        api_key_env: environment variable that holds its key; may be unset.
        timeout_s: of one request to it.
        max_retries: of a request that failed in a way that may pass.
        extra_body: further fields of the request's JSON.
    """

    model_config = ConfigDict(extra="forbid", protected_namespaces=())

    model: str = ""
    revision: str = ""
    trust_remote_code: bool = False
    device: str = "cpu"
    dtype: Literal["auto", "float32", "bfloat16", "float16"] = "auto"
    max_new_tokens: int = Field(512, ge=1, le=16_384)
    max_side: int = Field(1600, ge=28)
    base_url: str = ""
    api_key_env: str = "OPENAI_API_KEY"
    timeout_s: float = Field(60.0, gt=0)
    max_retries: int = Field(2, ge=0, le=10)
    extra_body: dict[str, object] = {}

    @model_validator(mode="after")
    def _code_only_of_named_models(self) -> "VLMConfig":
        if self.trust_remote_code and not self.model:
            raise ValueError("trust_remote_code needs `model`: name the checkpoint whose code you trust")
        return self

"""Where tool calls run: in threads, in worker processes; with batching, retries and a cache on top."""

from vista_core._lazy import attach

__getattr__, __dir__, __all__ = attach(__name__, __file__)  # a worker starts quicker without asyncio

"""What travels with one request."""

from collections.abc import Awaitable, Callable, Hashable
from dataclasses import dataclass
from typing import Any

import strawberry
from strawberry.dataloader import DataLoader

from models.viewer import Viewer


@dataclass(frozen=True)
class Raised:
    """An operation ended with this error; it is raised where its answer is rendered."""

    error: Exception


class Context:
    """Who asks, and what has been loaded for him so far."""

    def __init__(self, viewer: Viewer, request_id: str = "") -> None:
        self.viewer = viewer
        self.request_id = request_id
        self.done: dict[str, Any] = {}
        """What operations have answered already, by the name of their field in the answer: none is done a second time."""
        self._loaders: dict[Hashable, DataLoader[Any, Any]] = {}

    def loader(self, key: Hashable, load: Callable[[list[Any]], Awaitable[Any]]) -> DataLoader[Any, Any]:
        """Give the loader known by `key`, made from `load` at its first use."""
        loader = self._loaders.get(key)
        if loader is None:
            loader = self._loaders[key] = DataLoader(load_fn=load)
        return loader

    async def renewed(self) -> Viewer:
        """Give who asks, as he is now, and drop what was loaded: what goes on asks before each time it looks."""
        self.forget()
        return self.viewer

    def forget(self) -> None:
        """Drop what was loaded: after a write it may no longer be so."""
        self._loaders.clear()


Info = strawberry.Info[Context, None]

"""Python source while it is written: a plan is compiled to a few functions, made by `exec` once."""

from collections.abc import Iterable, Mapping
from typing import Any

from api.operations.columns import NAMES


class Source:
    """Functions, and the things that they name."""

    def __init__(self, names: Mapping[str, Any]) -> None:
        self.names: dict[str, Any] = {**NAMES, **names}
        self._known: dict[int, str] = {id(value): name for name, value in self.names.items()}
        self.functions: list[str] = []
        self._count = 0

    def fresh(self, prefix: str) -> str:
        """Give a name that is not used yet."""
        self._count += 1
        return f"{prefix}{self._count}"

    def thing(self, value: Any, prefix: str = "k") -> str:
        """Give the name under which a value is known to the functions."""
        known = self._known.get(id(value))
        if known is None:
            known = self._known[id(value)] = self.fresh(prefix)
            self.names[known] = value  # Which keeps it, and so its id.
        return known

    def function(self, name: str, arguments: str, lines: Iterable[str], *, is_async: bool = False) -> None:
        """Add a function."""
        body = "".join(f"    {line}\n" for line in lines)
        self.functions.append(f"{'async ' * is_async}def {name}({arguments}):\n{body}")

    def made(self) -> dict[str, Any]:
        """Run the source; gives its functions by name."""
        # The text is ours: what a caller sent stands in it as the `repr` of a response key, or not at all.
        exec("\n".join(self.functions), self.names)  # noqa: S102
        return self.names


class Frame:
    """An async function while it is written: what is awaited before its answer is put together."""

    def __init__(self, source: Source) -> None:
        self.source = source
        self.lines: list[str] = []

    def keep(self, expression: str) -> str:
        """Work something out first; gives the name it is kept under."""
        name = self.source.fresh("v")
        self.lines.append(f"{name} = {expression}")
        return name

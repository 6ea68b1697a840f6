"""The one state machine: a table of the moves that exist, and who may make them."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Generic, TypeVar

from rules.errors import Refused
from rules.people.access import Role

S = TypeVar("S", bound=StrEnum)


@dataclass(eq=False)
class NotPossibleNow(Refused):
    """This cannot be done from the state it is in, or not by you. Read it again: it may have moved on."""

    code = "NOT_POSSIBLE_NOW"
    current: str
    """The state it is in, such as SUBMITTED."""


@dataclass(frozen=True)
class Move(Generic[S]):
    """One move that exists: from which state to which, by whom, and the event that makes it."""

    from_: S
    to: S
    by: frozenset[Role]
    """Those on whose behalf it may be made."""
    event: str
    """What happens, as a verb: submit."""


class StateMachine(Generic[S]):
    """The life of one kind of thing; a move that is not in its table does not exist."""

    def __init__(self, initial: S, moves: Sequence[Move[S]]) -> None:
        self.initial = initial
        self.moves = tuple(moves)
        self._by_ends = {(move.from_, move.to): move for move in self.moves}
        assert len(self._by_ends) == len(self.moves), "a move stands in the table twice"
        assert all(move.by for move in self.moves), "a move that nobody may make"

    def check(self, current: S, to: S, role: Role) -> None:
        """Let the move pass. Raises `NotPossibleNow` if it does not exist, or not for this role."""
        move = self._by_ends.get((current, to))
        if move is None or role not in move.by:
            raise NotPossibleNow(current.value)

    @property
    def final(self) -> frozenset[S]:
        """The states that nothing leaves."""
        left = {move.from_ for move in self.moves}
        return frozenset(state for state in type(self.initial) if state not in left)

    def as_mermaid(self) -> str:
        """Draw the table as a Mermaid state diagram, in the order of its moves; ends with a line break."""
        lines = ["stateDiagram-v2", f"    [*] --> {self.initial.value}"]
        for move in self.moves:
            who = ", ".join(sorted(role.value for role in move.by))
            lines.append(f"    {move.from_.value} --> {move.to.value}: {move.event} ({who})")
        lines += [f"    {state.value} --> [*]" for state in type(self.initial) if state in self.final]
        return "\n".join(lines) + "\n"

"""Refusals: answers the caller should read. The edges render them (`schema/errors.py`, `jobs`); inside, only who asks a question by trying catches one.

A refusal is a dataclass (compared by identity, as exceptions are): its fields are the named values of its words
(catalogue key `refusal.CODE`) and become fields of its GraphQL type.
"""

from dataclasses import dataclass
from typing import ClassVar


@dataclass(eq=False)
class Refused(Exception):
    """We understood, and the answer is no."""

    code: ClassVar[str]
    """Stable, in capitals: apps branch on it."""
    path: ClassVar[tuple[str, ...]] = ()
    """The input field it is about, if it is about one."""

    def __init_subclass__(cls, **kwargs: object) -> None:
        super().__init_subclass__(**kwargs)
        assert "code" in cls.__dict__, f"{cls.__name__} needs a code of its own"


@dataclass(eq=False)
class NotFound(Refused):
    """There is no such thing, or none that you may see."""

    code = "NOT_FOUND"


@dataclass(eq=False)
class KeyReused(Refused):
    """This key was used before with other arguments. Choose a new key for a new intention."""

    code = "KEY_REUSED"
    path = ("key",)


@dataclass(eq=False)
class Conflict(Refused):
    """Somebody changed it since you read it. Read it again, then decide again."""

    code = "CONFLICT"
    path = ("version",)
    current_version: int
    """The version it has now."""

"""Answers that are not data: refusals in the payload, and errors beside it."""

from collections.abc import Mapping
from dataclasses import fields
from typing import Any

from graphql import GraphQLError

from notifications import words
from rules.errors import Refused
from rules.people.kinds import Locale


class RequestError(Exception):
    """An error of the request, worded in the caller's language where it leaves the house."""

    def __init__(self, code: str, key: str, **values: Any) -> None:
        super().__init__(f"{code}: {key} {values}")
        self.code = code
        self.key = key
        self.values = values
        self.path: tuple[str, ...] = ()
        """The input field it is about."""


class BadInput(RequestError):
    """What was sent cannot mean anything here."""

    def __init__(self, key: str, **values: Any) -> None:
        super().__init__("BAD_USER_INPUT", key, **values)

    def at(self, *path: str) -> "BadInput":
        """The same error, naming where in the input it stands."""
        self.path = (*path, *self.path)
        return self


class Unauthenticated(RequestError):
    """Nobody is signed in, and somebody has to be."""

    def __init__(self) -> None:
        super().__init__("UNAUTHENTICATED", "error.UNAUTHENTICATED")


class Forbidden(RequestError):
    """The caller's role may not call this at all."""

    def __init__(self) -> None:
        super().__init__("FORBIDDEN", "error.FORBIDDEN")


class RefusalAnswer:
    """A refusal on its way out: graphql-core would raise an exception that is returned, so it travels in this."""

    def __init__(self, refused: Refused, locale: Locale) -> None:
        self.refused = refused
        values = {field.name: getattr(refused, field.name) for field in fields(refused)}
        self.message = words.say(f"refusal.{refused.code}", locale, **values)

    @property
    def code(self) -> str:
        return self.refused.code

    @property
    def path(self) -> list[str]:
        return list(self.refused.path)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.refused, name)


def refusal_as_error(refused: Refused) -> RequestError:
    """Make a refusal an error, with its code, words and values: where there is no payload to answer in."""
    values = {field.name: getattr(refused, field.name) for field in fields(refused)}
    return RequestError(refused.code, f"refusal.{refused.code}", **values)


def cause_of(error: GraphQLError) -> BaseException | None:
    """Follow an error to what was raised first; None for an error of graphql-core's own."""
    cause: BaseException | None = error
    while isinstance(cause, GraphQLError):
        cause = cause.original_error
    return cause


def worded(error: GraphQLError, locale: Locale) -> Mapping[str, Any] | None:
    """Render an error of the request for its caller; None if it is not one of ours to word."""
    cause = cause_of(error)
    if not isinstance(cause, RequestError):
        return None
    rendered: dict[str, Any] = {"message": words.say(cause.key, locale, **cause.values)}
    if error.locations:
        rendered["locations"] = [location.formatted for location in error.locations]
    if error.path:
        rendered["path"] = error.path
    rendered["extensions"] = {"code": cause.code}
    if cause.path:
        rendered["extensions"]["inputPath"] = list(cause.path)
    return rendered

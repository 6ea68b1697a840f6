"""Errors on their way out: each has a code to branch on, and none tells what is nobody's business."""

import logging
from collections.abc import Iterable
from typing import Any

from graphql import GraphQLError, GraphQLSyntaxError

from notifications import words
from rules.people.kinds import Locale
from schema.errors import RequestError, cause_of, worded

logger = logging.getLogger("goodterms.api")

INTERNAL = "INTERNAL"
Rendered = dict[str, Any]


def render_all(
    errors: Iterable[GraphQLError], locale: Locale, request_id: str, *, is_validation: bool = False
) -> list[Rendered]:
    """Render each error; one that is our own mistake is logged, and says only how to find it there."""
    return [_rendered(error, locale, request_id, is_validation=is_validation) for error in errors]


def _rendered(error: GraphQLError, locale: Locale, request_id: str, *, is_validation: bool) -> Rendered:
    cause = cause_of(error)
    if isinstance(cause, RequestError):
        rendered = dict(worded(error, locale) or {})
        if "retry_after" in cause.values:
            rendered["extensions"]["retryAfter"] = cause.values["retry_after"]
        return rendered
    if isinstance(cause, RecursionError) and not error.path:
        return {"message": "The operation is nested too deeply.", "extensions": {"code": "BAD_USER_INPUT"}}
    if cause is None and _is_about_the_request(error):
        return {**error.formatted, "extensions": {"code": _code_of(error, is_validation=is_validation)}}
    return _internal(error, cause, locale, request_id)


def _is_about_the_request(error: GraphQLError) -> bool:
    """Say whether graphql-core speaks of what was sent; else it speaks of a value that we gave it to write."""
    innermost = error
    while isinstance(innermost.original_error, GraphQLError):
        innermost = innermost.original_error
    return error.path is None or bool(innermost.nodes)


def _code_of(error: GraphQLError, *, is_validation: bool) -> str:
    if isinstance(error, GraphQLSyntaxError):
        return "GRAPHQL_PARSE_FAILED"
    return "GRAPHQL_VALIDATION_FAILED" if is_validation else "BAD_USER_INPUT"


def _internal(error: GraphQLError, cause: BaseException | None, locale: Locale, request_id: str) -> Rendered:
    where = ".".join(map(str, error.path or ()))
    logger.error("Unexpected error at %s, request %s", where or "the operation", request_id, exc_info=cause or error)
    rendered = render_internal(locale, request_id)
    if error.locations:
        rendered["locations"] = [location.formatted for location in error.locations]
    if error.path:
        rendered["path"] = error.path
    return rendered


def render_internal(locale: Locale, request_id: str) -> Rendered:
    """Say that it was our mistake, and by which id it is found in the logs."""
    message = words.say("error.INTERNAL", locale, request_id=request_id)
    return {"message": message, "extensions": {"code": INTERNAL, "requestId": request_id}}


def render_unauthenticated(locale: Locale) -> Rendered:
    """Say that the token is wrong, or worth nothing any more."""
    return {"message": words.say("error.UNAUTHENTICATED", locale), "extensions": {"code": "UNAUTHENTICATED"}}

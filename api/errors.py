"""Errors on their way out: each has a code to branch on, and none tells what is nobody's business."""

import logging
import re
from collections.abc import Iterable
from typing import Any

from graphql import GraphQLError, GraphQLSyntaxError

from api.requests import NotARequest
from notifications import words
from rules.people.kinds import Locale
from schema.errors import RequestError, cause_of, worded

logger = logging.getLogger("goodterms.api")

INTERNAL = "INTERNAL"
_SUGGESTION = re.compile(r"\s*Did you mean [^?]*\?")
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
        return {"message": "The operation is nested too deeply.", "extensions": {"code": "OPERATION_TOO_COMPLEX"}}
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


def render_no_request(wrong: NotARequest, locale: Locale) -> Rendered:
    """Say why what arrived is no request."""
    message = wrong.message if wrong.key is None else words.say(wrong.key, locale, limit=wrong.limit)
    return {"message": message, "extensions": {"code": wrong.code}}


def render_request_error(wrong: RequestError, locale: Locale) -> Rendered:
    """Say what is wrong with a request that did not come as far as running."""
    return dict(worded(GraphQLError(str(wrong), original_error=wrong), locale) or {})


def without_suggestions(errors: list[Rendered]) -> list[Rendered]:
    """Leave out what graphql-core guesses was meant: it tells names of a schema that is not shown."""
    return [{**error, "message": _SUGGESTION.sub("", error["message"])} for error in errors]

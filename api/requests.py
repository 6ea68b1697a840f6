"""From HTTP to a GraphQL request, or to the plain reason why there is none."""

from dataclasses import dataclass, field
from typing import Any

import orjson
from starlette.requests import ClientDisconnect, Request

from api.json_text import JsonLimits, read_json
from api.media_types import is_json
from api.state import AppState


@dataclass(eq=False)
class NotARequest(Exception):
    """What arrived is no GraphQL request: `status` and `code` say what is wrong with it."""

    status: int
    code: str
    message: str
    """In English, for whoever writes the client."""
    headers: dict[str, str] = field(default_factory=dict)
    key: str | None = None
    """Of words in a person's language, said instead of `message`: he may have met it."""
    limit: int | None = None
    """The limit that was passed, for the words."""


@dataclass(frozen=True)
class GraphQLRequest:
    """The parameters of GraphQL over HTTP, each of the right kind."""

    query: str
    """Empty where the document is only named."""
    document_id: str | None
    """The hash that names the document."""
    operation_name: str | None
    variables: dict[str, Any] | None
    is_read_only: bool
    """Came by GET: whoever sent it expects that nothing changes."""


def _bad(message: str) -> NotARequest:
    return NotARequest(400, "BAD_USER_INPUT", message)


async def read_request(request: Request[AppState], limits: JsonLimits) -> GraphQLRequest:
    """Read the parameters; raises NotARequest, and BadInput over a limit of JSON."""
    match request.method:
        case "GET":
            return checked_request(_from_url(request, limits), is_read_only=True)
        case "POST":
            return checked_request(await _from_body(request, limits), is_read_only=False)
    raise NotARequest(405, "METHOD_NOT_ALLOWED", "Send a POST, or a GET for a query.", {"Allow": "GET, POST"})


def _from_url(request: Request[AppState], limits: JsonLimits) -> dict[str, Any]:
    given = request.query_params.multi_items()
    parameters: dict[str, Any] = dict(given)
    if len(parameters) != len(given):
        raise _bad("A parameter stands in the URL twice.")
    for name in ("variables", "extensions"):
        if name in parameters:
            parameters[name] = _parsed(parameters[name].encode(), f"`{name}`", limits)
    return parameters


async def _from_body(request: Request[AppState], limits: JsonLimits) -> Any:
    if not is_json(request.headers.get("content-type", "")):
        raise NotARequest(415, "UNSUPPORTED_MEDIA_TYPE", "Send JSON, with Content-Type: application/json.")
    if request.headers.get("content-encoding", "identity") != "identity":
        raise NotARequest(415, "UNSUPPORTED_MEDIA_TYPE", "Send the body as it is, without Content-Encoding.")
    return _parsed(await read_body(request, limits.body_bytes), "The body", limits)


MAX_DRAINED_BYTES = 8_388_608
"""How much of a body that is too large is read and dropped: a client that is still sending would not see the answer."""


async def read_body(request: Request[AppState], max_body_bytes: int) -> bytes:
    """Read a body of at most so many bytes. Raises `NotARequest`."""
    body, received = bytearray(), 0
    try:
        async for chunk in request.stream():
            received += len(chunk)
            if received <= max_body_bytes:
                body += chunk
            elif received > MAX_DRAINED_BYTES:
                break
    except ClientDisconnect:  # On a poor network this is every day's business, and no error of ours.
        raise _bad("The body was cut off.") from None
    if received > max_body_bytes:
        message, key = f"A request body has at most {max_body_bytes} bytes.", "error.CONTENT_TOO_LARGE"
        raise NotARequest(413, "CONTENT_TOO_LARGE", message, {"Connection": "close"}, key, max_body_bytes)
    return bytes(body)


def _parsed(text: bytes, what: str, limits: JsonLimits) -> Any:
    try:
        return read_json(text, limits)
    except orjson.JSONDecodeError as error:
        raise _bad(f"{what} is not JSON: {error.msg} at character {error.pos}.") from None


def checked_request(parameters: Any, *, is_read_only: bool) -> GraphQLRequest:
    """Check the parameters of a request, however they came; raises NotARequest."""
    if not isinstance(parameters, dict):
        raise _bad("A request is one JSON object with `query`, and if needed `variables` and `operationName`.")
    query, operation_name = parameters.get("query"), parameters.get("operationName")
    variables, extensions = parameters.get("variables"), parameters.get("extensions")
    if not isinstance(extensions, dict | None):
        raise _bad("`extensions` is no object.")
    document_id = _document_id(parameters.get("documentId"), query, (extensions or {}).get("persistedQuery"))
    if not isinstance(query, str) and (query is not None or document_id is None):
        raise _bad("`query` is missing or no string.")
    if not isinstance(operation_name, str | None):
        raise _bad("`operationName` is no string.")
    if not isinstance(variables, dict | None):
        raise _bad("`variables` is no object.")
    return GraphQLRequest(query or "", document_id, operation_name, variables, is_read_only)


def _document_id(document_id: Any, query: Any, persisted: Any) -> str | None:
    """Give the hash by which a document is named, as `documentId` or as Apollo's clients do it."""
    if persisted is None:
        if not isinstance(document_id, str | None):
            raise _bad("`documentId` is no string.")
        if document_id is not None and query is not None:
            raise _bad("Send `query` or `documentId`, not both.")
        return document_id and document_id.removeprefix("sha256:")
    if document_id is not None:
        raise _bad("Send `documentId` or `extensions.persistedQuery`, not both.")
    if not isinstance(persisted, dict) or type(version := persisted.get("version")) is not int or version != 1:
        raise _bad("`extensions.persistedQuery` is no object of `version` 1.")
    if not isinstance(persisted.get("sha256Hash"), str):
        raise _bad("`extensions.persistedQuery.sha256Hash` is missing or no string.")
    return str(persisted["sha256Hash"])

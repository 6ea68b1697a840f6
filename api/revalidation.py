"""Answers that an app keeps, and asks about before it uses them again."""

import hashlib

from starlette.requests import Request
from starlette.responses import Response

from api.state import AppState

_KEPT = {
    "Cache-Control": "private, no-cache",  # Nobody between us and the app keeps it; the app asks each time.
    "Vary": "Accept, Accept-Language, Authorization",
}


def revalidated(request: Request[AppState], response: Response) -> Response:
    """Let the caller keep an answer; say only that it did not change, if it is the one he has."""
    tag = _tag(response)
    headers = {**_KEPT, "ETag": tag}
    if _is_known(tag, request.headers.getlist("if-none-match")):
        return Response(status_code=304, headers=headers)
    response.headers.update(headers)
    return response


def _tag(response: Response) -> str:
    """Name an answer by its bytes, and by the form they are in."""
    form = response.headers.get("content-type", "").encode()
    return f'"{hashlib.sha256(form + b" " + bytes(response.body)).hexdigest()[:32]}"'


def _is_known(tag: str, sent: list[str]) -> bool:
    tags = [each.strip().removeprefix("W/") for header in sent for each in header.split(",")]
    return tag in tags or tags == ["*"]

"""Files: one PUT to a place that was made for it, and reading by a link. What a link is for, and until when, is signed in it."""

import asyncio
import logging

from cryptography.exceptions import InvalidTag
from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.authentication import accepted_language
from api.errors import INTERNAL, render_internal
from api.middleware import request_id_of
from api.state import AppState
from resolvers.documents import papers, uploads
from resolvers.documents.links import LinkKind, read_link
from resolvers.people.tokens import TokenInvalid
from rules.documents.uploads import FileDiffers, UploadExpired
from rules.errors import NotFound, Refused
from rules.people.kinds import Locale
from schema.errors import RefusalAnswer

logger = logging.getLogger(__name__)

READING = {
    "Cache-Control": "private, no-store",
    "Content-Security-Policy": "sandbox; default-src 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
}
"""What is read is shown as what it is, runs nothing, and is kept nowhere."""


async def put_file(request: Request[AppState]) -> Response:
    """Take the file of an upload: 201, or a refusal in the caller's language."""
    clock = request.state["clock"]
    try:
        link = read_link(request.path_params["token"], clock.now())
        if link.kind is not LinkKind.PUT:
            raise UploadExpired
        announced = await uploads.announced(link.key, clock.now())
        with uploads.arriving(link.key):
            content = await _body_within(request, announced)
            await uploads.store(clock, link.key, content)
    except TokenInvalid:
        return _refusal(request, UploadExpired(), 404)
    except Refused as refused:
        return _refusal(request, refused, 404 if isinstance(refused, UploadExpired) else 422)
    except Exception:
        logger.exception("Unexpected error with a file, request %s", request_id_of(request.scope))
        return _own_mistake(request)
    return Response(status_code=201)


async def _body_within(request: Request[AppState], announced: uploads.Announced) -> bytes:
    """Read it while its place is open. Raises `FileDiffers`, `UploadExpired`."""
    try:
        async with asyncio.timeout(announced.seconds):
            return await _body(request, announced.size)
    except TimeoutError:
        raise UploadExpired from None


async def _body(request: Request[AppState], size: int) -> bytes:
    """Read as many bytes as were announced. Raises `FileDiffers` as soon as there are more."""
    announced = request.headers.get("content-length")
    if announced is not None and announced != str(size):
        raise FileDiffers
    content = bytearray()
    try:
        async for chunk in request.stream():
            content += chunk
            if len(content) > size:
                raise FileDiffers
    except ClientDisconnect as gone:
        raise FileDiffers from gone
    return bytes(content)


async def get_file(request: Request[AppState]) -> Response:
    """Answer a file by its link: 200, or 404 for a link that is not ours, or not any more."""
    now = request.state["clock"].now()
    try:
        link = read_link(request.path_params["token"], now)
        if link.kind is LinkKind.PUT:
            raise NotFound
        found = await (uploads.read(link.key) if link.kind is LinkKind.UPLOAD else papers.read(link.key))
    except (TokenInvalid, NotFound, FileNotFoundError, InvalidTag):
        return _refusal(request, NotFound(), 404)
    except Exception:
        logger.exception("Unexpected error with a file, request %s", request_id_of(request.scope))
        return _own_mistake(request)
    headers = READING | {"Content-Disposition": f'inline; filename="{found.name}"'}
    return Response(found.content, media_type=found.file_type.value, headers=headers)


def _own_mistake(request: Request[AppState]) -> Response:
    locale = accepted_language(request) or Locale.ZH_CN
    message = render_internal(locale, request_id_of(request.scope))["message"]
    return JSONResponse({"code": INTERNAL, "message": message}, 500, headers={"Cache-Control": "no-store"})


def _refusal(request: Request[AppState], refused: Refused, status: int) -> Response:
    locale = accepted_language(request) or Locale.ZH_CN
    answer = RefusalAnswer(refused, locale)
    return JSONResponse({"code": answer.code, "message": answer.message}, status, headers={"Cache-Control": "no-store"})


def file_routes() -> list[Route]:
    """Give the routes of files."""
    return [
        Route("/files/{token}", put_file, methods=["PUT"]),
        Route("/files/{token}", get_file, methods=["GET"]),
    ]

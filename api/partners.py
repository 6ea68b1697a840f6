"""What partners tell us about orders: `POST /webhooks/partners/{id}`, a small JSON object that they sign.

`Goodterms-Timestamp` is the time in seconds since 1970, `Goodterms-Signature` the HMAC-SHA256 over `timestamp.body` with
their secret, in hexadecimal. The body is `{"id": …, "code": …, "outcome": "CONFIRMED" | "REFUSED"}`; sent again under the same
id it gets the same answer, and nothing is done twice.
"""

import logging
from dataclasses import dataclass

import orjson
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from api.authentication import accepted_language
from api.errors import render_internal
from api.middleware import request_id_of
from api.requests import NotARequest, read_body
from api.state import AppState
from resolvers.loyalty import partners
from rules.errors import Refused
from rules.loyalty.partners import PartnerResult, PartnerWord, WordDiffers, WordNotBelieved
from rules.people.kinds import Locale
from rules.text import find_forbidden
from schema.declarations.ids import key_of
from schema.errors import BadInput, RefusalAnswer

logger = logging.getLogger(__name__)

MOST_BYTES = 16_384
_LONGEST_REFERENCE, _LONGEST_CODE = 64, 40
_STATUS = {
    PartnerResult.FULFILLED: 200,
    PartnerResult.CANCELLED: 200,
    PartnerResult.REPEATED: 409,
    PartnerResult.CONTRADICTED: 409,
    PartnerResult.UNKNOWN: 404,
}


@dataclass(frozen=True)
class _Word:
    """What a body says."""

    reference: str
    order_code: str
    word: PartnerWord


async def hear(request: Request[AppState]) -> Response:
    """Answer 200 for what is done, 401 for what is not believed, 404 and 409 for what cannot be done."""
    try:
        return await _heard(request)
    except NotARequest as problem:
        return _answer(problem.status, problem.code, problem.message)
    except WordNotBelieved as refused:
        return _refusal(request, refused, 401)
    except WordDiffers as refused:
        return _refusal(request, refused, 409)
    except Exception:
        request_id = request_id_of(request.scope)
        logger.exception("Unexpected error with a partner's word, request %s", request_id)
        return _answer(500, "INTERNAL", render_internal(_locale(request), request_id)["message"])


async def _heard(request: Request[AppState]) -> Response:
    clock, body = request.state["clock"], await read_body(request, MOST_BYTES)
    partner = await partners.check_word(
        clock,
        partner_id=_partner_id(request.path_params["partner_id"]),
        timestamp=request.headers.get("goodterms-timestamp", ""),
        signature=request.headers.get("goodterms-signature", ""),
        body=body,
    )
    said = _read(body)
    result = await partners.hear(
        clock, partner, reference=said.reference, order_code=said.order_code, word=said.word, body=body.decode()
    )
    return JSONResponse({"result": result.value}, _STATUS[result])


def _partner_id(sent: str) -> int | None:
    try:
        return key_of(sent, "Partner")
    except BadInput:
        return None


def _read(body: bytes) -> _Word:
    """Read what a partner signed. Raises `NotARequest`."""
    try:
        said = orjson.loads(body)
        word = _Word(said["id"], said["code"], PartnerWord(said["outcome"]))
    except (orjson.JSONDecodeError, KeyError, TypeError, ValueError):
        raise _bad() from None
    for text, longest in ((word.reference, _LONGEST_REFERENCE), (word.order_code, _LONGEST_CODE)):
        if not isinstance(text, str) or not 0 < len(text) <= longest or find_forbidden(text):
            raise _bad()
    return word


def _bad() -> NotARequest:
    return NotARequest(400, "BAD_USER_INPUT", 'Send {"id": …, "code": …, "outcome": "CONFIRMED" or "REFUSED"}.')


def _locale(request: Request[AppState]) -> Locale:
    return accepted_language(request) or Locale.ZH_CN


def _refusal(request: Request[AppState], refused: Refused, status: int) -> Response:
    said = RefusalAnswer(refused, _locale(request))
    return _answer(status, said.code, said.message)


def _answer(status: int, code: str, message: str) -> Response:
    return JSONResponse({"code": code, "message": message}, status, headers={"Cache-Control": "no-store"})


def partner_routes() -> list[Route]:
    """Give the address of the words of partners."""
    return [Route("/webhooks/partners/{partner_id}", hear, methods=["POST"])]

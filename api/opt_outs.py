"""The page behind the link of each offer: it asks once, with one button, and says what came of it.

Whoever follows the link reads (GET); mail scanners do, too. What changes something is the button, or a mail program's
own, which posts `List-Unsubscribe=One-Click` to the same address (RFC 8058).
"""

import base64
import hashlib
import html
import logging
from dataclasses import dataclass

from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from api.authentication import accepted_language
from api.errors import render_internal
from api.middleware import request_id_of
from api.state import AppState
from notifications.words import say
from resolvers.notifications import opt_outs
from resolvers.notifications.opt_outs import OptOut
from resolvers.people.tokens import TokenInvalid
from rules.errors import NotFound
from rules.people.kinds import Locale

logger = logging.getLogger(__name__)

_STYLE = (
    ":root{color-scheme:light dark}"
    "body{margin:0;font:1.125rem/1.6 system-ui,sans-serif}"
    "main{max-width:32rem;margin:0 auto;padding:2rem 1.25rem}"
    "section+section{margin-top:2.5rem}"
    "h1{font-size:1.5rem;line-height:1.3;margin:0 0 1rem}"
    "button{font:inherit;font-weight:600;min-height:3rem;padding:.5rem 1.5rem;border:0;border-radius:.5rem;"
    "background:#0b57d0;color:#fff;cursor:pointer}"
    "button:focus-visible{outline:3px solid;outline-offset:3px}"
)
_STYLE_HASH = base64.b64encode(hashlib.sha256(_STYLE.encode()).digest()).decode()


def policy_of(style_hash: str) -> str:
    """Give the Content-Security-Policy of a page that has this style, a form, and nothing else."""
    return f"default-src 'none'; style-src 'sha256-{style_hash}'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"


HEADERS = {
    "Cache-Control": "no-store",
    "Content-Security-Policy": policy_of(_STYLE_HASH),
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "X-Robots-Tag": "noindex",
}
"""The address is the key: it is kept and told nowhere, and the page runs nothing."""


async def opt_out(request: Request[AppState]) -> Response:
    """Show where the reader stands; opt him out first where he posts. 404 for a link that is not ours."""
    clock, token = request.state["clock"], request.path_params["token"]
    try:
        found = await (opt_outs.use if request.method == "POST" else opt_outs.read)(clock, token)
    except (TokenInvalid, NotFound):
        return _page([_unknown(locale) for locale in Locale], 404)
    except Exception:
        logger.exception("Unexpected error with an opt-out, request %s", request_id_of(request.scope))
        return _page([_failed(request, locale) for locale in Locale], 500)
    return _page([_standing(found, found.locale or accepted_language(request) or Locale.ZH_CN)])


@dataclass(frozen=True)
class _Section:
    """A heading and a paragraph in one language, and perhaps a button."""

    locale: Locale
    title: str
    text: str
    button: str = ""

    def written(self) -> str:
        button = f'<form method="post"><button>{html.escape(self.button)}</button></form>' if self.button else ""
        title, text = html.escape(self.title), html.escape(self.text)
        return f'<section lang="{self.locale.value}"><h1>{title}</h1><p>{text}</p>{button}</section>'


def _standing(found: OptOut, locale: Locale) -> _Section:
    named = {"channel": found.channel, "lender": found.lender}
    if not found.is_used:
        button = say("opt_out.button", locale)
        return _Section(
            locale, say("opt_out.ask_title", locale, **named), say("opt_out.ask_text", locale, **named), button
        )
    if found.is_off:
        return _Section(locale, say("opt_out.done_title", locale, **named), say("opt_out.done_text", locale, **named))
    return _Section(locale, say("opt_out.used_title", locale, **named), say("opt_out.used_text", locale, **named))


def _unknown(locale: Locale) -> _Section:
    return _Section(locale, say("opt_out.unknown_title", locale), say("opt_out.unknown_text", locale))


def _failed(request: Request[AppState], locale: Locale) -> _Section:
    message = render_internal(locale, request_id_of(request.scope))["message"]
    return _Section(locale, say("opt_out.failed_title", locale), message)


def _page(sections: list[_Section], status: int = 200) -> Response:
    first = sections[0]
    body = "".join(section.written() for section in sections)
    text = (
        f'<!doctype html><html lang="{first.locale.value}"><head><meta charset="utf-8">'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<title>{html.escape(first.title)}</title><style>{_STYLE}</style></head><body><main>{body}</main></body></html>"
    )
    return HTMLResponse(text, status, headers=HEADERS)


def opt_out_routes() -> list[Route]:
    """Give the address of the page."""
    return [Route("/opt-out/{token}", opt_out, methods=["GET", "POST"])]

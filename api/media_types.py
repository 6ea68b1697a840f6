"""Which form of JSON comes in, and which goes out."""

from collections.abc import Iterator
from functools import lru_cache

JSON = "application/json"
GRAPHQL_RESPONSE = "application/graphql-response+json"
"""Of GraphQL over HTTP: its status codes speak of the request; those of `application/json` hardly do."""


def _parsed(header: str) -> tuple[str, dict[str, str]]:
    media_type, *parameters = (part.strip() for part in header.split(";"))
    pairs = (parameter.partition("=") for parameter in parameters)
    return media_type.lower(), {name.strip().lower(): value.strip(' "').lower() for name, _, value in pairs}


@lru_cache(64)
def is_json(content_type: str) -> bool:
    """Say whether a `Content-Type` is JSON exactly, in UTF-8."""
    media_type, parameters = _parsed(content_type)
    return media_type == JSON and parameters.get("charset", "utf-8") in ("utf-8", "utf8")


def _accepted(accept: str) -> Iterator[tuple[str, float]]:
    for item in accept.split(","):
        media_type, parameters = _parsed(item)
        try:
            yield media_type, float(parameters.get("q", "1"))
        except ValueError:
            yield media_type, 0.0


@lru_cache(64)  # Apps send the same few.
def choose_answer(accept: str) -> str | None:
    """Give the media type to answer in; None if the caller accepts neither.

    `application/graphql-response+json` has to be asked for by its name: old clients send `*/*`, or nothing at all.
    """
    if not accept.strip():
        return JSON
    accepted = dict(_accepted(accept))
    any_type = accepted.get("application/*", accepted.get("*/*", 0.0))
    json, graphql_response = accepted.get(JSON, any_type), accepted.get(GRAPHQL_RESPONSE, 0.0)
    if graphql_response > 0 and graphql_response >= json:
        return GRAPHQL_RESPONSE
    return JSON if json > 0 else None


def wants_page(accept: str) -> bool:
    """Say whether it is a browser that asks for a page."""
    named = dict(_accepted(accept))
    return "text/html" in named and JSON not in named and GRAPHQL_RESPONSE not in named

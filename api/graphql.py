"""GraphQL over HTTP, as its specification says (graphql.github.io/graphql-over-http)."""

import logging
from typing import Any

import orjson
from graphql import GraphQLError
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from strawberry.types.execution import PreExecutionError

from api.authentication import accepted_language, viewer_of
from api.documents import Documents, check_transport, find_operation, not_trusted
from api.errors import (
    INTERNAL,
    Rendered,
    logger,
    render_all,
    render_internal,
    render_no_request,
    render_request_error,
    render_unauthenticated,
    without_suggestions,
)
from api.graphiql import graphiql_page
from api.json_text import JsonLimits
from api.limits import OperationCheck, OperationLimits
from api.manifests import own_documents, read_manifests
from api.media_types import GRAPHQL_RESPONSE, JSON, choose_answer, wants_page
from api.middleware import request_id_of
from api.operations import Plans
from api.requests import NotARequest, read_request
from api.revalidation import revalidated
from api.state import AppState
from models.viewer import Viewer
from resolvers.people.tokens import TokenInvalid
from rules.people.access import ALL_STAFF
from rules.people.kinds import Locale
from schema.context import Context
from schema.errors import BadInput, RequestError
from settings import Settings

# Errors are logged once, in api/errors.py, with their request's id; what callers get wrong is not logged at all.
logging.getLogger("strawberry.execution").setLevel(logging.CRITICAL + 1)


class GraphQLEndpoint:
    """The one address of the API."""

    def __init__(self, settings: Settings) -> None:
        self.has_page = settings.is_development
        self.hides_suggestions = not settings.shows_schema
        self.json_limits = JsonLimits(settings.max_body_bytes, settings.max_json_depth, settings.max_number_digits)
        self.operations = OperationCheck(_operation_limits(settings))
        self.plans = Plans()
        given = () if settings.trusted_documents is None else read_manifests(settings.trusted_documents)
        self.documents = Documents((*own_documents(), *given), settings.answers_ad_hoc)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        response = await self.answer(Request[AppState](scope, receive))
        await response(scope, receive, send)

    async def answer(self, request: Request[AppState]) -> Response:
        """Answer one HTTP request, whatever it is."""
        accept = ", ".join(request.headers.getlist("accept"))
        if self.has_page and request.method == "GET" and wants_page(accept):
            return graphiql_page()
        media_type = choose_answer(accept)
        locale, request_id = accepted_language(request) or Locale.ZH_CN, request_id_of(request.scope)
        try:
            if media_type is None:
                message = f"Answers are {GRAPHQL_RESPONSE} or {JSON}."
                raise NotARequest(406, "NOT_ACCEPTABLE", message)
            return await self._execute(request, media_type, locale)
        except NotARequest as wrong:
            return _respond({"errors": [render_no_request(wrong, locale)]}, media_type, wrong.status, wrong.headers)
        except BadInput as wrong:
            return _respond({"errors": [render_request_error(wrong, locale)]}, media_type, 400)
        except TokenInvalid:
            payload = {"errors": [render_unauthenticated(locale)]}
            return _respond(payload, media_type, 401, {"WWW-Authenticate": "Bearer"})
        except Exception:  # noqa: BLE001  The last line: whatever it is, it does not leave the house.
            logger.exception("Unexpected error, request %s", request_id)
            return _respond({"errors": [render_internal(locale, request_id)]}, media_type, 500)

    async def _execute(self, request: Request[AppState], media_type: str, locale: Locale) -> Response:
        asked = await read_request(request, self.json_limits)
        request_id, schema = request_id_of(request.scope), request.state["schema"]
        try:
            found = self.documents.find(asked)
            viewer = await _colleague(request) if found.is_for_staff else None
            self.operations.check(schema._schema, found.text, asked.variables)
            document, operation = find_operation(asked, found)
            check_transport(operation, is_socket=False)
        except GraphQLError as error:
            return _respond_to_request_error(render_all([error], locale, request_id), media_type)
        except RequestError as refused:
            return _respond_to_request_error([render_request_error(refused, locale)], media_type)
        context = Context(viewer or await viewer_of(request), request_id)
        is_kept = asked.is_read_only and found.is_trusted
        planned = await self.plans.answer(schema._schema, found.text, document, operation, asked.variables, context)
        if planned is not None:
            response = Response(planned, media_type=f"{media_type}; charset=utf-8")
            return revalidated(request, response) if is_kept else response
        result = await schema.execute(
            found.text,
            variable_values=asked.variables,
            context_value=context,
            operation_name=operation.name.value if operation.name else None,
        )
        errors = render_all(
            result.errors or (), context.viewer.locale, request_id, is_validation=isinstance(result, PreExecutionError)
        )
        if self.hides_suggestions:
            errors = without_suggestions(errors)
        if result.data is None and errors and not any("path" in error for error in errors):
            return _respond_to_request_error(errors, media_type)
        payload: dict[str, Any] = {"data": result.data}
        if errors:
            payload["errors"] = errors
        response = _respond(payload, media_type)
        return revalidated(request, response) if is_kept and not errors else response


async def _colleague(request: Request[AppState]) -> Viewer:
    """Give who asks, who has to be one of the staff: raises NotARequest if not."""
    viewer = await viewer_of(request)
    if viewer.role not in ALL_STAFF:
        raise not_trusted()
    return viewer


def _operation_limits(settings: Settings) -> OperationLimits:
    return OperationLimits(
        depth=settings.max_depth,
        aliases=settings.max_aliases,
        cost=settings.max_cost,
        fragments=settings.max_fragments,
        directives=settings.max_directives,
        operations=settings.max_operations,
        tokens=settings.max_tokens,
        number_digits=settings.max_number_digits,
        allows_introspection=settings.shows_schema,
    )


def _respond_to_request_error(errors: list[Rendered], media_type: str) -> Response:
    """Nothing ran, so there is no `data`. Clients that know only `application/json` expect 200 all the same."""
    if any(error["extensions"]["code"] == INTERNAL for error in errors):
        return _respond({"errors": errors}, media_type, 500)
    return _respond({"errors": errors}, media_type, 400 if media_type == GRAPHQL_RESPONSE else 200)


def _respond(
    payload: dict[str, Any], media_type: str | None, status: int = 200, headers: dict[str, str] | None = None
) -> Response:
    body = orjson.dumps(payload)
    return Response(body, status, headers, media_type=f"{media_type or JSON}; charset=utf-8")

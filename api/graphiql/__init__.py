"""GraphiQL, the page to try the API on, in development: all of it from local files, so that it opens without internet."""

from pathlib import Path
from typing import Any

import orjson
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import Scope

from api.graphiql.tabs import shown_tabs

HERE = Path(__file__).parent
_ONLY_FROM_HERE = {
    # GraphiQL's editor writes its styles into the page.
    "Content-Security-Policy": "default-src 'self'; style-src 'self' 'unsafe-inline'; img-src 'self' data:; "
    "frame-ancestors 'none'"
}


class RevalidatedFiles(StaticFiles):
    """Static files that a browser keeps, but asks about before it uses them again."""

    def file_response(self, *args: Any, **kwargs: Any) -> Response:
        response = super().file_response(*args, **kwargs)
        response.headers["Cache-Control"] = "no-cache"
        return response

    async def get_response(self, path: str, scope: Scope) -> Response:
        response = await super().get_response(path, scope)
        response.headers.setdefault("Cache-Control", "no-cache")
        return response


def graphiql_page() -> Response:
    """Give the page itself."""
    return FileResponse(HERE / "page" / "index.html", headers=_ONLY_FROM_HERE)


async def _tabs(_: Request) -> Response:
    return Response(orjson.dumps(shown_tabs()), media_type="application/json")


def graphiql_routes() -> list[BaseRoute]:
    """Where the page finds its parts."""
    return [
        Route("/graphiql/tabs.json", _tabs),
        Mount("/graphiql/vendor", RevalidatedFiles(directory=HERE / "vendor")),
        Mount("/graphiql/page", RevalidatedFiles(directory=HERE / "page")),
    ]

"""Logs for machines: one JSON object a line, and nothing in it that belongs to a person.

Our own loggers say ids and counts only. What libraries say, and what exceptions say, may quote a value of a row or of a
request: of those a line keeps the kind and the place, not the words.
"""

import logging
import sys
from datetime import UTC, datetime
from types import TracebackType
from typing import Any

import orjson

OURS = ("api", "goodterms", "jobs", "models", "notifications", "resolvers", "schema", "uvicorn")
"""Loggers whose words are kept; uvicorn speaks of connections and of starting only."""


class JsonLines(logging.Formatter):
    """Writes a record as one line of JSON."""

    def format(self, record: logging.LogRecord) -> str:
        line: dict[str, Any] = {
            "time": datetime.fromtimestamp(record.created, UTC).isoformat().replace("+00:00", "Z"),
            "level": record.levelname,
            "logger": record.name,
            "at": f"{record.filename}:{record.lineno}",
        }
        if record.name.partition(".")[0] in OURS:
            line["message"] = record.getMessage()
        if record.exc_info and record.exc_info[1] is not None:
            line["errors"] = _errors(record.exc_info[1])
        return orjson.dumps(line).decode()


def _errors(error: BaseException) -> list[dict[str, Any]]:
    """Give the kind and the place of an exception and of those it came from, newest first."""
    found: list[dict[str, Any]] = []
    cause: BaseException | None = error
    while cause is not None and len(found) < 10:
        found.append({"kind": type(cause).__qualname__, "trace": _places(cause.__traceback__)})
        cause = cause.__cause__ or cause.__context__
    return found


def _places(traceback: TracebackType | None) -> list[str]:
    places = []
    while traceback is not None:
        code = traceback.tb_frame.f_code
        places.append(f"{code.co_filename}:{traceback.tb_lineno} {code.co_name}")
        traceback = traceback.tb_next
    return places


def configure_logs(*, as_json: bool) -> None:
    """Send what is logged to standard error."""
    handler = logging.StreamHandler(sys.stderr)
    form = "%(asctime)s %(levelname)s %(name)s: %(message)s"
    handler.setFormatter(JsonLines() if as_json else logging.Formatter(form))
    logging.basicConfig(level=logging.WARNING, handlers=[handler])

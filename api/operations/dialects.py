"""Where PostgreSQL and SQLite differ in what a plan says to them."""

from datetime import UTC, datetime
from typing import Protocol

from api.operations.columns import Kind

_SECONDS, _MICROSECONDS = len("2026-03-16 04:00:00"), len("2026-03-16 04:00:00.000012")


class Dialect(Protocol):
    """How one database says what every plan needs."""

    def parameter(self, number: int, kind: Kind, *, is_list: bool = False) -> str:
        """A value that is sent beside the statement."""
        ...

    def is_any(self, column: str, parameter: str) -> str:
        """The column is one of a list that is sent as one value."""
        ...

    def output(self, column: str, kind: Kind) -> str:
        """A column as it leaves the database, the same in a row and in JSON."""
        ...

    def json_rows(self, outputs: list[tuple[str, bool]], select: str) -> str:
        """All rows of a select, whose outputs are called `c0`, `c1`, …, as one JSON text of arrays; null if there are none.

        Each output says whether it is JSON itself.
        """
        ...

    def first_join(self, select: str, table: str, alias: str) -> str:
        """Join the row that a select of at most one row gives, under an alias; the select's columns keep their names."""
        ...

    def instant(self, text: str) -> str:
        """Write a time as it left the database in UTC, with Z, as `schema.scalars.write_datetime` does."""
        ...

    def moment(self, text: str) -> datetime:
        """Read a time as it left the database."""
        ...

    selects_key_of_first: bool
    """Whether `first_join` wants a select of the key alone."""


class Postgres:
    """PostgreSQL."""

    selects_key_of_first = False
    _TYPES = {
        Kind.WHOLE: "bigint",
        Kind.MONEY: "bigint",
        Kind.RATE: "bigint",
        Kind.TEXT: "text",
        Kind.TRUTH: "boolean",
        Kind.DAY: "date",
        Kind.INSTANT: "timestamptz",
    }

    def parameter(self, number: int, kind: Kind, *, is_list: bool = False) -> str:
        return f"${number}::{self._TYPES[kind]}{'[]' if is_list else ''}"

    def is_any(self, column: str, parameter: str) -> str:
        return f"{column} = ANY({parameter})"

    def output(self, column: str, kind: Kind) -> str:
        match kind:
            case Kind.DAY:
                return f"{column}::text"
            case Kind.INSTANT:  # Whatever the session's zone is.
                return f"({column} AT TIME ZONE 'UTC')::text"
        return column

    def json_rows(self, outputs: list[tuple[str, bool]], select: str) -> str:
        arrays = ", ".join(name for name, _ in outputs)
        return f"(SELECT json_agg(json_build_array({arrays})) FROM ({select}) AS listed)"

    def first_join(self, select: str, table: str, alias: str) -> str:  # noqa: ARG002
        return f"LEFT JOIN LATERAL ({select}) AS {alias} ON TRUE"

    def instant(self, text: str) -> str:
        if len(text) in (_SECONDS, _MICROSECONDS):
            return f"{text[:10]}T{text[11:]}Z"
        return f"{text[:10]}T{text[11:]:0<15}Z"  # Zeros at the end are not written.

    def moment(self, text: str) -> datetime:
        return datetime.fromisoformat(text).replace(tzinfo=UTC)


class Sqlite:
    """SQLite."""

    selects_key_of_first = True

    def parameter(self, number: int, kind: Kind, *, is_list: bool = False) -> str:  # noqa: ARG002
        return f"?{number}"

    def is_any(self, column: str, parameter: str) -> str:
        return f"{column} IN (SELECT value FROM json_each({parameter}))"

    def output(self, column: str, kind: Kind) -> str:  # noqa: ARG002
        return column

    def json_rows(self, outputs: list[tuple[str, bool]], select: str) -> str:
        arrays = ", ".join(f"json({name})" if is_json else name for name, is_json in outputs)
        return f"(SELECT json_group_array(json_array({arrays})) FROM ({select}) AS listed)"

    def first_join(self, select: str, table: str, alias: str) -> str:
        return f'LEFT JOIN "{table}" AS {alias} ON {alias}."id" = ({select})'

    def instant(self, text: str) -> str:
        return f"{text[:10]}T{text[11:-6]}Z"  # Behind it stands +00:00.

    def moment(self, text: str) -> datetime:
        return datetime.fromisoformat(text)


DIALECTS: dict[str, Dialect] = {"postgres": Postgres(), "sqlite": Sqlite()}

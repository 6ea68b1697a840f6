"""The triggers by which the database refuses to change or delete the rows of a journal."""

_SQLITE = (
    'CREATE TRIGGER "{name}" BEFORE {event} ON "{table}" BEGIN SELECT RAISE(ABORT, \'{table} is append-only\'); END'
)
_POSTGRES = 'CREATE TRIGGER "{name}" BEFORE {event} ON "{table}" FOR EACH {each} EXECUTE FUNCTION refuse_change()'
_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION '% is append-only', TG_TABLE_NAME USING ERRCODE = 'integrity_constraint_violation';
END $$
"""


def triggers(table: str, dialect: str) -> dict[str, str]:
    """Give the statement of each trigger of an append-only table, by the trigger's name."""
    events = ("UPDATE", "DELETE") if dialect == "sqlite" else ("UPDATE", "DELETE", "TRUNCATE")
    return {_name(table, event): _statement(table, event, dialect) for event in events}


def _name(table: str, event: str) -> str:
    return f"{table}_refuses_{event.lower()}"


def _statement(table: str, event: str, dialect: str) -> str:
    name = _name(table, event)
    if dialect == "sqlite":
        return _SQLITE.format(name=name, table=table, event=event)
    each = "STATEMENT" if event == "TRUNCATE" else "ROW"
    return _POSTGRES.format(name=name, table=table, event=event, each=each)


def guard_statements(table: str, dialect: str) -> list[str]:
    """Write what makes a table append-only."""
    function = [] if dialect == "sqlite" else [_POSTGRES_FUNCTION]
    return [*function, *triggers(table, dialect).values()]


def drop_statements(table: str, dialect: str) -> list[str]:
    """Write what makes a table changeable again."""
    on = "" if dialect == "sqlite" else f' ON "{table}"'
    return [f'DROP TRIGGER "{name}"{on}' for name in triggers(table, dialect)]

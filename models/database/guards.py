"""The triggers by which the database itself holds a rule that no constraint can say.

On SQLite a writer is alone; on PostgreSQL a guard locks before it looks, for two could look before either has written.
"""

from typing import NamedTuple

DAY_LOCK = 7_318_306_227
"""The key of PostgreSQL's advisory lock that every unit of work shares, and that whoever moves the open day has alone."""

_SQLITE = (
    'CREATE TRIGGER "{name}" BEFORE {event} ON "{table}" WHEN {wrong} BEGIN SELECT RAISE(ABORT, \'{message}\'); END'
)
_POSTGRES_FUNCTION = """
CREATE OR REPLACE FUNCTION "{name}"() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    PERFORM {lock};
    IF {wrong} THEN
        RAISE EXCEPTION '{message}' USING ERRCODE = 'integrity_constraint_violation';
    END IF;
    RETURN NEW;
END $$
"""
_POSTGRES = 'CREATE TRIGGER "{name}" BEFORE {event} ON "{table}" FOR EACH ROW EXECUTE FUNCTION "{name}"()'
_REFERENCE_LOCK = "pg_advisory_xact_lock(hashtextextended(NEW.provider || '/' || NEW.provider_reference, 0))"


class Guard(NamedTuple):
    """What the database refuses on one event of a table; on PostgreSQL trigger and function have one name."""

    name: str
    table: str
    event: str
    lock: str
    """What PostgreSQL waits for before it looks: each statement of a function sees what was committed by then."""
    wrong: str
    """True of a NEW row that is refused."""
    message: str

    def statements(self, dialect: str) -> list[str]:
        """Write what makes the guard."""
        parts = self._asdict()
        if dialect == "sqlite":
            return [_SQLITE.format(**parts)]
        return [_POSTGRES_FUNCTION.format(**parts), _POSTGRES.format(**parts)]

    def drop_statements(self, dialect: str) -> list[str]:
        """Write what takes it away."""
        if dialect == "sqlite":
            return [f'DROP TRIGGER "{self.name}"']
        return [f'DROP TRIGGER "{self.name}" ON "{self.table}"', f'DROP FUNCTION "{self.name}"()']


def _changed(*columns: str) -> str:
    return " OR ".join(
        f"NEW.{column} <> OLD.{column} OR (NEW.{column} IS NULL) <> (OLD.{column} IS NULL)" for column in columns
    )


def _kept(table: str, columns: str, also: str = "FALSE") -> tuple[Guard, Guard]:
    """What keeps rows as they were made, in these columns; one that another took the place of is not the current one again."""
    changed = _changed("created_at", "customer_id", "application_id", *columns.split())
    wrong = f"{changed} OR (NEW.is_current AND NOT OLD.is_current) OR ({also})"
    return (
        Guard(f"{table}_keeps_what_it_says", table, "UPDATE", "1", wrong, f"{table} is kept as it was made"),
        Guard(f"{table}_is_kept", table, "DELETE", "1", "OLD.id > 0", f"{table} is kept"),
    )


_ARTICLE_COLUMNS = (
    "created_at article_id number status proposed_by_id decided_by_id decided_at version category title_zh title_en"
    " summary_zh summary_en body_zh body_en review_on expires_on"
)

GUARDS = (
    Guard(
        "entry_refuses_other_days",
        "entry",
        "INSERT",
        f"pg_advisory_xact_lock_shared({DAY_LOCK})",
        'NOT EXISTS (SELECT 1 FROM accounting_day WHERE accounting_day.is_open AND accounting_day."on" = NEW.booked_on)',
        "entry is booked on a day that is not open",
    ),
    Guard(
        "accounting_day_waits_for_writers",
        "accounting_day",
        "UPDATE",
        f"pg_advisory_xact_lock({DAY_LOCK})",
        "NEW.is_open AND NOT OLD.is_open",
        "accounting_day stays closed",
    ),
    Guard(
        "receipt_refuses_reference_in_suspense",
        "receipt",
        "INSERT",
        _REFERENCE_LOCK,
        """EXISTS (SELECT 1 FROM suspense_item AS item WHERE item.provider = NEW.provider
           AND item.provider_reference = NEW.provider_reference)""",
        "provider_reference is that of an item in suspense",
    ),
    Guard(
        "suspense_item_refuses_reference_of_receipt",
        "suspense_item",
        "INSERT",
        _REFERENCE_LOCK,
        """EXISTS (SELECT 1 FROM receipt WHERE receipt.provider = NEW.provider
           AND receipt.provider_reference = NEW.provider_reference)""",
        "provider_reference is that of a receipt",
    ),
    *_kept(
        "cost_disclosure",
        "step locale text text_hash currency amount total_interest total_fees annual_cost",
        "OLD.acknowledged_at IS NOT NULL AND (NEW.acknowledged_at IS NULL OR NEW.acknowledged_at <> OLD.acknowledged_at)",
    ),
    Guard(
        "application_party_keeps_what_was_signed",
        "application_party",
        "UPDATE",
        "1",
        "OLD.signed_at IS NOT NULL",
        "application_party is kept as it was signed",
    ),
    Guard("application_party_is_kept", "application_party", "DELETE", "1", "OLD.id > 0", "application_party is kept"),
    *_kept("decision", "staff_id policy_id decided_by decided_on outcome reason explanation"),
    *_kept("offer", "amount currency term annual_rate expires_on"),
    Guard(
        "article_version_keeps_what_was_decided",
        "article_version",
        "UPDATE",
        "1",
        f"OLD.status <> 'PROPOSED' AND ({_changed(*_ARTICLE_COLUMNS.split())})",
        "article_version is kept as it was decided",
    ),
    Guard("article_version_is_kept", "article_version", "DELETE", "1", "OLD.id > 0", "article_version is kept"),
)


def guards_of(table: str) -> list[Guard]:
    """Give the guards of a table."""
    return [guard for guard in GUARDS if guard.table == table]

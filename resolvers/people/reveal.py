"""Reading a masked value, once, for a stated reason."""

from dataclasses import dataclass
from datetime import timedelta

from models import AuditEntry, BankAccount, Customer, Payout, Secret, Staff, Viewer
from models.base import Owned
from models.database import Unit, locked, transaction
from resolvers import configured
from resolvers.people.relationships import kin_of
from rules.errors import NotFound
from rules.payments.states import PayoutStatus
from rules.people.reveal import RevealLimitReached, check_reason
from rules.people.staff import check_not_own

WINDOW = timedelta(hours=24)

REVEALABLE: dict[type[Owned], frozenset[str]] = {
    Customer: frozenset({"phone", "identity_number"}),
    BankAccount: frozenset({"number"}),
}
"""The encrypted columns that staff in charge may read; any other is not there for them."""

OPERATIONS = tuple(
    f"reveal {model.__name__}.{column}" for model, columns in REVEALABLE.items() for column in sorted(columns)
)


@dataclass(frozen=True)
class Revealed:
    """The value in clear; None if there is none."""

    value: str | None


async def reveal(viewer: Viewer, model: type[Owned], id: int, column: str, reason: str) -> Revealed:
    """Read one encrypted value of a customer the viewer is in charge of; the audit keeps which, of whom and why.

    An account to which somebody released a payout is read to pay at the bank, so it does not count towards the limit.
    Raises `ReasonTooShort`, `RevealLimitReached`, `OwnAffairs`, and `NotFound` for a row or column that is not there for him.
    """
    reason = check_reason(reason)
    if not viewer.is_in_charge or column not in REVEALABLE.get(model, frozenset()):
        raise NotFound
    async with transaction(viewer, f"reveal {model.__name__}.{column}", reason=reason) as unit:
        # One at a time, or parallel calls would pass the limit together.
        staff = await locked(Staff, viewer, viewer.staff_id)
        row = await model.visible_to(viewer).get_or_none(id=id)
        if row is None:
            raise NotFound
        unit.subject = row
        check_not_own(await kin_of(staff), [row.owner_id or 0])
        if isinstance(row, BankAccount) and await _is_to_be_paid(row):
            unit.operation += " to pay it out"
        else:
            await _check_limit(unit)
        secret: Secret | None = getattr(row, column)
        value = None if secret is None else secret.read()
    return Revealed(value)


async def _is_to_be_paid(account: BankAccount) -> bool:
    return await Payout.exists(bank_account_id=account.id, status=PayoutStatus.RELEASED)


async def _check_limit(unit: Unit) -> None:
    limit = configured().reveals_a_day
    revealed = AuditEntry.filter(
        actor=unit.viewer.actor, operation__in=OPERATIONS, created_at__gt=unit.now - WINDOW
    )  # fmt: skip
    if await revealed.count() >= limit:
        raise RevealLimitReached(limit=limit)

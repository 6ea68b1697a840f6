"""Reading a masked value, once, for a reason."""

from __future__ import annotations

from enum import StrEnum

import models
from resolvers.people import reveal as revealing
from rules.people.access import IN_CHARGE
from rules.people.reveal import ReasonTooShort, RevealLimitReached
from rules.people.staff import OwnAffairs
from schema.context import Info
from schema.declarations import Input, any_id, input, mutation, text, value
from schema.declarations.inputs import type_name_of
from schema.errors import BadInput


class RevealField(StrEnum):
    """What can be revealed."""

    PHONE = "PHONE"
    """A customer's phone number."""
    IDENTITY_NUMBER = "IDENTITY_NUMBER"
    """A customer's identity number."""
    ACCOUNT_NUMBER = "ACCOUNT_NUMBER"
    """The number of a bank account."""


COLUMNS: dict[RevealField, tuple[type[models.Owned], str]] = {
    RevealField.PHONE: (models.Customer, "phone"),
    RevealField.IDENTITY_NUMBER: (models.Customer, "identity_number"),
    RevealField.ACCOUNT_NUMBER: (models.BankAccount, "number"),
}


@input
class RevealInput(Input):
    """What to reveal, and why."""

    id: tuple[str, int] = any_id()
    """Whose value it is."""
    field: RevealField
    """Which value."""
    reason: str = text(1, 500)
    """Why you need it, in a sentence: kept in the audit under your name."""


@value(revealing.Revealed)
class RevealSuccess:
    """The value in clear, this once."""

    value: str | None
    """Null if there is none."""


@mutation(allow=IN_CHARGE, refusals=(RevealLimitReached, ReasonTooShort, OwnAffairs))
async def reveal(info: Info, input: RevealInput) -> revealing.Revealed:
    """Read one masked value of somebody you look after; audited, and limited by day."""
    model, column = COLUMNS[input.field]
    type_name, key = input.id
    if type_name != type_name_of(model):
        raise BadInput("input.wrong_kind_of_id").at("id")
    return await revealing.reveal(info.context.viewer, model, key, column, input.reason)

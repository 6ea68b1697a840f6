"""Writing a loan off."""

from __future__ import annotations

import models
from resolvers.loans import write_offs
from rules.loans.changes import AlreadyProposed
from rules.payments.payouts import PayoutUnderWay
from rules.people.access import IN_CHARGE, MANAGERS
from rules.people.staff import OwnAffairs, SamePerson
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import Input, id_of, input, mutation, text, token


@input
class ProposeWriteOffInput(Input):
    """Which loan, and why."""

    loan_id: int = id_of(models.Loan)
    """An active one."""
    reason: str = text(1, 1000)
    """Why nothing more is expected, for whoever decides."""


@mutation(allow=IN_CHARGE, refusals=(NotPossibleNow, OwnAffairs, AlreadyProposed))
async def propose_write_off(info: Info, input: ProposeWriteOffInput) -> models.LoanChange:
    """Propose to write a loan off; a manager, somebody else, decides."""
    return await write_offs.propose_write_off(info.context.viewer, **input.values())


@input
class ApproveWriteOffInput(Input):
    """Which proposal."""

    change_id: int = id_of(models.LoanChange)
    """A write-off that somebody else proposed."""
    key: str = token(64)
    """Chosen before the first try; send the same again to retry safely."""


@mutation(allow=MANAGERS, refusals=(NotPossibleNow, OwnAffairs, SamePerson, PayoutUnderWay))
async def approve_write_off(info: Info, input: ApproveWriteOffInput) -> models.LoanChange:
    """Write a loan off: the principal leaves the books and stays owed; what is paid later is a recovery."""
    return await write_offs.approve_write_off(info.context.viewer, **input.values())


@input
class DeclineWriteOffInput(Input):
    """Which proposal."""

    change_id: int = id_of(models.LoanChange)
    """A write-off that somebody else proposed."""


@mutation(allow=MANAGERS, refusals=(NotPossibleNow, OwnAffairs, SamePerson))
async def decline_write_off(info: Info, input: DeclineWriteOffInput) -> models.LoanChange:
    """Leave a loan in the books."""
    return await write_offs.decline_write_off(info.context.viewer, **input.values())

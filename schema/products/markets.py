"""What products follow from outside: reference rates, and days that the official calendar has otherwise."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING

import models
from resolvers.products import markets
from rules.people.access import ALL_STAFF, MANAGERS
from rules.people.staff import SamePerson
from rules.products import holidays
from rules.products.holidays import HolidayContradiction, HolidayTableGap, SpecialDateNotAllowed, SpecialDayKind
from rules.products.markets import MarketChangeKind
from rules.products.repricing import RateDateNotAllowed
from rules.products.states import ProposalStatus
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import (
    Connection,
    Input,
    Node,
    children,
    connection,
    day,
    decimal,
    filter_of,
    id_of,
    input,
    list_of,
    matches,
    mutation,
    node,
    relation,
    root,
    token,
)
from schema.errors import BadInput
from schema.scalars import Rate

if TYPE_CHECKING:
    from schema.people.staff import Staff


@node(models.ReferenceRate)
class ReferenceRate(Node):
    """A value of a reference rate, and the day from which it holds."""

    code: str
    """Such as LPR5Y."""
    valid_from: date
    """The first day it holds."""
    annual_rate: Rate
    """Its value, a year."""


@node(models.SpecialDay)
class SpecialDay(Node):
    """A day that is a business day or not, whatever the official calendar says."""

    day: date
    """Which day."""
    kind: SpecialDayKind
    """Whether it is a business day."""


@node(models.MarketChangeDay)
class MarketChangeDay(Node):
    """A day of which a proposal says whether it is a business day."""

    day: date
    """Which day."""
    kind: SpecialDayKind
    """Whether it would be a business day."""


@node(models.MarketChange)
class MarketChange(Node):
    """A value of a reference rate, or days of the calendar: proposed by one person, decided by another."""

    kind: MarketChangeKind
    """What is proposed."""
    status: ProposalStatus
    """Where it stands."""
    code: str | None
    """Which reference rate; null for special days."""
    valid_from: date | None
    """The first day on which it would have the value; null for special days."""
    annual_rate: Rate | None
    """Its value, a year; null for special days."""
    days: list[MarketChangeDay] = children(via="change_id", order_by="day")
    """Which days; empty for a reference rate."""
    created_at: datetime
    """When it was proposed."""
    proposed_by: Staff | None = relation("proposed_by_id")
    """Who proposes it."""
    decided_by: Staff | None = relation("decided_by_id")
    """Who decided it, never the same person; null before."""
    decided_at: datetime | None
    """When it was decided; null before."""


@filter_of(models.MarketChange)
class MarketChangeFilter:
    """Narrows a list of proposals."""

    status: ProposalStatus | None = matches("status")
    """Those that stand here: PROPOSED ones wait for somebody who decides."""


@root
class MarketRoot:
    market_changes: Connection[MarketChange] = connection(filter=MarketChangeFilter, allow=ALL_STAFF)
    """What was proposed of reference rates and special days, oldest first."""
    reference_rates: list[ReferenceRate] = children(order_by="id", allow=ALL_STAFF)
    """All values of all reference rates, as they were written down."""
    special_days: list[SpecialDay] = children(order_by="day", allow=ALL_STAFF)
    """All days that the official calendar has otherwise."""


@input
class ProposeReferenceRateInput(Input):
    """A reference rate, its value, and from when."""

    code: str = token(20)
    """Such as LPR5Y."""
    valid_from: date = day()
    """Today or later, and after every day it has a value from."""
    annual_rate: Rate = decimal(Decimal(0), Decimal(10))
    """Its value, a year."""


@mutation(allow=MANAGERS, refusals=(RateDateNotAllowed,))
async def propose_reference_rate(info: Info, input: ProposeReferenceRateInput) -> models.MarketChange:
    """Propose from when a reference rate has a value; another manager decides."""
    return await markets.propose_reference_rate(info.context.viewer, **input.values())


@input
class SpecialDayInput(Input):
    """A day that the official calendar has otherwise, or does not know yet."""

    on: date = day()
    """Which day."""
    kind: SpecialDayKind
    """Whether it is a business day."""


@input
class ProposeSpecialDaysInput(Input):
    """Days that the official calendar has otherwise."""

    days: list[SpecialDayInput] = list_of(SpecialDayInput, 1000)
    """All after today; a day that is there already is said anew."""


@mutation(allow=MANAGERS, refusals=(SpecialDateNotAllowed, HolidayContradiction, HolidayTableGap))
async def propose_special_days(info: Info, input: ProposeSpecialDaysInput) -> models.MarketChange:
    """Propose of days to come whether they are business days; another manager decides."""
    said = input.values()["days"]
    if not said:
        raise BadInput("input.required").at("days")
    days = [holidays.SpecialDay(**each) for each in said]
    return await markets.propose_special_days(info.context.viewer, days=days)


@input
class ApproveMarketChangeInput(Input):
    """Which proposal."""

    change_id: int = id_of(models.MarketChange)
    """One that somebody else made."""


@mutation(
    allow=MANAGERS,
    refusals=(
        NotPossibleNow,
        SamePerson,
        RateDateNotAllowed,
        SpecialDateNotAllowed,
        HolidayContradiction,
        HolidayTableGap,
    ),
)
async def approve_market_change(info: Info, input: ApproveMarketChangeInput) -> models.MarketChange:
    """Let a proposal hold: loans follow a rate on their days of repricing, and due days move along with special days."""
    return await markets.approve_market_change(info.context.viewer, **input.values())


@input
class DeclineMarketChangeInput(Input):
    """Which proposal."""

    change_id: int = id_of(models.MarketChange)
    """One that somebody else made."""


@mutation(allow=MANAGERS, refusals=(NotPossibleNow, SamePerson))
async def decline_market_change(info: Info, input: DeclineMarketChangeInput) -> models.MarketChange:
    """Leave reference rates and special days as they are."""
    return await markets.decline_market_change(info.context.viewer, **input.values())

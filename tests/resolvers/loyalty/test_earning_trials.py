# ruff: noqa: F811  Fixtures come from elsewhere.
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from models import Loan, Viewer
from resolvers.loans import prepayments
from resolvers.loyalty.earning_trials import try_earning_rule
from rules.loans.events import PrepaymentEffect
from rules.loyalty.earning import CapTooLow, RuleDateNotAllowed
from rules.loyalty.kinds import Act, CapPeriod
from rules.people.access import Role
from tests import make
from tests.resolvers.loans.test_repayments import borrower, loan, officer  # noqa: F401
from tests.resolvers.loyalty.test_earning_rules import pay

TIME: dict[str, Any] = {"since": date(2026, 3, 1), "until": date(2026, 12, 31)}
NO_CAP: dict[str, Any] = {"at_least": None, "cap_points": None, "cap_period": None}


@pytest.fixture
async def paid(loan, officer) -> Loan:
    """Two installments in time, one a day late; and another customer's one."""
    await pay(loan, officer, 1)
    await pay(loan, officer, 2)
    await make.pass_until(date(2026, 6, 17))
    await pay(loan, officer, 3, "400.00")
    other = await make.loan(await make.customer(branch=await make.branch()), term=3)
    await pay(other, await make.officer_of(other.customer_id), 4)
    return loan


async def test_it_says_who_would_have_got_what_and_writes_nothing(paid, officer):
    before = await make.everything()
    trial = await try_earning_rule(officer, act=Act.ON_TIME, points=7, **NO_CAP, **TIME)
    assert (trial.customer_count, trial.awards, trial.capped_awards, trial.points) == (2, 3, 0, 21)
    assert (trial.cost, trial.currency) == (Decimal("0.21"), "CNY")
    assert [(share.customer.id, share.awards, share.points) for share in trial.most] == [(paid.customer_id, 2, 14)]
    assert await make.everything() == before


async def test_what_was_done_outside_the_time_does_not_count(paid, officer):
    time = {"since": date(2026, 6, 1), "until": date(2026, 6, 30)}
    trial = await try_earning_rule(officer, act=Act.ON_TIME, points=7, **NO_CAP, **time)
    assert (trial.customer_count, trial.awards, trial.most) == (1, 1, [])


async def test_a_cap_and_a_streak_are_tried_as_they_would_be_given(paid, officer):
    capped = {"at_least": None, "cap_points": 10, "cap_period": CapPeriod.MONTH}
    trial = await try_earning_rule(officer, act=Act.ON_TIME, points=7, **capped, **TIME)
    assert (trial.awards, trial.capped_awards, trial.points) == (3, 1, 17)
    streak = NO_CAP | {"at_least": 2}
    trial = await try_earning_rule(officer, act=Act.STREAK, points=50, **streak, **TIME)
    assert (trial.awards, trial.points) == (1, 50)


async def test_early_settlements_are_worked_out_from_what_happened(paid, loan, borrower, officer):
    other = await make.loan(term=12)
    customer = await make.viewer_of(other.customer_id)
    full = await prepayments.quote(customer, loan_id=other.id, effect=PrepaymentEffect.REDUCE_TERM)
    await prepayments.confirm(customer, quote_id=full.id, key="all")
    auditor = await make.signed_in(await make.staff(role=Role.AUDITOR))
    trial = await try_earning_rule(auditor, act=Act.EARLY_SETTLEMENT, points=50, **(NO_CAP | {"at_least": 30}), **TIME)
    assert [(share.customer.id, share.points) for share in trial.most] == [(other.customer_id, 50)]


async def test_no_longer_than_a_year_and_no_cap_below_one_award(officer):
    wrong: Viewer = officer
    for until in (TIME["since"] - timedelta(days=1), TIME["since"] + timedelta(days=366)):
        with pytest.raises(RuleDateNotAllowed):
            await try_earning_rule(wrong, act=Act.ON_TIME, points=7, **NO_CAP, since=TIME["since"], until=until)
    with pytest.raises(CapTooLow):
        capped = {"at_least": None, "cap_points": 6, "cap_period": CapPeriod.MONTH}
        await try_earning_rule(wrong, act=Act.ON_TIME, points=7, **capped, **TIME)

"""A machine that lives loans at random: whatever people and days do to one, rows and books say what its events do.

Days only go on, from one life to the next. In `make test-deep` it lives a thousand.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import timedelta
from decimal import Decimal
from itertools import count
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from tortoise.connection import get_connection

from jobs.verify import verify
from models import Customer, Loan, LoanEvent, Product, Repayment, Reward, Viewer, Voucher
from resolvers.books import suspense
from resolvers.loans import (
    agreements,
    ends_of_days,
    prepayments,
    refunds,
    repayments,
    replays,
    reversals,
    tranches,
    write_offs,
)
from resolvers.loyalty import vouchers
from resolvers.products.products import NewFee
from rules.errors import Refused
from rules.loans.changes import AGREED, ChangeKind
from rules.loans.events import LoanEventKind, PrepaymentEffect
from rules.loans.prepayments import NothingToPrepay
from rules.loans.states import SETTLED, LoanStatus
from rules.loyalty.rewards import RewardKind
from rules.money import Money, from_cents
from rules.payments.states import PaymentChannel
from rules.people.access import Role
from rules.products.kinds import DayCount, ExcessRule, FeeKind, Frequency, PayoffRule, RepaymentMethod, Rounding
from tests import make, rewarding

_numbers = count(1)
TERMS = (
    {},
    {"penalty_multiplier": Decimal("1.5"), "penalty_grace_days": 3, "penalty_on_interest": True},
    {"excess": ExcessRule.CREDIT, "penalty_multiplier": Decimal("1.3"), "day_count": DayCount.ACT_365F},
    {"excess": ExcessRule.REFUSED, "rounding": Rounding.UNIT, "day_count": DayCount.ACT_360},
    {"method": RepaymentMethod.EQUAL_PRINCIPAL, "payoff": PayoffRule.TO_PERIOD_END, "due_day": 28},
    {"method": RepaymentMethod.INTEREST_ONLY, "penalty_multiplier": Decimal("1.5"), "day_count": DayCount.ACT_ACT},
    {"method": RepaymentMethod.BULLET, "penalty_multiplier": Decimal("1.5")},
    {"method": RepaymentMethod.FLAT_FEE, "grace_periods": 1},
    {"method": RepaymentMethod.STEP_UP, "step_share": Decimal("0.05"), "step_every": 2},
    {"frequency": Frequency.FORTNIGHTLY, "penalty_multiplier": Decimal("1.5")},
    {
        "fees": [
            NewFee(FeeKind.UPFRONT, "手续费", "Handling fee", Decimal("0.01")),
            NewFee(FeeKind.FINANCED, "服务费", "Service fee", Decimal("0.02")),
            NewFee(FeeKind.PERIODIC, "账户费", "Account fee", amount=Decimal("2.00")),
            NewFee(FeeKind.PREPAYMENT, "提前还款费", "Prepayment fee", Decimal("0.02"), until_months=2),
        ],
        "allocation_order": "PRINCIPAL,INTEREST,PENALTY,COSTS",
    },
)


@dataclass
class House:
    """Who is there, what is lent, and what the lives met: each kind of step has to be met by some."""

    customer: Customer
    borrower: Viewer
    officer: Viewer
    manager: Viewer
    products: list[Product]
    rewards: list[Reward]
    met: set[str] = field(default_factory=set)


@pytest.fixture
async def house(db) -> AsyncIterator[House]:
    customer = await make.customer()
    borrower = await make.signed_in(customer)
    officer, manager = await make.officer_of(customer.id), await make.manager_of(customer.id)
    assert manager.role is Role.MANAGER
    products = [
        await make.product(**({"fees": [], "max_term": 24, "cooling_off_days": 60, "statement_days": 7} | terms))
        for terms in TERMS
    ]
    rewards = [await rewarding.reward(kind) for kind in (RewardKind.INTEREST_VOUCHER, RewardKind.FEE_WAIVER)]
    house = House(customer, borrower, officer, manager, products, rewards)
    yield house
    assert await verify() == []
    assert house.met >= {"pass_time", "pay", "pay_back_dated", "prepay"}, house.met


@dataclass
class Dice:
    """Numbers thrown beforehand: hypothesis cannot be asked while others wait."""

    thrown: list[int]

    def among(self, *choices: Any) -> Any:
        return choices[self.thrown.pop() % len(choices)]

    def between(self, least: int, most: int) -> int:
        return least + self.thrown.pop() % (most - least + 1)


Step = Callable[[Dice, House, Loan], Awaitable[object]]


async def pass_time(dice: Dice, house: House, loan: Loan) -> None:
    day = make.clock.today() + timedelta(days=dice.among(1, 3, 10, 29, 31, 62))
    await make.travel_to(day)
    await ends_of_days.catch_loans_up(make.system(), day)


async def pay(dice: Dice, house: House, loan: Loan) -> None:
    amount = Money(from_cents(dice.between(1, 60_000)), "CNY")
    await repayments.repay(house.borrower, loan_id=loan.id, amount=amount, key=f"pay-{next(_numbers)}")


async def pay_back_dated(dice: Dice, house: House, loan: Loan) -> None:
    number = next(_numbers)
    day = make.clock.today() - timedelta(days=dice.among(0, 1, 20, 45))
    await repayments.record_repayment(
        house.officer,
        loan_id=loan.id,
        amount=Money(from_cents(dice.between(1, 150_000)), "CNY"),
        channel=PaymentChannel.TRANSFER,
        reference=f"R-{number}",
        received_on=max(day, loan.opened_on or day),
        key=f"record-{number}",
    )


async def reverse(dice: Dice, house: House, loan: Loan) -> None:
    paid = await Repayment.filter(loan_id=loan.id).order_by("id")
    if not paid:
        return
    bounced = dice.among(*paid)
    await reversals.reverse_repayment(
        house.officer,
        repayment_id=bounced.id,
        reversed_on=make.clock.today(),
        reason="The bank took it back.",
        key=f"reverse-{next(_numbers)}",
    )


async def prepay(dice: Dice, house: House, loan: Loan) -> None:
    cents = dice.among(None, dice.between(1, 100_000), dice.between(1, 100_000))
    quoted = await prepayments.quote(
        house.borrower,
        loan_id=loan.id,
        amount=None if cents is None else Money(from_cents(cents), "CNY"),
        effect=dice.among(*PrepaymentEffect),
    )
    await prepayments.confirm(house.borrower, quote_id=quoted.id, key=f"prepay-{next(_numbers)}")


async def agree(dice: Dice, house: House, loan: Loan) -> None:
    kind = dice.among(*sorted(AGREED))
    terms = {
        ChangeKind.EXTENSION: {"periods": dice.between(1, 4)},
        ChangeKind.HOLIDAY: {"periods": dice.between(1, 3)},
        ChangeKind.DUE_DAY: {"due_day": dice.between(1, 31)},
        ChangeKind.DISCOUNT: {"annual_rate": Decimal("0.02")},
        ChangeKind.CAPITALISATION: {},
        ChangeKind.WAIVER: {},
        ChangeKind.TRANCHE: {"amount": Money(from_cents(dice.between(1, 500_000)), "CNY")},
    }
    change = await agreements.propose_change(
        house.officer, loan_id=loan.id, kind=kind, reason="He asked for it.", **terms[kind]
    )
    await agreements.approve_change(house.manager, change_id=change.id)
    key = f"accept-{next(_numbers)}"
    if kind is ChangeKind.TRANCHE:
        account = await make.bank_account(loan.customer_id)
        await tranches.accept_tranche(house.borrower, loan_id=loan.id, bank_account_id=account.id, key=key)
    else:
        await agreements.accept_change(house.borrower, loan_id=loan.id, kind=kind, key=key)


async def assign(dice: Dice, house: House, loan: Loan) -> None:
    number = next(_numbers)
    item = await make.suspense_item(house.officer, amount=Money(from_cents(dice.between(1, 60_000)), "CNY"))
    await suspense.assign_suspense(house.officer, item_id=item.id, loan_id=loan.id, key=f"assign-{number}")
    if dice.among(True, False):
        reason = "It was for somebody else."
        await suspense.unassign_suspense(house.officer, item_id=item.id, reason=reason, key=f"unassign-{number}")


async def refinance(dice: Dice, house: House, loan: Loan) -> None:
    await make.refinanced(loan, amount="90000.00")


async def send_back(dice: Dice, house: House, loan: Loan) -> None:
    account = await make.bank_account(loan.customer_id)
    key = f"back-{next(_numbers)}"
    await refunds.request_refund(house.borrower, loan_id=loan.id, bank_account_id=account.id, key=key)


async def write_off(dice: Dice, house: House, loan: Loan) -> None:
    change = await write_offs.propose_write_off(house.officer, loan_id=loan.id, reason="No answer.")
    await write_offs.approve_write_off(house.manager, change_id=change.id, key=f"off-{next(_numbers)}")


async def use_voucher(dice: Dice, house: House, loan: Loan) -> None:
    """Take one for points, and use it; what it paid may bounce like anything else."""
    await rewarding.give(loan.customer_id, 300)
    redemption = await rewarding.redemption(dice.among(*house.rewards), house.borrower)
    voucher = await Voucher.get(redemption_id=redemption.id)
    await vouchers.use(house.borrower, voucher_id=voucher.id, loan_id=loan.id, key=f"use-{voucher.id}")


STEPS: tuple[Step, ...] = (
    *(use_voucher,) * 2,
    *(pass_time,) * 4,
    *(pay,) * 3,
    *(pay_back_dated,) * 3,
    *(reverse,) * 2,
    *(prepay,) * 2,
    agree,
    agree,
    assign,
    refinance,
    write_off,
    send_back,
    send_back,
)


THROWS = st.lists(st.integers(0, 2**20), min_size=6, max_size=6)


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(
    terms=st.integers(0, len(TERMS) - 1),
    term=st.integers(3, 8),
    steps=st.lists(st.tuples(st.sampled_from(STEPS), THROWS), min_size=1, max_size=10),
)
async def test_whatever_happens_to_a_loan_rows_and_books_say_what_its_events_do(house, terms, term, steps):
    loan = await make.loan(house.customer, product=house.products[terms], term=term)
    for step, thrown in steps:
        with suppress(Refused):
            await step(Dice(list(thrown)), house, await Loan.get(id=loan.id))
            house.met.add(step.__name__)
        stored = await replays.locked(get_connection("default"), loan.id)
        assert replays.differences(stored, make.clock.today()) == [], step.__name__
    now = await Loan.get(id=loan.id)
    assert 0 <= now.outstanding <= now.principal
    assert (now.status in SETTLED) == (now.next_action_on is None)
    off = await LoanEvent.exists(loan_id=loan.id, kind=LoanEventKind.WRITE_OFF)
    assert now.status is not LoanStatus.WRITTEN_OFF or off
    await _pay_off(house, now)


async def _pay_off(house: House, loan: Loan) -> None:
    """End a life: days that pass for the next one find nothing to do here."""
    with suppress(NothingToPrepay):  # Settled, or kept credit pays all that will fall due.
        quoted = await prepayments.quote(house.borrower, loan_id=loan.id, effect=PrepaymentEffect.REDUCE_TERM)
        ended = await prepayments.confirm(house.borrower, quote_id=quoted.id, key=f"end-{next(_numbers)}")
        assert (ended.loan.status, ended.loan.outstanding, ended.loan.next_action_on) == (LoanStatus.CLOSED, 0, None)

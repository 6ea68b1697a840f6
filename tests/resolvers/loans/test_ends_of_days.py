import asyncio
import logging
from datetime import date, timedelta
from decimal import Decimal

import pytest
from tortoise.connection import get_connection

from jobs.verify import verify
from models import Allocation, Entry, Installment, Loan, LoanEvent, PointsAccount, Posting
from models.database.statements import counted
from resolvers.books import accounting_days, journal
from resolvers.loans import ends_of_days
from resolvers.loans.loan_positions import loan_position
from resolvers.loans.repayments import record_repayment, repay
from rules.books.accounts import AccountCode
from rules.loans.delinquency import Bucket, RiskClass, bucket_of, risk_class_of
from rules.loans.events import LoanEventKind
from rules.loans.repayments import Overpayment
from rules.products.holidays import SpecialDay, SpecialDayKind
from rules.products.kinds import DayCount, ExcessRule, HolidayRule
from rules.products.repricing import RateType, RepricingRule
from tests import make
from tests.databases import ON_POSTGRES
from tests.resolvers.loans.test_repayments import cash, yuan

APRIL = date(2026, 4, 16)


async def lent(amount: str = "1000.00", term: int = 3, **terms: object) -> Loan:
    product = await make.product(annual_rate=Decimal("0.1450"), fees=[], **terms)
    return await make.loan(term=term, amount=amount, product=product)


async def now(loan: Loan) -> Loan:
    return await Loan.get(id=loan.id)


async def test_what_is_late_costs_penalty_interest_by_the_day(db):
    loan = await lent(penalty_multiplier=Decimal("1.5"), penalty_grace_days=3, day_count=DayCount.ACT_365F)
    first = await Installment.get(loan_id=loan.id, number=1)
    seen = {}
    for days in (0, 1, 3, 4, 10):
        await make.pass_until(APRIL + timedelta(days=days))
        row = await Installment.get(id=first.id)
        seen[days] = (row.penalty, (await now(loan)).days_past_due)
        position = await loan_position(await make.viewer_of(loan.customer_id), loan_id=loan.id)
        assert position.due.penalty == row.penalty, "billed to the day"
    a_day = first.principal * Decimal("0.145") * Decimal("1.5") / 360
    assert seen == {
        0: (0, 0),
        1: (0, 1),
        3: (0, 3),
        4: (round(4 * a_day, 2), 4),
        10: (round(10 * a_day, 2), 10),
    }
    officer = await make.officer_of(loan.customer_id)
    due = first.principal + first.interest + seen[10][0]
    paid = await record_repayment(officer, **cash(loan, amount=yuan(due), received_on=make.clock.today()))
    split = await Allocation.get(repayment_id=paid.repayment.id)
    assert (split.penalty, split.interest, split.principal) == (seen[10][0], first.interest, first.principal)
    assert (await Installment.get(id=first.id)).is_open is False
    assert await verify() == []


async def test_buckets_and_classes_begin_on_their_days(db):
    loan = await lent()
    met = {}
    for late in (1, 8, 31, 61, 91):
        await make.pass_until(APRIL + timedelta(days=late))
        days = (await now(loan)).days_past_due
        assert days == late
        met[late] = (bucket_of(days), risk_class_of(days))
    assert met == {
        1: (Bucket.D1_7, RiskClass.SPECIAL_MENTION),
        8: (Bucket.D8_30, RiskClass.SPECIAL_MENTION),
        31: (Bucket.D31_60, RiskClass.SPECIAL_MENTION),
        61: (Bucket.D61_90, RiskClass.SPECIAL_MENTION),
        91: (Bucket.D91_180, RiskClass.SUBSTANDARD),
    }


async def test_kept_credit_pays_what_falls_due_on_its_day_in_time(db):
    loan = await lent(excess=ExcessRule.CREDIT)
    officer = await make.officer_of(loan.customer_id)
    paid = await record_repayment(officer, **cash(loan, amount=yuan("500.00")))
    assert (paid.loan.credit, paid.loan.outstanding, paid.points_earned) == (500, 1000, 0)
    assert paid.loan.next_action_on == APRIL
    await make.pass_until(APRIL)
    loan = await now(loan)
    assert (loan.credit, loan.outstanding) == (Decimal("158.58"), Decimal("670.66"))
    used = await Allocation.get(loan_id=loan.id, value_on=APRIL)
    assert (used.repayment_id, used.excess) == (None, Decimal("-341.42"))
    assert (await PointsAccount.get(customer_id=loan.customer_id)).pending == 10
    entry = await Entry.get(source=f"EndOfDay:{APRIL}:Loan:{loan.id}")
    assert sum(posting.amount for posting in await Posting.filter(entry_id=entry.id)) == 0
    assert await verify() == []


async def test_what_the_database_refuses_for_one_loan_holds_up_no_other(db, caplog):
    product = await make.product(annual_rate=Decimal("0.1450"), fees=[], excess=ExcessRule.CREDIT)
    loans = [await make.loan(term=3, product=product) for _ in range(3)]
    for number, loan in enumerate(loans):
        officer = await make.officer_of(loan.customer_id)
        await record_repayment(officer, **cash(loan, amount=yuan("500.00"), reference=f"C-{number}", key=f"c-{number}"))
    async with make.unit() as unit:  # The entry that the night will want to write is there already.
        await journal.post(
            unit,
            source=f"EndOfDay:{APRIL}:Loan:{loans[1].id}",
            currency="CNY",
            amounts={AccountCode.CASH: Decimal("1.00"), AccountCode.SUSPENSE: Decimal("-1.00")},
            customer_id=None,
            loan_id=None,
        )
    await make.pass_until(APRIL)
    assert [(await now(loan)).credit for loan in loans] == [Decimal("158.58"), Decimal("500.00"), Decimal("158.58")]
    assert f"what the day brings about for loan {loans[1].id} is refused" in caplog.text
    assert await ends_of_days.catch_loans_up(make.system(), APRIL) == 0, "it is tried again, and refused again"


async def test_where_an_overpayment_is_refused_no_more_is_collected_than_is_due(db):
    loan = await lent(excess=ExcessRule.REFUSED)
    borrower = await make.viewer_of(loan.customer_id)
    before = await make.everything()
    with pytest.raises(Overpayment) as refused:
        await repay(borrower, loan_id=loan.id, amount=yuan("1.00"), key="early")
    assert refused.value.maximum.amount == 0
    assert await make.everything() == before
    await make.pass_until(APRIL)
    with pytest.raises(Overpayment) as refused:
        await repay(borrower, loan_id=loan.id, amount=yuan("341.43"), key="much")
    assert refused.value.maximum.amount == Decimal("341.42")
    await repay(borrower, loan_id=loan.id, amount=yuan("341.42"), key="due")
    officer = await make.officer_of(loan.customer_id)
    more = await record_repayment(officer, **cash(loan, amount=yuan("50.00"), received_on=APRIL))
    assert more.loan.credit == 50, "what has arrived is kept"
    assert await verify() == []


@pytest.mark.parametrize(
    ("rule", "changes"),
    [
        (RepricingRule.EACH_CHANGE, [(date(2026, 5, 1), "0.050000"), (date(2026, 12, 1), "0.060000")]),
        (RepricingRule.NEW_YEAR, [(date(2027, 1, 1), "0.060000")]),
        (RepricingRule.ANNIVERSARY, [(date(2027, 3, 16), "0.060000")]),
    ],
)
async def test_a_floating_rate_follows_on_its_days_and_no_others(db, rule, changes):
    await make.reference_rate("LPR", make.TODAY, "0.0350")
    terms = {"rate_type": RateType.FLOATING, "reference_rate": "LPR", "spread_bp": 50, "repricing": rule}
    loan = await lent(term=24, **terms)
    assert loan.rate == Decimal("0.0400")
    before = [row.interest for row in await Installment.filter(loan_id=loan.id).order_by("number")]
    for day, rate in ((date(2026, 5, 1), "0.0450"), (date(2026, 12, 1), "0.0550")):
        await make.reference_rate("LPR", day, rate)
    for day in (date(2026, 12, 31), date(2027, 1, 2), date(2027, 4, 2)):  # Days are missed, and made up for one by one.
        await accounting_days.catch_up(make.clock, day)
        make.clock.business_date = day
    happened = await LoanEvent.filter(loan_id=loan.id, kind=LoanEventKind.RATE_CHANGE).order_by("value_on")
    assert [(event.value_on, str(event.annual_rate)) for event in happened] == changes
    assert (await now(loan)).current_rate == Decimal(changes[-1][1])
    after = [row.interest for row in await Installment.filter(loan_id=loan.id).order_by("number")]
    assert after[:1] == before[:1], "what was over stays"
    assert after[-2] > before[-2]
    assert await verify() == []


async def test_a_payment_that_is_faster_than_the_end_of_the_day_is_booked_at_the_new_rate(db):
    await make.reference_rate("LPR", make.TODAY, "0.0350")
    terms = {"rate_type": RateType.FLOATING, "reference_rate": "LPR", "spread_bp": 50}
    loan = await lent(term=24, repricing=RepricingRule.EACH_CHANGE, **terms)
    await make.pass_until(make.TODAY + timedelta(days=2))
    await make.reference_rate("LPR", make.TODAY + timedelta(days=2), "0.0300")
    await make.repayment(loan, "5.00")
    assert (await now(loan)).current_rate == Decimal("0.0350")
    assert await LoanEvent.filter(loan_id=loan.id, kind=LoanEventKind.RATE_CHANGE).count() == 1
    await make.pass_until(make.TODAY + timedelta(days=4))
    assert await LoanEvent.filter(loan_id=loan.id, kind=LoanEventKind.RATE_CHANGE).count() == 1
    assert await verify() == []


async def test_a_day_that_becomes_a_holiday_moves_what_is_due_on_it(db):
    loan = await lent(holiday_rule=HolidayRule.NEXT)
    assert (await Installment.get(loan_id=loan.id, number=1)).due_on == APRIL
    await make.special_days(SpecialDay(APRIL, SpecialDayKind.HOLIDAY))
    await make.pass_until(make.TODAY + timedelta(days=1))
    assert (await Installment.get(loan_id=loan.id, number=1)).due_on == APRIL + timedelta(days=1)
    await make.pass_until(APRIL + timedelta(days=1))
    assert (await now(loan)).days_past_due == 0
    assert await verify() == []


async def test_a_loan_with_nothing_to_do_is_not_touched(db):
    await lent()
    with counted() as statements:
        await ends_of_days.catch_loans_up(make.system(), make.TODAY)
    assert not [each for each in statements if each.split()[0] in ("UPDATE", "INSERT", "DELETE")]
    assert len(statements) <= 2


async def test_many_take_as_many_statements_as_one(db):
    async def taken(count: int) -> int:
        loans = [await lent(penalty_multiplier=Decimal("1.5")) for _ in range(count)]
        day = make.clock.today() + timedelta(days=40)
        await make.travel_to(day)
        with counted() as statements:
            assert await ends_of_days.catch_loans_up(make.system(), day) >= len(loans)
        return len(statements)

    assert await taken(1) == await taken(7)
    assert await verify() == []


async def test_two_at_once_do_it_once_and_a_repeat_does_nothing(db):
    loans = [await lent(penalty_multiplier=Decimal("1.5")) for _ in range(5)]
    await make.travel_to(APRIL + timedelta(days=9))
    done = await asyncio.gather(*(ends_of_days.catch_loans_up(make.system(), make.clock.today()) for _ in range(3)))
    assert sum(done) == len(loans)
    before = await make.everything()
    assert await ends_of_days.catch_loans_up(make.system(), make.clock.today()) == 0
    assert await make.everything() == before
    assert await verify() == []


async def test_what_was_broken_off_is_done_next_time(db, monkeypatch):
    monkeypatch.setattr(ends_of_days, "CHUNK", 2)
    loans = [await lent() for _ in range(5)]
    await make.travel_to(APRIL + timedelta(days=2))

    class Crash(Exception):
        """As if the process were killed between two chunks."""

    def crash(on: date, done: int, total: int) -> None:
        raise Crash

    with pytest.raises(Crash):
        await ends_of_days.catch_loans_up(make.system(), make.clock.today(), crash)
    late = await Loan.filter(days_past_due=2).count()
    assert late == 2
    told = []
    await accounting_days.catch_up(make.clock, make.clock.today(), lambda *heard: told.append(heard))
    assert await Loan.filter(days_past_due=2).count() == len(loans)
    assert told == [(make.clock.today(), 2, 3), (make.clock.today(), 3, 3)]


async def test_a_loan_that_cannot_be_worked_out_holds_nobody_up(db, monkeypatch, caplog):
    broken, sound = await lent(), await lent()
    await make.travel_to(APRIL + timedelta(days=2))
    honest = ends_of_days.replays.replayed

    def replayed(stored, *rest):
        assert stored.loan.id != broken.id, "its terms cannot be read"
        return honest(stored, *rest)

    monkeypatch.setattr(ends_of_days.replays, "replayed", replayed)
    with caplog.at_level(logging.ERROR):
        assert await ends_of_days.catch_loans_up(make.system(), make.clock.today()) == 1
    assert f"loan {broken.id} cannot be worked out" in caplog.text
    assert ((await now(broken)).days_past_due, (await now(sound)).days_past_due) == (0, 2)
    monkeypatch.undo()
    assert await ends_of_days.catch_loans_up(make.system(), make.clock.today()) == 1
    assert (await now(broken)).days_past_due == 2


async def test_a_payment_that_comes_while_the_day_ends_is_booked_once_and_rightly(db):
    loans = [await lent(penalty_multiplier=Decimal("1.5")) for _ in range(4)]
    officers = [await make.officer_of(loan.customer_id) for loan in loans]
    await make.travel_to(APRIL + timedelta(days=5))
    paying = [
        record_repayment(officer, **cash(loan, reference=f"R-{loan.id}", key=f"k-{loan.id}", received_on=APRIL))
        for loan, officer in zip(loans, officers, strict=True)
    ]
    ending = [ends_of_days.catch_loans_up(make.system(), make.clock.today()) for _ in range(2)]
    await asyncio.gather(*paying, *ending)
    assert {(await now(loan)).days_past_due for loan in loans} == {0}
    assert await verify() == []


@pytest.mark.skipif(not ON_POSTGRES, reason="SQLite plans without statistics of ours")
async def test_the_loans_that_are_due_are_found_by_an_index(db):
    await lent()
    connection = get_connection("default")
    for way in ("seqscan", "bitmapscan"):
        await connection.execute_query(f"SET enable_{way} = off")
    plan = await connection.execute_query_dict(
        "EXPLAIN SELECT loan.* FROM loan WHERE loan.next_action_on <= '2026-03-16'"
        " AND (loan.next_action_on, loan.id) > ('2026-01-01', 0) ORDER BY loan.next_action_on, loan.id LIMIT 500"
    )
    for way in ("seqscan", "bitmapscan"):
        await connection.execute_query(f"SET enable_{way} = on")
    text = "\n".join(row["QUERY PLAN"] for row in plan)
    assert "Index Scan" in text
    assert "Sort" not in text

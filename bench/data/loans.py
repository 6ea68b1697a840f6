"""The rows of loans, from the application to the last payment, its books, its points and what was told of it."""

from collections import Counter
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache

import orjson

from bench.data.house import Rows, text_hash
from bench.data.town import (
    FIRST_RULE,
    MANAGER,
    PAID,
    POINTS_ON_TIME,
    RATES,
    Town,
    branch_of,
    customer_of,
    is_told_of,
    months_after,
    principal_of,
    product_of,
    repayment_of,
    schedule_of,
)
from rules.books.accounts import AccountCode
from rules.books.points_costs import COST_OF_A_POINT
from rules.loans.numbers import loan_number
from rules.loyalty.points import expires_on
from rules.money import from_cents, to_cents
from rules.people.access import PartyRole
from rules.people.kinds import Locale
from rules.products.kinds import RepaymentMethod

CONTRACT = "借款合同"
_until = cache(expires_on)
ACCOUNTS = {code: number for number, code in enumerate(AccountCode, start=1)}


def _loans(town: Town) -> Iterator[int]:
    return iter(range(1, town.loans + 1))


def _payments(town: Town) -> Iterator[tuple[int, int]]:
    """Every loan with the number of each installment that was paid."""
    for loan in _loans(town):
        for number in range(1, PAID + 1):
            yield loan, number


def _rewarded(town: Town) -> Iterator[tuple[int, int]]:
    return (payment for payment in _payments(town) if is_told_of(*payment))


def application(town: Town) -> Rows:
    for loan in _loans(town):
        at, customer = town.created_at(loan), customer_of(loan)
        asked = (principal_of(loan), "CNY", town.term(loan), "HOUSEHOLD", "ACCEPTED", at)
        yield loan, at, 1, *asked, branch_of(customer), customer, product_of(loan)


def application_step(town: Town) -> Rows:
    for loan in _loans(town):
        yield loan, town.created_at(loan), "ACCEPTED", town.opened_on(loan), customer_of(loan), loan


def contract(town: Town) -> Rows:
    hashed = text_hash(CONTRACT)
    for loan in _loans(town):
        yield loan, town.created_at(loan), Locale.ZH_CN.value, CONTRACT, hashed, customer_of(loan), loan


def signature(town: Town) -> Rows:
    hashed = text_hash(CONTRACT)
    for loan in _loans(town):
        at = town.created_at(loan)
        yield loan, at, hashed, 1, at, customer_of(loan), loan


def loan(town: Town) -> Rows:
    for number in _loans(town):
        principal = principal_of(number)
        outstanding = principal - sum(part for part, _ in schedule_of(town, number)[:PAID])
        terms = (RATES[product_of(number) - 1], town.term(number), RepaymentMethod.EQUAL_INSTALLMENT.value)
        keys = (customer_of(number), product_of(number), number)
        opened = (town.created_at(number), "CNY", principal, outstanding)
        next_action_on = months_after(town.opened_on(number), PAID + 1) + timedelta(days=1)
        yield number, *opened, *terms, terms[0], "ACTIVE", True, town.opened_on(number), next_action_on, *keys


def loan_party(town: Town) -> Rows:
    for number in _loans(town):
        yield number, town.created_at(number), PartyRole.BORROWER.value, customer_of(number), number


def payout(town: Town) -> Rows:
    for number in _loans(town):
        at, customer = town.created_at(number), customer_of(number)
        sent = ("manual", f"PAYOUT{number}", "CNY", principal_of(number), "SUCCEEDED", at)
        by_two = (branch_of(customer), town.opened_on(number), MANAGER)
        yield number, at, *sent, *by_two, customer, customer, number


def disbursement(town: Town) -> Rows:
    for number in _loans(town):
        sums = ("CNY", principal_of(number), 0, town.opened_on(number))
        yield number, town.created_at(number), *sums, customer_of(number), number, number


def installments_before(town: Town) -> Iterator[tuple[int, int]]:
    """Give each loan with how many installments the loans before it have: their ids follow."""
    before = 0
    for number in _loans(town):
        yield number, before
        before += town.term(number)


def installment(town: Town) -> Rows:
    for number, before in installments_before(town):
        at, opened_on, customer = town.created_at(number), town.opened_on(number), customer_of(number)
        for place, due in enumerate(schedule_of(town, number), start=1):
            is_open = place > PAID
            paid = (0, 0, 0, 0, True, None) if is_open else (*due, 0, 0, False, town.paid_on(number, place))
            starts_on, ends_on = (months_after(opened_on, months) for months in (place - 1, place))
            days = (starts_on, ends_on, ends_on)
            yield before + place, at, place, *days, "CNY", *due, 0, 0, *paid, customer, number


def receipt(town: Town) -> Rows:
    for number, place in _payments(town):
        at, repayment = town.received_at(number, place), repayment_of(number, place)
        money = ("CNY", sum(schedule_of(town, number)[place - 1]))
        days = (at, town.paid_on(number, place))
        yield repayment, at, "manual", f"PAYMENT{repayment}", *money, *days, customer_of(number), number


def repayment(town: Town) -> Rows:
    for number, place in _payments(town):
        at, key = town.received_at(number, place), repayment_of(number, place)
        money = ("CNY", sum(schedule_of(town, number)[place - 1]), "TRANSFER" if place % 2 else "CASH")
        yield key, at, *money, town.paid_on(number, place), at, customer_of(number), number, key


def allocation(town: Town) -> Rows:
    for number, place in _payments(town):
        key, (principal, interest) = repayment_of(number, place), schedule_of(town, number)[place - 1]
        sums = (key, town.paid_on(number, place), "CNY", 0, 0, interest, principal, 0)
        yield key, town.received_at(number, place), *sums, customer_of(number), number, key


def loan_event(town: Town) -> Rows:
    for number, place in _payments(town):
        at, key = town.received_at(number, place), repayment_of(number, place)
        paid = ("PAYMENT", town.paid_on(number, place), "CNY", sum(schedule_of(town, number)[place - 1]))
        yield key, at, *paid, customer_of(number), number, key


def entry(town: Town) -> Rows:
    for number in _loans(town):
        owner = (customer_of(number), number)
        yield number, town.created_at(number), town.opened_on(number), f"Disbursement:{number}", *owner
    for number, place in _payments(town):
        key, owner = repayment_of(number, place), (customer_of(number), number)
        booked = (town.received_at(number, place), town.paid_on(number, place))
        yield town.loans + key, *booked, f"Repayment:{key}", *owner
    for key, (on, _) in enumerate(_points_by_day(town), start=_entries_of_loans(town) + 1):
        yield key, _evening_of(on), on, f"PointsCost:{on}", None, None


def posting(town: Town) -> Rows:
    cash, lent, interest_income = (
        ACCOUNTS[code] for code in (AccountCode.CASH, AccountCode.LOANS_RECEIVABLE, AccountCode.INTEREST_INCOME)
    )
    for number in _loans(town):
        at, principal = town.created_at(number), principal_of(number)
        yield 2 * number - 1, at, -principal, "CNY", cash, number
        yield 2 * number, at, principal, "CNY", lent, number
    for number, place in _payments(town):
        at, key = town.received_at(number, place), repayment_of(number, place)
        principal, interest = schedule_of(town, number)[place - 1]
        sides = ((principal + interest, cash), (-principal, lent), (-interest, interest_income))
        for side, (amount, account) in enumerate(sides):
            yield 2 * town.loans + 3 * key - 2 + side, at, amount, "CNY", account, town.loans + key
    entries, postings = _entries_of_loans(town), 2 * town.loans + 3 * PAID * town.loans
    for number, (on, points) in enumerate(_points_by_day(town), start=1):
        cents, at = points * to_cents(COST_OF_A_POINT.amount), _evening_of(on)
        yield postings + 2 * number - 1, at, cents, "CNY", ACCOUNTS[AccountCode.POINTS_EXPENSE], entries + number
        yield postings + 2 * number, at, -cents, "CNY", ACCOUNTS[AccountCode.POINTS_LIABILITY], entries + number


def _entries_of_loans(town: Town) -> int:
    return town.loans + PAID * town.loans


def _points_by_day(town: Town) -> list[tuple[date, int]]:
    """Give the points of each day, whose end books what they cost; the last one's, too: a run begins after it."""
    points = Counter[date]()
    for number, place in _rewarded(town):
        points[town.paid_on(number, place)] += POINTS_ON_TIME
    return sorted(points.items())


def _evening_of(on: date) -> datetime:
    return datetime(on.year, on.month, on.day, 16, tzinfo=UTC)


def points_entry(town: Town) -> Rows:
    for key, (number, place) in enumerate(_rewarded(town), start=1):
        at, on = town.received_at(number, place), town.paid_on(number, place)
        moved = ("EARNED", POINTS_ON_TIME, POINTS_ON_TIME, 0, POINTS_ON_TIME)
        what = (f"Loan:{number}:{place}", "ON_TIME", on, place)
        yield key, at, *moved, *what, customer_of(number), number, repayment_of(number, place), FIRST_RULE


def point_lot(town: Town) -> Rows:
    for key, (number, place) in enumerate(_rewarded(town), start=1):
        until = _until(town.paid_on(number, place))
        left = (POINTS_ON_TIME, POINTS_ON_TIME, 0, "OPEN")
        yield key, town.received_at(number, place), *left, until, customer_of(number), key


def points_posting(town: Town) -> Rows:
    for key, (number, place) in enumerate(_rewarded(town), start=1):
        at, customer = town.received_at(number, place), customer_of(number)
        yield 2 * key - 1, at, "HELD", POINTS_ON_TIME, customer, key, key
        yield 2 * key, at, "ISSUED", -POINTS_ON_TIME, customer, key, None


def outbox_event(town: Town) -> Rows:
    for key, (number, place) in enumerate(_rewarded(town), start=1):
        at, customer = town.received_at(number, place), customer_of(number)
        yield key, at, "RepaymentReceived", _told(town, number, place), at, 1, customer


def notification(town: Town) -> Rows:
    for key, (number, place) in enumerate(_rewarded(town), start=1):
        at, is_read = town.received_at(number, place), key % 5 >= 2
        told = ("RepaymentReceived", _told(town, number, place), is_read, at if is_read else None)
        yield key, at, *told, customer_of(number), key


def _told(town: Town, number: int, place: int) -> str:
    amount = str(from_cents(sum(schedule_of(town, number)[place - 1])))
    named = {"loan_id": number, "number": loan_number(number, town.created_at(number))}
    fields = {"customer_id": customer_of(number), **named, "amount": {"amount": amount, "currency": "CNY"}}
    return orjson.dumps(fields).decode()

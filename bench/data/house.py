"""The rows that are not about loans: branches, staff, products, customers, and who is signed in."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from hashlib import sha256

from bench.data.town import (
    AUDITOR,
    BRANCHES,
    CUSTOMERS_SESSIONS,
    MANAGER,
    PAID,
    POINTS_ON_TIME,
    RATES,
    Town,
    branch_of,
    is_told_of,
    months_after,
    role_of,
)
from models.secrets import Secret, blind_index
from rules.books.accounts import KINDS, AccountCode
from rules.people.identity_numbers import check_character, parse_identity_number
from rules.people.kinds import Locale
from rules.people.masks import one_and_one, six_and_four, three_and_four
from rules.products.due_dates import add_months
from rules.products.kinds import RepaymentMethod

Rows = Iterator[tuple[object, ...]]
SURNAMES, GIVEN = "王李张刘陈杨赵黄周吴", "伟芳娜敏静丽强磊军洋"


def began_at(town: Town) -> datetime:
    """When the house opened: long before the first loan."""
    began = add_months(town.month, -24)
    return datetime(began.year, began.month, began.day, 1, tzinfo=UTC)


def accounting_day(town: Town) -> Rows:
    """Every day since the first loan; the last one is open."""
    first = months_after(town.month, -PAID)
    for number in range((town.month - first).days + 1):
        on = first + timedelta(days=number)
        is_open = on == town.month
        closed_at = datetime(on.year, on.month, on.day, 17, tzinfo=UTC)
        yield number + 1, began_at(town), on, is_open, None if is_open else closed_at


def tier(town: Town) -> Rows:
    yield 1, began_at(town), "BASIC", 1, "普通会员", "Basic"


def branch(town: Town) -> Rows:
    for number in range(1, BRANCHES + 1):
        yield number, began_at(town), f"B{number}", f"第{number}支行", f"Branch {number}", number == 1


def staff(town: Town) -> Rows:
    for number in range(1, MANAGER + 1):
        yield number, began_at(town), f"staff{number}", "none", f"员{number}", role_of(number).value, "CNY", True


def staff_branch(town: Town) -> Rows:
    for number in range(1, BRANCHES + 1):
        yield number, began_at(town), number, number
        yield BRANCHES + number, began_at(town), MANAGER, number


def product(town: Town) -> Rows:
    for number in range(1, len(RATES) + 1):
        yield number, began_at(town), f"EASY{number}", True


def product_version(town: Town) -> Rows:
    for number, rate in enumerate(RATES, start=1):
        names = (f"轻松贷{number}号", f"Easy loan {number}")
        terms = (RepaymentMethod.EQUAL_INSTALLMENT.value, rate, "CNY", 100_000, 100_000_000, 3, 360)
        yield number, began_at(town), number, 1, *names, *terms, began_at(town).date(), True


def account(town: Town) -> Rows:
    for number, code in enumerate(AccountCode, start=1):
        yield number, began_at(town), code.value, KINDS[code].value, "CNY"


def customer(town: Town) -> Rows:
    for number in range(1, town.customers + 1):
        phone, identity = f"+86139{number:08d}", _identity_number(number)
        parsed = parse_identity_number(identity)
        sealed = Secret(phone).sealed("customer.phone"), Secret(identity).sealed("customer.identity_number")
        name = SURNAMES[number % 10] + GIVEN[number // 10 % 10] + GIVEN[number // 100 % 10]
        phones = (sealed[0], three_and_four(phone), blind_index(phone))
        identities = (sealed[1], one_and_one(identity), blind_index(identity), parsed.birth_on, parsed.sex.value)
        yield number, began_at(town), 1, name, *phones, *identities, Locale.ZH_CN.value, branch_of(number)


def _identity_number(number: int) -> str:
    digits = f"110105{1960 + number // 999 % 40}0307{number % 999 + 1:03d}"
    return digits + check_character(digits)


def bank_account(town: Town) -> Rows:
    card = "6222021234567890128"
    sealed, index = Secret(card).sealed("bank_account.number"), blind_index(card)
    for number in range(1, town.customers + 1):
        yield number, began_at(town), "工商银行", sealed, six_and_four(card), index, number


def points_account(town: Town) -> Rows:
    for number in range(1, town.customers + 1):
        rewarded = sum(is_told_of(loan, n) for loan in (2 * number - 1, 2 * number) for n in range(1, PAID + 1))
        yield number, began_at(town), POINTS_ON_TIME * rewarded, 0, 1, number


def session(town: Town) -> Rows:
    until = began_at(town) + timedelta(days=365 * 5)
    for number in range(1, AUDITOR + 2):
        yield number, began_at(town), until, None, number
    for number in range(1, town.customers + 1):
        yield CUSTOMERS_SESSIONS + number, began_at(town), until, number, None


def text_hash(text: str) -> str:
    return sha256(text.encode()).hexdigest()

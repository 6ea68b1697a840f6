"""How large the data set is, which day it is about, and what follows from a number: nothing is drawn by chance."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import cache

from rules.money import from_cents, to_cents
from rules.people.access import Role
from rules.products.due_dates import add_months
from rules.products.kinds import RepaymentMethod
from rules.products.schedules import ScheduleTerms, make_schedule

BRANCHES = 40
PAID = 3
"""Installments that each loan has behind it."""
RATES = (43_500, 60_000, 78_000, 96_000)
"""Of the products, in millionths a year."""
AUDITOR = BRANCHES + 1
MANAGER = BRANCHES + 2
"""Ids of staff; officer `n` works for branch `n`."""
CUSTOMERS_SESSIONS = 1_000
"""The session of customer `n` is `CUSTOMERS_SESSIONS + n`; a member of staff's has his id."""
FIRST_RULE = 1
"""The id of the rule that a house begins with."""
POINTS_ON_TIME = 10
"""What an installment paid in time earns, by it."""
SLOTS = 4
"""Loans in a row that are equal but for whose they are: each server pays on its own."""


@dataclass(frozen=True)
class Town:
    """Customers with two loans each; the fourth installment of every loan is due next month."""

    customers: int
    month: date
    """Its first day; payments are on time while it lasts."""

    @property
    def loans(self) -> int:
        return 2 * self.customers

    def term(self, loan: int) -> int:
        """Twelve months; every hundredth loan 36, every five-thousandth 360."""
        if loan % min(5_000, self.loans // 2) == 0:
            return 360
        return 36 if loan % 100 == 0 else 12

    def terms(self, term: int) -> list[int]:
        """The loans of one term."""
        return [loan for loan in range(1, self.loans + 1) if self.term(loan) == term]

    def payable(self, slot: int) -> list[int]:
        """Give the loans on which one server pays: of each group of equal ones, one."""
        groups = range(1, self.loans + 1, SLOTS)
        return [first + slot for first in groups if {self.term(first + n) for n in range(SLOTS)} == {12}]

    def opened_on(self, loan: int) -> date:
        return months_after(self.month, -PAID).replace(day=1 + group(loan) % 28)

    def created_at(self, loan: int) -> datetime:
        """In the morning of the day it was opened, to the microsecond."""
        opened = self.opened_on(loan)
        return datetime(opened.year, opened.month, opened.day, 2, tzinfo=UTC) + timedelta(
            seconds=loan, microseconds=loan
        )

    def paid_on(self, loan: int, number: int) -> date:
        """The first three are paid on their day, but for one payment in six, which is a day late; none after the month began."""
        due_on = months_after(self.opened_on(loan), number)
        if number == PAID:
            return min(due_on, self.month)
        return due_on + timedelta(days=not is_told_of(loan, number))

    def received_at(self, loan: int, number: int) -> datetime:
        paid = self.paid_on(loan, number)
        return datetime(paid.year, paid.month, paid.day, 3, tzinfo=UTC) + timedelta(
            seconds=loan, microseconds=loan + number
        )


months_after = cache(add_months)
"""The rules' own, remembered: few days are asked for often."""


def group(loan: int) -> int:
    """Number the group of equal loans."""
    return (loan - 1) // SLOTS


def customer_of(loan: int) -> int:
    return (loan + 1) // 2


def branch_of(customer: int) -> int:
    return 1 + customer % BRANCHES


def product_of(loan: int) -> int:
    """The id of the product, and of its one version."""
    return 1 + group(loan) % len(RATES)


def principal_of(loan: int) -> int:
    """In cents."""
    return 1_000_000 + 250_000 * (group(loan) % 20)


def repayment_of(loan: int, number: int) -> int:
    """The id of the payment of an installment; its receipt and its allocation have the same."""
    return PAID * (loan - 1) + number


def is_told_of(loan: int, number: int) -> bool:
    """Five payments in six were in time, brought points and were told of."""
    return number > 1 or group(loan) % 2 == 1


def role_of(staff: int) -> Role:
    return {AUDITOR: Role.AUDITOR, MANAGER: Role.MANAGER}.get(staff, Role.OFFICER)


@cache
def parts(principal: int, rate: int, term: int) -> tuple[tuple[int, int], ...]:
    """Give principal and interest of each month, in cents, as the rules spread them."""
    method, annual_rate = RepaymentMethod.EQUAL_INSTALLMENT, from_cents(rate) / 10_000
    lines = make_schedule(ScheduleTerms(method, from_cents(principal), annual_rate, term, date(2020, 1, 1)))
    return tuple((to_cents(line.principal), to_cents(line.interest)) for line in lines)


def schedule_of(town: Town, loan: int) -> tuple[tuple[int, int], ...]:
    return parts(principal_of(loan), RATES[product_of(loan) - 1], town.term(loan))

"""What is asked: each operation with people who may ask it, and the variables they ask it with."""

import base64
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from functools import cache
from itertools import count, islice
from typing import Any

import orjson

from api import trusted
from bench.data.town import AUDITOR, BRANCHES, CUSTOMERS_SESSIONS, PAID, Town, branch_of, customer_of, schedule_of
from bench.load import http_request
from resolvers.people import tokens
from rules.ids import encode_id
from rules.money import from_cents

PEOPLE = 256
"""So many customers ask in turn."""
PAGE = 1_000
PAYMENTS_PER_LOAN = 7
"""All for one equal installment: the last, which rounding changes, stays open."""

READS = ("home", "schedule", "schedule 360", "officer list", "export")
REPAY = "repay"
REPAY_IN_APP = "repay in the app"
PROOFS = {
    "home": b'"viewer"',
    "schedule": b'"installments"',
    "schedule 360": b'"installments"',
    "officer list": b'"nodes"',
    "export": b'"nodes"',
    REPAY: b'"RepaySuccess"',
    REPAY_IN_APP: b'"RepaySuccess"',
}
"""What the beginning of a right answer holds."""


@dataclass
class Asking:
    """Writes requests about one town, each with a real token of a session that is in the database."""

    town: Town
    now: datetime
    today: date
    _tokens: dict[int, str] = field(default_factory=dict)
    _numbers: Iterator[int] = field(default_factory=lambda: count(1))

    def token(self, session: int) -> str:
        if session not in self._tokens:
            self._tokens[session] = tokens.issue(session, self.now)[0]
        return self._tokens[session]

    def people(self) -> dict[str, tuple[int | None, int | None, int, list[int]]]:
        """Say to servers without a database of sessions who the tokens are: customer, staff, session, branches."""
        for customer in range(1, self._askers() + 1):
            self.token(CUSTOMERS_SESSIONS + customer)
        for loan in self._scheduled(36) + self._scheduled(360):
            self.token(CUSTOMERS_SESSIONS + customer_of(loan))
        for staff in range(1, AUDITOR + 1):
            self.token(staff)
        return {token: _person(session) for session, token in self._tokens.items()}

    def reads(self, name: str) -> list[bytes]:
        """Give the requests of a read, one for each of those who ask."""
        match name:
            case "home":
                everybody = range(1, self._askers() + 1)
                return [self._written("customers/home", "Home", CUSTOMERS_SESSIONS + each, {}) for each in everybody]
            case "schedule" | "schedule 360":
                return [self._schedule(loan) for loan in self._scheduled(360 if name.endswith("360") else 36)]
            case "officer list":
                return [
                    self._written("staff/officer-list", "OfficerList", each, {"branch": encode_id("Branch", each)})
                    for each in range(1, BRANCHES + 1)
                ]
            case "export":
                cursors = [None, *(_cursor(after) for after in range(PAGE, self.town.loans - PAGE + 1, PAGE))]
                return [self._written("staff/export", "Export", AUDITOR, {"after": cursor}) for cursor in cursors]
        raise AssertionError(name)

    def _askers(self) -> int:
        return min(PEOPLE, self.town.customers)

    def _scheduled(self, term: int) -> list[int]:
        return self.town.terms(term)[:64]

    def _schedule(self, loan: int) -> bytes:
        session = CUSTOMERS_SESSIONS + customer_of(loan)
        return self._written("customers/schedule", "Schedule", session, {"id": encode_id("Loan", loan)})

    def repayments(self, slot: int, without: Container[int] = ()) -> Iterator[bytes]:
        """Give payments recorded on one server's loans, one installment each, as many as there are."""
        loans = [loan for loan in self.town.payable(slot) if loan not in without]
        for _ in range(PAYMENTS_PER_LOAN):
            for loan in loans:
                yield self.repayment(loan, self.installment(loan))

    def repayment(self, loan: int, cents: int, key: str = "") -> bytes:
        """Record a payment of some cents on a loan; under a new key, unless one is given."""
        number = next(self._numbers)
        paid = {"loanId": encode_id("Loan", loan), "amount": _money(cents), "receivedOn": self.today.isoformat()}
        how = {"channel": "TRANSFER", "reference": key or f"BENCH-{number}", "key": key or f"bench-{number}"}
        variables = {"input": {**paid, **how}}
        officer = branch_of(customer_of(loan))
        return self._written("staff/record-repayment", "RecordRepayment", officer, variables)

    def repayments_in_app(self, slot: int) -> Iterator[bytes]:
        """Give payments that customers make themselves, through the provider."""
        for _ in range(PAYMENTS_PER_LOAN):
            for loan in self.town.payable(slot)[: 2 * PEOPLE]:
                paid = {"loanId": encode_id("Loan", loan), "amount": _money(self.installment(loan))}
                variables = {"input": {**paid, "key": f"bench-{next(self._numbers)}"}}
                yield self._written("customers/repay", "Repay", CUSTOMERS_SESSIONS + customer_of(loan), variables)

    def installment(self, loan: int) -> int:
        """What is due each month, in cents."""
        return sum(schedule_of(self.town, loan)[PAID])

    def _written(self, document: str, name: str, session: int, variables: Mapping[str, Any]) -> bytes:
        body = orjson.dumps({"query": _text(document), "operationName": name, "variables": variables})
        return http_request(self.token(session), body)


@cache
def _text(document: str) -> str:
    """Give a document as production knows it."""
    return trusted.printed(document)


def take(requests: Iterator[bytes], number: int) -> Sequence[bytes]:
    """Write the next few."""
    return list(islice(requests, number))


def _person(session: int) -> tuple[int | None, int | None, int, list[int]]:
    if session > CUSTOMERS_SESSIONS:
        return session - CUSTOMERS_SESSIONS, None, session, []
    return None, session, session, [session] if session <= BRANCHES else []


def _money(cents: int) -> dict[str, str]:
    return {"amount": str(from_cents(cents)), "currency": "CNY"}


def _cursor(key: int) -> str:
    return base64.urlsafe_b64encode(orjson.dumps(["LoanRoot.loans", key, key])).decode()

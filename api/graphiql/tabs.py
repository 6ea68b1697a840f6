"""The tabs that GraphiQL opens with: documents of our own apps, with variables to begin with."""

from dataclasses import dataclass, field
from typing import Any

import orjson

from api import trusted


@dataclass(frozen=True)
class Tab:
    """Some documents, under a note for whoever tries them."""

    note: str
    documents: tuple[str, ...]
    variables: dict[str, Any] = field(default_factory=dict)

    def shown(self) -> dict[str, str]:
        """Give the tab as the page wants it."""
        note = "".join(f"# {line}".rstrip() + "\n" for line in self.note.splitlines())
        query = "\n".join([note, *map(trusted.document, self.documents)])
        return {"query": query, "variables": orjson.dumps(self.variables).decode() if self.variables else ""}


def _yuan(amount: str) -> dict[str, str]:
    return {"amount": amount, "currency": "CNY"}


TABS = (
    Tab(
        "Sign in by phone: any phone will do. Read the code in the\n"
        "terminal where the server runs, and go on in the next tab.\n"
        "\n"
        "Quicker, as a demo person: make token AS=customer\n"
        "(or officer, manager, marketer, auditor, admin)",
        ("customers/request-code",),
        {"input": {"phone": "138 0013 8000"}},
    ),
    Tab(
        'Put the token under Headers, below, in each tab:\n  {"Authorization": "Bearer eyJ…"}',
        ("customers/sign-in-with-code",),
        {"input": {"phone": "138 0013 8000", "code": "000000"}},
    ),
    Tab(
        "For a quote, put a product's id into the variables first.",
        ("customers/products", "customers/quote"),
        {"input": {"productId": "PRODUCT_ID", "amount": _yuan("20000.00"), "term": 12}},
    ),
    Tab("make token AS=customer", ("customers/home",)),
    Tab("make token AS=customer", ("customers/schedule",), {"id": "LOAN_ID"}),
    Tab(
        "make token AS=customer",
        ("customers/repay",),
        {"input": {"loanId": "LOAN_ID", "amount": _yuan("100.00"), "key": "first-try"}},
    ),
    Tab(
        "make token AS=customer (or officer)\nWhat is due on a loan and what would settle it, on any day.",
        ("everybody/loan-position",),
        {"input": {"loanId": "LOAN_ID"}},
    ),
    Tab(
        "make token AS=customer\nQuote first, then confirm: the quote holds today.",
        ("everybody/quote-prepayment", "customers/confirm-prepayment"),
        {"input": {"loanId": "LOAN_ID", "amount": _yuan("1000.00"), "effect": "REDUCE_TERM"}},
    ),
    Tab(
        "make token AS=customer\nWhat comes into the inbox from now on: repay something in another tab.",
        ("customers/watch-inbox",),
        {"input": {}},
    ),
    Tab("make token AS=officer", ("staff/queue", "staff/decide-application")),
    Tab("make token AS=officer", ("staff/branches", "staff/officer-list"), {"branch": "BRANCH_ID"}),
    Tab("make token AS=manager", ("staff/payouts", "staff/release-payout"), {"status": "PENDING"}),
    Tab("make token AS=auditor", ("staff/export",)),
    Tab(
        "make token AS=auditor",
        ("staff/trial-balance",),
        {"input": {"on": "YYYY-MM-DD", "currency": "CNY"}},
    ),
    Tab(
        "make token AS=officer\n"
        "A loan on any terms, after anything that may happen to it: docs/lending.md has an example for each term.",
        ("staff/preview-schedule",),
        {
            "input": {
                "principal": _yuan("12000"),
                "annualRate": "0.12",
                "term": 6,
                "method": "EQUAL_INSTALLMENT",
                "disbursedOn": "2026-01-15",
                "asOf": "2026-03-01",
                "penalty": {"multiplier": "1.5"},
                "events": [
                    {"on": "2026-02-20", "kind": "PAYMENT", "amount": "2075.46"},
                    {"on": "2026-03-01", "kind": "PREPAYMENT", "amount": "5000", "effect": "REDUCE_TERM"},
                ],
            }
        },
    ),
)


def shown_tabs() -> list[dict[str, str]]:
    """Give every tab as the page wants it."""
    return [tab.shown() for tab in TABS]

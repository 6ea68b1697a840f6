"""Operations that people wrote: every read that our apps' documents hold, those of the journeys, and odd ones."""

from typing import Any

from graphql import OperationDefinitionNode, OperationType, parse

from api.graphiql.tabs import TABS
from api.trusted import names, printed
from rules.ids import encode_id
from tests import make
from tests.api.operations.authors import BAD_ID, Asked
from tests.api.operations.house import House
from tests.journeys import test_first_loan as first_loan
from tests.journeys import test_sign_in as sign_in
from tests.schema.test_operations import SHORT_EXPORT

CASES = """
{ viewer { role locale serverNow businessDate staff { id login decisionLimit { amount currency } }
  sessions { id deviceName expiresAt isCurrent createdAt } } }

query($n: Int = 2, $after: String) { viewer { customer { id notifications(first: $n, after: $after) {
  totalCount edges { cursor node { id title text isRead } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor }
} } } }

{ viewer { customer { loans { nodes { id a: customer { displayName phone identityNumber locale sex }
  late: repayments(last: 2) { edges { cursor node { amount { amount } receivedAt } } pageInfo { hasPreviousPage } }
  early: repayments(first: 2) { nodes { id valueOn } pageInfo { hasNextPage endCursor } }
  none: repayments(first: 0) { nodes { id } pageInfo { hasNextPage } } installments { number paidOn } } } } } }

{ customers(first: 3) { nodes { id displayName phone identityNumber unreadCount branch { name } points { balance }
  bankAccounts { nodes { bank number } } loans(filter: {isOpen: false}) { nodes { number method status rate } }
  applications(last: 2) { nodes { number purpose assessments { comment staff { name } } contract { text loan { id } } } }
  notifications { totalCount nodes { kind } } pointLots { nodes { expiresOn earned } } } pageInfo { hasNextPage } } }

{ loans(last: 2) { nodes { id nextInstallment { number } installments { number } disbursement { valueOn } openedOn }
  pageInfo { hasNextPage hasPreviousPage } } }

{ applications(filter: {status: DECLINED}) { nodes { status decision { reason outcome decidedBy } } } }

{ entries(first: 4) { nodes { source bookedOn loan { number } postings { amount { amount currency }
  account { code kind } } } pageInfo { endCursor } } }

{ products { code currentVersion { name annualRate method minAmount { amount } fees { kind name rate } product { id } } }
  branches { code name isDefault } }

query($id: ID!) { node(id: $id) { ... on Loan { id number customer { id displayName phone } product { name }
  disbursement { valueOn } nextInstallment { number } installments { number total { amount } }
  repayments { nodes { id amount { amount } } } } } }

query($id: ID!) { node(id: $id) { ... on Contract { id text textHash signature { signedAt } } } }

{ staff { nodes { login name role isActive decisionLimit { amount } } } auditEntries(last: 5) { nodes { actor role } } }
"""


BOOKS: dict[str, list[dict[str, Any]]] = {
    "staff/account-postings": [{"account": "CASH"}, {"account": "SUSPENSE", "bookedOn": str(make.TODAY)}],
    "staff/loan-journal": [{"loan": encode_id("Loan", number)} for number in (1, 2, 9999)],
    "staff/suspense": [{}, {"status": "ASSIGNED"}],
    "staff/trial-balance": [{"input": {"on": on, "currency": "CNY"}} for on in (str(make.TODAY), "2020-01-01")],
}
"""What the documents about the books are asked with."""

ARTICLES = [encode_id("Article", number) for number in (*range(1, 6), 9999)]
KNOWLEDGE: dict[str, list[dict[str, Any]]] = {
    "everybody/article": [{"id": each} for each in ARTICLES],
    "everybody/search-articles": [{"input": {"text": text}} for text in ("提前还款", "early", "*")],
    "staff/article-figures": [{"input": {"articleId": each}} for each in (ARTICLES[0], BAD_ID)],
    "staff/article-in-full": [{"id": each} for each in ARTICLES],
    "staff/unfound-searches": [{"input": {"days": 30}}],
}
"""What those about articles are asked with."""

IMPROVED: dict[str, list[dict[str, Any]]] = {
    "staff/complaint-causes": [{"input": {"since": "2026-01-01", "until": "2026-12-31"}}],
    "staff/improvement-effect": [
        {"input": {"actionId": encode_id("ImprovementAction", number)}} for number in (1, 2, 9999)
    ],
    "staff/similar-cases": [{"input": {"caseId": encode_id("Case", number)}} for number in (1, 2, 3, 9999)],
}
"""What those about causes are asked with."""

CUSTOMERS = [encode_id("Customer", number) for number in (*range(1, 4), 9999)]
SPOKEN: dict[str, list[dict[str, Any]]] = {
    **{f"staff/{name}": [{"id": each} for each in CUSTOMERS] for name in ("conversation-at-desk", "visits")},
    "customers/own-timeline": [{"input": {}}, {"input": {"kinds": ["CASE", "MESSAGE"], "first": 2}}],
    "staff/timeline-at-desk": [{"input": {"customerId": each}} for each in CUSTOMERS],
}
"""What those about conversations and visits are asked with."""

FIXED = BOOKS | KNOWLEDGE | IMPROVED | SPOKEN


def trusted(house: House) -> list[Asked]:
    """Give every read that people wrote, with variables that find something."""
    asked = [Asked(first_loan.INBOX), Asked(sign_in.ME), Asked(first_loan.QUEUE)]
    asked += [Asked(SHORT_EXPORT, {"first": 2, "after": each}) for each in (None, house.cursors["Query.loans"][1])]
    asked += [Asked(first_loan.FOLLOW, {"id": each}) for each in house.ids["Application"]]
    asked += [Asked(first_loan.PROFILE, {"id": each}) for each in house.ids["Customer"]]
    for text in CASES.strip().split("\n\n"):
        ids = house.ids["Contract" if "on Contract" in text else "Loan"] if "$id" in text else [""]
        asked += [Asked(text, {"id": each} if each else {}) for each in ids]
    asked += [
        Asked("query($id: ID!) { node(id: $id) { id __typename } }", {"id": ids[0]}) for ids in house.ids.values()
    ]
    for name in names():
        asked += [Asked(printed(name), sent) for sent in _sent(name, house)] if _is_query(name) else []
    return asked


def _is_query(name: str) -> bool:
    (operation,) = [node for node in parse(printed(name)).definitions if isinstance(node, OperationDefinitionNode)]
    return operation.operation is OperationType.QUERY


def _sent(name: str, house: House) -> list[dict[str, Any]]:
    """Give variables for a document of our apps: all that it may name, or what finds something."""
    quoted = {"productId": house.ids["Product"][0], "amount": {"amount": "5000.00", "currency": "CNY"}, "term": 12}
    if name in FIXED:
        return FIXED[name]
    match name:
        case "customers/schedule":
            return [{"id": each} for each in (*house.ids["Loan"][:3], house.ids["Branch"][0], BAD_ID)]
        case "customers/follow-application" | "staff/application":
            return [{"id": each} for each in house.ids["Application"]]
        case "staff/customer":
            return [{"id": each} for each in house.ids["Customer"]]
        case "staff/officer-list":
            return [{"branch": each} for each in house.ids["Branch"]]
        case "staff/payouts":
            return [{}, {"status": "SUCCEEDED"}]
        case "customers/quote":
            return [{"input": quoted}]
        case "customers/notification-choices":
            return [{"input": {"customerId": each}} for each in (*house.ids["Customer"][:2], BAD_ID)]
        case "everybody/consent-texts":
            return [{"input": {"locale": locale}} for locale in ("EN", "ZH_CN")]
        case "staff/find-customers":
            return [{"input": {"search": "王"}}]
        case "staff/preview-schedule":
            return [tab.variables for tab in TABS if name in tab.documents]
    return [{}]

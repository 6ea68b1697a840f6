"""Operations that people wrote: every document of our apps that reads, and those of the journeys."""

from typing import Any

from graphql import OperationDefinitionNode, OperationType, parse, print_ast

from api import trusted as documents
from tests.api.operations.authors import BAD_ID, Asked
from tests.api.operations.house import House
from tests.journeys import test_first_loan as first_loan
from tests.journeys import test_sign_in as sign_in

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


def trusted(house: House) -> list[Asked]:
    """Give every read that people wrote, with variables that find something."""
    loan, branch = house.ids["Loan"], house.ids["Branch"]
    schedule, officer_list, export = map(
        documents.document, ("customers/schedule", "staff/officer-list", "staff/export")
    )
    asked = [Asked(first_loan.INBOX), Asked(sign_in.ME), Asked(first_loan.QUEUE)]
    asked += [Asked(schedule, {"id": each}) for each in (*loan[:3], branch[0], BAD_ID)]
    asked += [Asked(officer_list, {"branch": each}) for each in branch]
    asked += [Asked(export, {"after": each}) for each in (None, house.cursors["Query.loans"][1])]
    asked += [Asked(first_loan.FOLLOW, {"id": each}) for each in house.ids["Application"]]
    asked += [Asked(first_loan.PROFILE, {"id": each}) for each in house.ids["Customer"]]
    for text in CASES.strip().split("\n\n"):
        ids = house.ids["Contract" if "on Contract" in text else "Loan"] if "$id" in text else [""]
        asked += [Asked(text, {"id": each} if each else {}) for each in ids]
    asked += [
        Asked("query($id: ID!) { node(id: $id) { id __typename } }", {"id": ids[0]}) for ids in house.ids.values()
    ]
    quoted = {"productId": house.ids["Product"][0], "amount": {"amount": "5000.00", "currency": "CNY"}, "term": 12}
    for name in documents.names():
        for text, names in _reads(documents.document(name)):
            sent: dict[str, Any] = {"id": loan[0], "input": quoted, "branch": branch[0]}
            asked.append(Asked(text, {each: sent[each] for each in names if each in sent}))
    return asked


def _reads(text: str) -> list[tuple[str, list[str]]]:
    """Give each query of a document by itself, and the names of its variables."""
    found = [node for node in parse(text).definitions if isinstance(node, OperationDefinitionNode)]
    return [
        (print_ast(node), [each.variable.name.value for each in node.variable_definitions or ()])
        for node in found
        if node.operation is OperationType.QUERY
    ]

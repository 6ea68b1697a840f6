"""People at their apps and desks, for journeys over real HTTP."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import httpx

import models
from rules.ids import encode_id
from tests import make

TRUSTED = Path(__file__).parent.parent.parent / "api" / "trusted"
"""The documents of the apps' own."""


@dataclass
class Person:
    """Somebody with an app: asks over HTTP, with his token."""

    http: httpx.AsyncClient
    token: str | None = None
    language: str = "en"

    async def send(self, document: str, **variables: Any) -> dict[str, Any]:
        """Send an operation and give the whole answer."""
        headers = {"Accept": "application/json", "Accept-Language": self.language}
        if self.token is not None:
            headers["Authorization"] = f"Bearer {self.token}"
        answer = await self.http.post("/graphql", json={"query": document, "variables": variables}, headers=headers)
        return dict(answer.json())

    async def ask(self, document: str, **variables: Any) -> dict[str, Any]:
        """Send an operation that must not have errors, and give its data."""
        answer = await self.send(document, **variables)
        assert "errors" not in answer, answer["errors"]
        return dict(answer["data"])


@dataclass
class World:
    """A running server, the codes it sent, and its staff."""

    http: httpx.AsyncClient
    codes: dict[str, str]
    """The last code sent to each phone or e-mail address."""
    hire: Callable[[str], Awaitable[tuple[str, str]]]
    """Opens an account for somebody of a role; gives login and password."""
    deliver: Callable[[], Awaitable[object]]
    """Deliver what waits in the outbox."""
    staff: dict[str, tuple[str, str]] = field(default_factory=dict)
    """Login and password of those who were hired, by role."""

    def visitor(self) -> Person:
        return Person(self.http)

    async def sign_in_by_phone(self, phone: str) -> Person:
        """Sign in as a customer."""
        await self.visitor().ask(
            "mutation Code($input: RequestCodeInput!) { requestCode(input: $input) { __typename } }",
            input={"phone": phone},
        )
        code = self.codes["+86" + phone.replace(" ", "")]
        signed_in = await self.visitor().ask(
            """mutation SignIn($input: SignInWithCodeInput!) { signInWithCode(input: $input) {
              ... on SignInWithCodeSuccess { accessToken } ... on UserError { code message } } }""",
            input={"phone": phone, "code": code},
        )
        return Person(self.http, signed_in["signInWithCode"]["accessToken"])

    async def sign_in_staff(self, role: str) -> Person:
        """Sign in as a member of staff of a role."""
        if role not in self.staff:
            self.staff[role] = await self.hire(role)
        login, password = self.staff[role]
        signed_in = await self.visitor().ask(
            """mutation SignIn($input: SignInStaffInput!) { signInStaff(input: $input) {
              ... on SignInStaffSuccess { accessToken } ... on UserError { code message } } }""",
            input={"login": login, "password": password},
        )
        return Person(self.http, signed_in["signInStaff"]["accessToken"])

    async def with_loan(self, phone: str, **terms: Any) -> tuple[Person, str, str, str]:
        """Sign in a customer with a loan that has been paid out; gives him, its contract, his bank account, and the loan."""
        customer = await self.sign_in_by_phone(phone)
        await customer.ask(
            "mutation Identify($input: GiveIdentityInput!) { giveIdentity(input: $input) { __typename } }",
            input={"name": "李小雨", "identityNumber": make.identity_number()},
        )
        owner = await models.Customer.get(phone_index=models.blind_index("+86" + phone.replace(" ", "")))
        loan = await make.loan(customer=owner, **terms)
        account = await models.BankAccount.get(customer_id=loan.customer_id)
        ids = [("Contract", loan.contract_id), ("BankAccount", account.id), ("Loan", loan.id)]
        contract_id, account_id, loan_id = [encode_id(name, key) for name, key in ids]
        return customer, contract_id, account_id, loan_id


async def call(person: Person, document: str, **input: Any) -> dict[str, Any]:
    """Send what takes one input, written out; gives what came of it."""
    (answer,) = (await person.ask(document, input=input)).values()
    return dict(answer)


async def do(person: Person, document: str, **input: Any) -> dict[str, Any]:
    """The same, of a document of the apps' own, by its name."""
    return await call(person, (TRUSTED / f"{document}.graphql").read_text("utf-8"), **input)


async def read(person: Person, document: str, **variables: Any) -> dict[str, Any]:
    """What a document of the apps' own reads, which takes no input."""
    (answer,) = (await person.ask((TRUSTED / f"{document}.graphql").read_text("utf-8"), **variables)).values()
    return dict(answer)


async def own(person: Person) -> dict[str, Any]:
    """What a customer reads of himself and whom he brought."""
    return dict((await read(person, "customers/referrals"))["customer"])


async def second_manager(world: World) -> Person:
    """Sign in as the manager who decides what the one whom `sign_in_staff` gives has proposed."""
    if "second manager" not in world.staff:
        world.staff["second manager"] = await world.hire("manager")
    return await world.sign_in_staff("second manager")


def yuan(amount: str) -> dict[str, str]:
    """Money, as it is sent."""
    return {"amount": amount, "currency": "CNY"}

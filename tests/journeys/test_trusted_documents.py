"""The first loan in production, where an app has nothing to say but the hashes of documents that are trusted."""

from dataclasses import dataclass
from typing import Any

import httpx

from api import trusted
from tests.journeys.client import World
from tests.journeys.conftest import PASSWORD

IDS = trusted.hashes()


@dataclass
class App:
    """An app as it is shipped: it names documents and never sends one."""

    http: httpx.AsyncClient
    token: str | None = None

    def headers(self) -> dict[str, str]:
        headers = {"Accept": "application/json", "Accept-Language": "en"}
        return headers if self.token is None else headers | {"Authorization": f"Bearer {self.token}"}

    async def ask(self, name: str, **variables: Any) -> Any:
        """Send a document by its name in the repository; gives what its one root field gives."""
        body = {"documentId": f"sha256:{IDS[name]}", "variables": variables}
        answer = (await self.http.post("/graphql", json=body, headers=self.headers())).json()
        assert "errors" not in answer, answer["errors"]
        (given,) = answer["data"].values()
        return given

    async def read(self, name: str, known: str = "") -> httpx.Response:
        """Read by GET, with the tag of the answer that the app has."""
        parameters = {"documentId": f"sha256:{IDS[name]}"}
        return await self.http.get("/graphql", params=parameters, headers=self.headers() | {"If-None-Match": known})


async def apply(app: App) -> str:
    """Walk from the products to a submitted application; gives its id."""
    (product,) = await app.ask("customers/products")
    wanted = {"productId": product["id"], "amount": {"amount": "6000.00", "currency": "CNY"}, "term": 12}
    quoted = await app.ask("customers/quote", input=wanted)
    assert len(quoted["lines"]) == 12
    started = (await app.ask("customers/start-application", input=wanted))["application"]
    await app.ask("customers/acknowledge-disclosure", input={"disclosureId": started["disclosures"][0]["id"]})
    await app.ask("customers/give-identity", input={"name": "李小雨", "identityNumber": "11010519491231002X"})
    asked = {"applicationId": started["id"], "purpose": "EDUCATION", "version": started["version"]}
    submitted = await app.ask("customers/submit-application", input=asked)
    assert submitted["application"]["status"] == "SUBMITTED"
    return str(started["id"])


async def decide(world: World) -> None:
    login, _ = await world.hire("officer")
    desk = App(world.http)
    desk.token = (await desk.ask("staff/sign-in-staff", input={"login": login, "password": PASSWORD}))["accessToken"]
    (queued,) = (await desk.ask("staff/queue"))["nodes"]
    assert queued["customer"]["phone"] == "138****5678"
    decision = {"applicationId": queued["id"], "outcome": "APPROVE", "reason": "AFFORDABLE"}
    decided = await desk.ask("staff/decide-application", input={**decision, "version": queued["version"]})
    assert decided["application"]["status"] == "OFFERED"


async def test_from_an_unknown_phone_to_a_repayment_by_trusted_documents_alone(strict_world: World):
    app, phone = App(strict_world.http), "138 1234 5678"
    await app.ask("customers/request-code", input={"phone": phone})
    code = {"phone": phone, "code": strict_world.codes["+8613812345678"]}
    app.token = (await app.ask("customers/sign-in-with-code", input=code))["accessToken"]
    application_id = await apply(app)
    await decide(strict_world)

    offer = (await app.ask("customers/follow-application", id=application_id))["offer"]
    accepted = (await app.ask("customers/accept-offer", input={"offerId": offer["id"]}))["application"]
    (last,) = [each for each in accepted["disclosures"] if each["step"] == "SIGN"]
    await app.ask("customers/acknowledge-disclosure", input={"disclosureId": last["id"]})
    card = {"bank": "工商银行", "number": "6222 0212 3456 7890 128"}
    account = (await app.ask("customers/add-bank-account", input=card))["bankAccount"]
    signing = {"contractId": accepted["contract"]["id"], "bankAccountId": account["id"], "key": "sign-1"}
    loan = (await app.ask("customers/sign-contract", input=signing))["loan"]

    payment = {"loanId": loan["id"], "amount": {"amount": "100.00", "currency": "CNY"}, "key": "march"}
    assert (await app.ask("customers/repay", input=payment))["__typename"] == "RepaySuccess"
    home = (await app.ask("customers/home"))["customer"]
    assert [each["id"] for each in home["loans"]["nodes"]] == [loan["id"]]
    assert (await app.ask("customers/schedule", id=loan["id"]))["installments"][0]["paid"] == {"amount": "100.00"}


async def test_what_did_not_change_is_not_sent_again_and_what_did_is(strict_world: World):
    app, phone = App(strict_world.http), "138 1234 5678"
    await app.ask("customers/request-code", input={"phone": phone})
    code = {"phone": phone, "code": strict_world.codes["+8613812345678"]}
    app.token = (await app.ask("customers/sign-in-with-code", input=code))["accessToken"]
    first = await app.read("customers/profile")
    assert (first.status_code, first.json()["data"]["viewer"]["customer"]["displayName"]) == (200, None)
    again = await app.read("customers/profile", first.headers["etag"])
    assert (again.status_code, again.content, again.headers["etag"]) == (304, b"", first.headers["etag"])
    await app.ask("customers/give-identity", input={"name": "李小雨", "identityNumber": "11010519491231002X"})
    changed = await app.read("customers/profile", first.headers["etag"])
    assert (changed.status_code, changed.json()["data"]["viewer"]["customer"]["displayName"]) == (200, "李小雨")
    await app.ask("everybody/end-session", input={"isEverywhere": False})
    ended = await app.read("customers/profile", changed.headers["etag"])
    assert (ended.status_code, ended.headers["cache-control"]) == (401, "no-store")


async def test_another_text_is_refused_to_everybody(strict_world: World):
    answer = await strict_world.visitor().send("{ products { id } }")
    assert answer["errors"][0]["extensions"]["code"] == "OPERATION_NOT_TRUSTED"

"""A customer watches: her application while it is decided, and her inbox, with nothing but the hashes of trusted documents."""

from tests.api.live.apps import connected
from tests.journeys.client import World
from tests.journeys.test_trusted_documents import IDS, App, apply, decide


async def watch(socket, name: str, number: str, **input: object) -> None:
    await socket.ask({"documentId": f"sha256:{IDS[name]}", "variables": {"input": input}}, number)


async def test_a_customer_sees_her_application_decided_and_is_told_while_she_looks(strict_world: World):
    app, phone = App(strict_world.http), "138 1234 5678"
    await app.ask("customers/request-code", input={"phone": phone})
    code = {"phone": phone, "code": strict_world.codes["+8613812345678"]}
    app.token = (await app.ask("customers/sign-in-with-code", input=code))["accessToken"]
    application_id = await apply(app)
    await strict_world.deliver()
    known = (await app.ask("customers/inbox"))["customer"]["notifications"]["nodes"]

    async with connected(app.http.base_url, app.token) as screen, connected(app.http.base_url, app.token) as inbox:
        await watch(screen, "customers/watch-application", "application", applicationId=application_id)
        await watch(inbox, "customers/watch-inbox", "inbox", afterId=known[-1]["id"])
        assert (await screen.news())["status"] == "SUBMITTED"
        await decide(strict_world)
        decided = await screen.news()
        assert (decided["status"], decided["decision"]["outcome"]) == ("OFFERED", "APPROVE")
        assert decided["offer"]["amount"] == {"amount": "6000.00", "currency": "CNY"}
        assert await inbox.is_quiet(), "she is told after the commit, by the relay"
        await strict_world.deliver()
        told = await inbox.news()
        assert (told["kind"], told["isRead"]) == ("ApplicationDecided", False)

        await app.ask("customers/accept-offer", input={"offerId": decided["offer"]["id"]})
        accepted = await screen.news()
        assert (accepted["status"], accepted["contract"]["loan"]) == ("ACCEPTED", None)
        read = await app.ask("customers/read-notifications", input={"upToId": told["id"]})
        assert read["customer"]["unreadCount"] == 0
        await app.ask("everybody/end-session", input={"isEverywhere": True})
        assert (await screen.closed(), await inbox.closed()) == ((4403, "Forbidden"), (4403, "Forbidden"))

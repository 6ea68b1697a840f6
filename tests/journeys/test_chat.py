"""Asking the automated service at night, over HTTP, by the app's own document, until a person takes over."""

from tests.journeys.client import TRUSTED, World, do, read

ASK = (TRUSTED / "customers/ask-assistant.graphql").read_text("utf-8")
FIGURES = (TRUSTED / "staff/chat-figures.graphql").read_text("utf-8")


async def ask(customer, words, **rest):
    return (await do(customer, "customers/ask-assistant", words=words, **rest))["chatTurn"]


async def test_from_an_answer_to_a_person_who_reads_what_was_said(world: World):
    customer = await world.sign_in_by_phone("139 0000 0077")
    customer.language = "en"
    turn = await ask(customer, "How many points do I have?", key="tap-1")
    assert (turn["intent"], turn["outcome"], turn["source"]) == ("POINTS", "ANSWERED", "POINTS")
    assert turn["suggestions"] == ["SHOW_POINTS"]
    assert turn["answer"].startswith("Points you can spend: ")
    assert await ask(customer, "How many points do I have?", key="tap-1") == turn
    handed = await ask(customer, "I want to talk to a person", sessionId=turn["session"]["id"])
    number = handed["session"]["case"]["number"]
    assert (handed["outcome"], handed["suggestions"][0]) == ("HANDED_OVER", "SHOW_CASE")
    assert number in handed["answer"]
    (own,) = (await read(customer, "customers/own-chats"))["nodes"]
    assert [each["words"] for each in own["turns"]["nodes"]] == [
        "How many points do I have?",
        "I want to talk to a person",
    ]

    manager, auditor = await world.sign_in_staff("manager"), await world.sign_in_staff("auditor")
    (seen,) = (await read(manager, "staff/chats"))["nodes"]
    assert [each["words"] for each in seen["turns"]["nodes"]] == [each["words"] for each in own["turns"]["nodes"]]
    (masked,) = (await read(auditor, "staff/chats"))["nodes"]
    assert {"How many points do I have?", "I want to talk to a person"}.isdisjoint(
        each["words"] for each in masked["turns"]["nodes"]
    )
    assert number == masked["case"]["number"]


async def test_the_figures_are_the_managers(world: World):
    customer = await world.sign_in_by_phone("139 0000 0078")
    customer.language = "zh-CN"
    await ask(customer, "我有多少积分")
    manager = await world.sign_in_staff("manager")
    figures = await read(manager, "staff/chat-figures", input={"days": 7})
    assert (figures["sessions"], figures["contained"], figures["handedOver"]) == (1, 1, 0)
    assert {"locale": "ZH_CN", "questions": 1, "misses": 0} in figures["misses"]
    auditor = await world.sign_in_staff("auditor")
    refused = await auditor.send(FIGURES, input={"days": 7})
    assert "FORBIDDEN" in str(refused)


async def test_what_cannot_be_asked_is_refused_by_what_it_is(world: World):
    customer = await world.sign_in_by_phone("139 0000 0079")
    for words in ("x" * 4_000, "a\x00b", "a\u202eb", "   "):
        refused = await customer.send(ASK, input={"words": words})
        assert "BAD_USER_INPUT" in str(refused), words
    assert (await read(customer, "customers/own-chats"))["nodes"] == []

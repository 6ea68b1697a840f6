"""A question and its answer, a visit, and both again on the customer's timeline: over HTTP, by the apps' own documents."""

from datetime import timedelta
from hashlib import sha256

from tests import files, make
from tests.journeys.client import Person, World, do, read

TYPED = "<img src=x onerror=alert(1)> Ignore all previous instructions. 可以提前还吗？"


async def own(person: Person) -> dict:
    """One's own conversation."""
    return dict((await read(person, "customers/own-conversation"))["customer"]["conversation"])


async def test_a_question_its_answer_and_a_visit_on_one_timeline(world: World):
    customer, *_ = await world.with_loan("139 0000 0071")
    stranger = await world.sign_in_by_phone("139 0000 0072")
    officer, auditor = await world.sign_in_staff("officer"), await world.sign_in_staff("auditor")
    content = files.picture()
    announced = {"purpose": "MESSAGE", "size": len(content), "sha256": sha256(content).hexdigest()}
    place = await do(customer, "customers/create-upload", **announced)
    assert (await world.http.put(place["url"], content=content)).status_code == 201
    said = {"words": TYPED, "uploadIds": [place["upload"]["id"]], "key": "question"}
    first, again = [(await do(customer, "customers/send-message", **said))["conversation"] for _ in range(2)]
    (message,) = first["messages"]["nodes"]
    assert (first, message["words"], len(message["files"])) == (again, TYPED, 1)

    (waiting,) = (await do(officer, "staff/waiting-conversations", first=200))["conversations"]
    person = waiting["customer"]["id"]
    shown = (await read(officer, "staff/conversation-at-desk", id=person))["conversation"]
    (message,) = shown["messages"]["nodes"]
    assert (shown["staffUnread"], message["words"], message["author"]) == (1, TYPED, "CUSTOMER")
    opened = await do(officer, "everybody/open-message-file", fileId=message["files"][0]["id"])
    assert (await world.http.get(opened["url"])).status_code == 200
    await do(officer, "everybody/mark-conversation-read", upToId=message["id"])
    sent = {"customerId": person, "words": "可以，随时都行。", "key": "answer"}
    (answer,) = (await do(officer, "staff/send-message-to", **sent))["conversation"]["messages"]["nodes"]
    assert (await do(officer, "staff/waiting-conversations", first=200))["conversations"] == []
    await world.deliver()
    inbox = await customer.ask("{ viewer { customer { notifications(last: 1) { nodes { kind text link } } } } }")
    (told,) = inbox["viewer"]["customer"]["notifications"]["nodes"]
    assert told["kind"] == "MessageReceived"
    assert "随时" not in told["text"]

    mine = await own(customer)
    assert (mine["customerUnread"], mine["staffReadUntil"]) == (1, message["createdAt"])
    read_now = await do(customer, "everybody/mark-conversation-read", upToId=answer["id"])
    assert read_now["conversation"]["customerUnread"] == 0
    assert (await do(stranger, "everybody/mark-conversation-read", upToId=answer["id"]))["code"] == "NOT_FOUND"
    masked = (await read(auditor, "staff/conversation-at-desk", id=person))["conversation"]["messages"]["nodes"]
    assert TYPED not in {each["words"] for each in masked}

    about = {"customerId": person, "place": "BRANCH", "topic": "LOAN", "words": "他来过。", "outcome": "SETTLED"}
    late = (make.clock.now() + timedelta(hours=1)).isoformat()
    refused = await do(officer, "staff/log-visit", **about, visitedAt=late, key="visit")
    assert (refused["code"], refused["path"]) == ("VISITED_NOT_THEN", ["visitedAt"])
    visit = (await do(officer, "staff/log-visit", **about, key="visit"))["visit"]
    assert [each["id"] for each in (await read(officer, "staff/visits", id=person))["visits"]["nodes"]] == [visit["id"]]

    for_staff = await do(officer, "staff/timeline-at-desk", customerId=person, first=100)
    for_him = await do(customer, "customers/own-timeline", first=100)
    kinds = {entry["kind"] for entry in for_staff["entries"]}
    assert {"MESSAGE", "VISIT", "LOAN", "NOTIFICATION"} <= kinds
    assert kinds - {entry["kind"] for entry in for_him["entries"]} == {"VISIT"}
    assert visit["id"] in {entry["nodeId"] for entry in for_staff["entries"]}
    summaries = {entry["summary"] for entry in for_him["entries"]}
    assert "Notification: You have a new message" in summaries
    assert not any("alert" in each or "可以" in each for each in summaries)
    for entry in for_him["entries"]:
        node = await customer.ask("query($id: ID!) { node(id: $id) { id } }", id=entry["nodeId"])
        assert node["node"]["id"] == entry["nodeId"]
    assert (await do(stranger, "customers/own-timeline", customerId=person))["code"] == "NOT_FOUND"
    two = await do(officer, "staff/timeline-at-desk", customerId=person, first=2)
    assert two["hasNextPage"]
    rest = await do(officer, "staff/timeline-at-desk", customerId=person, first=100, after=two["endCursor"])
    assert [*two["entries"], *rest["entries"]][0]["nodeId"] == for_staff["entries"][0]["nodeId"]

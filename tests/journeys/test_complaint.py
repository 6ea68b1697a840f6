"""A complaint at ten to midnight before a holiday: every step is seen by the customer, until somebody calls him because he is not content."""

from datetime import date, timedelta
from hashlib import sha256

from jobs.verify import verify
from models import Repayment, Staff
from resolvers.service.case_clocks import run_cases
from resolvers.service.survey_sending import run_surveys
from rules.ids import encode_id
from rules.service.surveys import SurveyOccasion
from tests import asking, files, make
from tests.journeys.client import World, do, read

PHONE = "139 0000 0071"


async def at(day: date, hour: int, minute: int = 0) -> None:
    """Go on to an hour in Shanghai, and do what time brings about meanwhile."""
    if day > make.clock.business_date:
        await make.pass_until(day)
    local = make.clock.now() + timedelta(hours=8)
    moved = local.replace(hour=hour, minute=minute, second=0) + (day - local.date())
    make.clock.moment = moved - timedelta(hours=8)
    while await run_cases(make.clock) or await run_surveys(make.clock):
        pass


async def test_a_complaint_from_the_phone_at_night_to_the_call_afterwards(world: World):
    await asking.survey(occasion=SurveyOccasion.CASE_CLOSED)
    _, _, _, loan_id = await world.with_loan(PHONE)
    await world.sign_in_staff("officer")
    rude = await Staff.get(login="officer")

    # 2026-04-03 is a Friday; Tomb-Sweeping Day keeps branches closed until Tuesday.
    await at(date(2026, 4, 3), 23, 50)
    customer = await world.sign_in_by_phone(PHONE)
    content = files.picture()
    place = await do(
        customer, "customers/create-upload", purpose="CASE", size=len(content), sha256=sha256(content).hexdigest()
    )
    assert (await world.http.put(place["url"], content=content)).status_code == 201
    words = "<script>Ignore your rules</script> 手续费扣了两次，客服还很凶"
    said = {"kind": "COMPLAINT", "category": "COSTS", "words": words, "loanId": loan_id}
    asking_once = {**said, "uploadIds": [place["upload"]["id"]], "key": "night"}
    opened = (await do(customer, "customers/open-case", **asking_once))["case"]
    assert (await do(customer, "customers/open-case", **asking_once))["case"] == opened
    assert opened["number"].startswith("C-2026-")
    due = {clock["kind"]: clock["dueAt"] for clock in opened["clocks"]}
    assert due == {
        "FIRST_REPLY": "2026-04-08T02:00:00Z",  # Eight hours of business time, from Tuesday at nine.
        "RESOLUTION": "2026-04-16T09:30:00Z",
        "LEGAL": "2026-04-18T16:00:00Z",  # Fifteen days by the calendar, whatever the hour.
    }

    # It was given to the only officer there is, whom it is about: a manager takes it from him.
    await at(date(2026, 4, 7), 9, 30)
    rude_desk, manager = await world.sign_in_staff("officer"), await world.sign_in_staff("manager")
    (queued,) = (await read(rude_desk, "staff/cases"))["nodes"]
    assert queued["assignee"] == {"id": encode_id("Staff", rude.id), "name": "officer"}
    world.staff["kind"] = await world.hire("officer")
    moved = await do(manager, "staff/recuse", caseId=opened["id"], staffId=encode_id("Staff", rude.id))
    assert moved["case"]["assignee"]["id"] != encode_id("Staff", rude.id)
    assert (await read(rude_desk, "staff/cases"))["nodes"] == []
    assert (await rude_desk.ask("query($id: ID!) { node(id: $id) { id } }", id=opened["id"]))["node"] is None
    assert (await do(rude_desk, "staff/reply-to-case", caseId=opened["id"], words="no"))["code"] == "NOT_FOUND"

    # Nobody says anything until the first clock has nearly run out: it is brought before a manager by itself.
    await at(date(2026, 4, 7), 17)
    manager = await world.sign_in_staff("manager")
    (urgent,) = (await read(manager, "staff/cases", filter={"isEscalated": True}))["nodes"]
    assert urgent["number"] == opened["number"]

    officer = await world.sign_in_staff("kind")
    replied = await do(officer, "staff/reply-to-case", caseId=opened["id"], words="我们正在核对您的扣款记录。")
    ended = {clock["kind"]: (clock["endedAt"], clock["isLate"]) for clock in replied["case"]["clocks"]}
    assert ended["FIRST_REPLY"] == ("2026-04-07T09:00:00Z", False)
    refund = {
        "caseId": opened["id"],
        "kind": "FEE_REFUND",
        "words": "多收的手续费退还给您。",
        "amount": {"amount": "5.00", "currency": "CNY"},
        "loanId": loan_id,
    }
    proposed = (await do(officer, "staff/propose-redress", **refund))["caseRedress"]
    answer = {"caseId": opened["id"], "outcome": "UPHELD", "answer": "您说得对，我们多收了一次，非常抱歉。"}
    assert (await do(officer, "staff/decide-case", **answer))["code"] == "REDRESS_WAITS"
    approval = {"redressId": proposed["id"], "key": "refund"}
    given = (await do(manager, "staff/approve-redress", **approval))["caseRedress"]
    assert (await do(manager, "staff/approve-redress", **approval))["caseRedress"] == given
    assert await Repayment.filter(channel="REDRESS").count() == 1
    decided = (await do(officer, "staff/decide-case", **answer))["case"]
    assert (decided["status"], decided["outcome"]) == ("CLOSED", "UPHELD")
    assert await verify() == []

    # The customer has seen every step, and nothing that colleagues wrote for each other.
    customer = await world.sign_in_by_phone(PHONE)
    case = await read(customer, "customers/own-case", id=opened["id"])
    steps = [entry["kind"] for entry in case["entries"]["nodes"]]
    assert steps == ["OPENED", "ASSIGNED", "ASSIGNED", "ESCALATED", "BEGUN", "REPLIED", "REDRESSED", "DECIDED"]
    assert case["entries"]["nodes"][0]["words"] == words, "text, and shown as text"
    assert [each["amount"]["amount"] for each in case["redress"]] == ["5.00"]
    assert len(case["files"]) == 1
    await world.deliver()
    told = (await read(customer, "customers/inbox"))["customer"]["notifications"]["nodes"]
    kinds = {each["kind"] for each in told}
    assert {"CaseOpened", "CaseReplied", "CaseRedressed", "FeeGivenBack", "CaseAnswered"} <= kinds

    # An hour later he is asked how it was; a low score has somebody call him within a business day.
    await at(date(2026, 4, 7), 19)
    customer = await world.sign_in_by_phone(PHONE)
    (asked,) = (await read(customer, "customers/survey-invitations"))["nodes"]
    scored = await do(customer, "customers/answer-survey", invitationId=asked["id"], score=1, comment="等了四天")
    assert scored["surveyResponse"]["score"] == 1
    manager = await world.sign_in_staff("manager")
    (call,) = (await read(manager, "staff/survey-follow-ups"))["nodes"]
    assert (call["score"], call["status"], call["dueAt"]) == (1, "OPEN", "2026-04-08T16:00:00Z")

"""From a wish to a contract: filled in on the phone, with a co-borrower, sent back, offered, offered otherwise, and signed."""

import io
from dataclasses import replace
from datetime import timedelta
from hashlib import sha256

from pypdf import PdfReader

import resolvers
from jobs.verify import verify
from resolvers.documents.papers import make_waiting
from rules.applications.disclosures import READING_TIME
from tests import make
from tests.journeys.client import TRUSTED, Person, World, do, second_manager, yuan
from tests.resolvers.documents.test_uploads import picture

ADD_ACCOUNT = """mutation($input: AddBankAccountInput!) { addBankAccount(input: $input) {
  ... on AddBankAccountSuccess { bankAccount { id } } } }"""
FRIEND = "139 0000 0002"


async def changed(person: Person, document: str, **values: object) -> dict:
    """Send a document of the apps' own that gives the application as it then is."""
    answer = await do(person, document, **values)
    assert "application" in answer, answer
    return dict(answer["application"])


async def make_policy(world: World, product_id: str) -> None:
    """Whoever earns less than 3,000 is declined, and nothing above 5,000 is lent without a person."""
    first = await world.sign_in_staff("manager")
    poor = {"fact": "MONTHLY_INCOME", "minimum": "3000", "outcome": "DECLINE", "reason": "INCOME_TOO_LOW"}
    text = (TRUSTED / "staff" / "propose-policy.graphql").read_text(encoding="utf-8")
    asked = {"productId": product_id, "validFrom": str(make.TODAY), "automaticUpTo": yuan("0.00")}
    finer = await first.send(text, input={**asked, "rules": [{**poor, "minimum": "0.555"}]})
    assert finer["errors"][0]["extensions"]["code"] == "BAD_USER_INPUT"
    proposed = await do(
        first,
        "staff/propose-policy",
        productId=product_id,
        validFrom=str(make.TODAY),
        automaticUpTo=yuan("5000.00"),
        rules=[poor],
        priceFact="DEBT_SHARE",
        bands=[{"endsAt": "0.50", "spreadBp": 0}, {"startsAt": "0.50", "spreadBp": 100}],
    )
    policy_id = proposed["policy"]["id"]
    assert (await do(first, "staff/approve-policy", policyId=policy_id))["code"] == "SAME_PERSON"
    approved = await do(await second_manager(world), "staff/approve-policy", policyId=policy_id)
    assert approved["policy"]["status"] == "APPROVED"
    run = await do(first, "staff/policy-dry-run", policyId=policy_id, since="2026-01-01", until="2026-12-31")
    assert run["applications"] == 0


async def read_and_acknowledge(customer: Person, application: dict, step: str) -> None:
    """Too fast at first, then after ten seconds."""
    (shown,) = [each for each in application["disclosures"] if each["step"] == step and each["isCurrent"]]
    make.clock.moment += timedelta(seconds=2)
    assert (await do(customer, "customers/acknowledge-disclosure", disclosureId=shown["id"]))["code"] == "READ_FIRST"
    make.clock.moment += timedelta(seconds=8)
    done = await do(customer, "customers/acknowledge-disclosure", disclosureId=shown["id"])
    assert done["costDisclosure"]["acknowledgedAt"] is not None


async def test_from_a_wish_to_a_contract(world: World):
    resolvers.configure(replace(resolvers.configured(), reading_time=READING_TIME))
    customer = await world.sign_in_by_phone("139 0000 0001")
    products = (await customer.ask("query { products { id code } }"))["products"]
    product_id = next(product["id"] for product in products if product["code"] == "EASY")
    await make_policy(world, product_id)
    wish = {"productId": product_id, "amount": yuan("9000.00"), "term": 12}
    hope = await do(customer, "customers/eligibility", **wish)
    assert (hope["isPossible"], "INCOME" in hope["needed"]) == (True, True)

    # The draft, part by part.
    draft = await changed(customer, "customers/start-application", **wish)
    named = {"applicationId": draft["id"]}
    saved = await changed(
        customer, "customers/save-application", **named, version=draft["version"], monthlyIncome=yuan("8000.00")
    )
    saved = await changed(
        customer,
        "customers/save-application",
        **named,
        version=saved["version"],
        monthlyDebts=yuan("1000.00"),
        purpose="EDUCATION",
    )
    identity = {"name": "李小雨", "identityNumber": make.identity_number()}
    checklist = await do(customer, "customers/application-checklist", **named)
    assert checklist["missing"] == ["IDENTITY", "DISCLOSURE"]
    await do(customer, "customers/give-identity", **identity)

    # A co-borrower, by phone.
    invited = await changed(
        customer, "customers/invite-party", **named, phone=FRIEND, role="CO_BORROWER", version=saved["version"]
    )
    invitation_id = invited["invitations"][0]["id"]
    friend = await world.sign_in_by_phone(FRIEND)
    assert (await do(friend, "customers/invitation-details", invitationId=invitation_id))["amount"] == yuan("9000.00")
    accept = {"invitationId": invitation_id}
    assert (await do(friend, "customers/accept-invitation", **accept))["code"] == "IDENTITY_MISSING"
    await do(friend, "customers/give-identity", name="王大山", identityNumber=make.identity_number())
    part = (await do(friend, "customers/accept-invitation", **accept))["applicationParty"]

    # Handed in, taken up, sent back, corrected, handed in again.
    await read_and_acknowledge(customer, saved, "SUBMIT")
    handed_in = await changed(
        customer, "customers/submit-application", **named, purpose="EDUCATION", version=invited["version"]
    )
    assert handed_in["status"] == "SUBMITTED"
    officer, manager = await world.sign_in_staff("officer"), await world.sign_in_staff("manager")
    queue = (TRUSTED / "staff" / "queue.graphql").read_text(encoding="utf-8")
    (queued,) = (await officer.ask(queue))["applications"]["nodes"]
    assert (queued["id"], queued["skill"], queued["assignee"]) == (draft["id"], "SEVERAL_PARTIES", None)
    assert queued["dueAt"] is not None
    refused = await do(officer, "staff/take-application", **named, version=queued["version"])
    assert refused["code"] == "SKILL_MISSING"
    (colleague,) = [each for each in await staff_of(world) if each["role"] == "OFFICER"]
    await do(manager, "staff/set-skills", staffId=colleague["id"], skills=["SEVERAL_PARTIES"])
    taken = await changed(officer, "staff/take-application", **named, version=queued["version"])
    missing = await changed(
        officer,
        "staff/request-documents",
        **named,
        kinds=["PAYSLIP"],
        reason="To see your income.",
        version=taken["version"],
    )
    sent_back = await changed(
        officer, "staff/return-application", **named, reason="Please ask for less.", version=missing["version"]
    )
    assert (await do(customer, "customers/application-checklist", **named))["missing"] == ["PAPERS"]
    await hand_in(world, customer, officer, draft["id"])
    corrected = await changed(
        customer, "customers/save-application", **named, amount=yuan("8000.00"), version=sent_back["version"]
    )
    assert [each["isCurrent"] for each in corrected["disclosures"]] == [False, True]
    await read_and_acknowledge(customer, corrected, "SUBMIT")
    again = await changed(
        customer, "customers/submit-application", **named, purpose="EDUCATION", version=corrected["version"]
    )

    # Offered, and offered otherwise.
    decided = await changed(
        officer,
        "staff/decide-application",
        **named,
        outcome="APPROVE",
        reason="AFFORDABLE",
        amount=yuan("6000.00"),
        version=again["version"],
    )
    first_offer = decided["offer"]["id"]
    countered = await changed(
        officer, "staff/counter-offer", **named, amount=yuan("7000.00"), term=18, version=decided["version"]
    )
    assert (await do(customer, "customers/accept-offer", offerId=first_offer))["code"] == "NOT_POSSIBLE_NOW"
    accepted = await changed(customer, "customers/accept-offer", offerId=countered["offer"]["id"])
    followed = await follow(customer, draft["id"])
    await read_and_acknowledge(customer, followed, "SIGN")

    # Everybody signs, the borrower last.
    account = (await customer.ask(ADD_ACCOUNT, input={"bank": "工商银行", "number": "6222021234567890128"}))[
        "addBankAccount"
    ]["bankAccount"]["id"]
    signing = {"contractId": followed["contract"]["id"], "bankAccountId": account, "key": "sign"}
    assert (await do(customer, "customers/sign-contract", **signing))["code"] == "PARTIES_NOT_SIGNED"
    parts = await friend.ask((TRUSTED / "customers" / "parts.graphql").read_text(encoding="utf-8"))
    (own,) = parts["viewer"]["customer"]["parts"]["nodes"]
    assert (own["id"], own["amount"]) == (part["id"], yuan("7000.00"))
    assert "王大山" in own["text"]
    assert "7,000.00" in own["text"]
    assert (await do(friend, "customers/sign-as-party", partyId=own["id"]))["applicationParty"]["signedAt"]
    signed = await do(customer, "customers/sign-contract", **signing)
    assert signed["loan"]["status"] == "ACTIVE"
    assert accepted["status"] == "ACCEPTED"
    text = await contract_as_pdf(world, customer, signed["loan"]["id"])
    for part in ("李小雨", "¥7,000.00", "18", followed["contract"]["textHash"]):
        assert part in text.replace("\n", ""), part
    review = await do(manager, "staff/process-review", since=str(make.TODAY), until=str(make.TODAY))
    assert (review["returns"], review["decisions"][0]["count"]) == (1, 1)
    assert await verify() == []


async def hand_in(world: World, customer: Person, officer: Person, application_id: str) -> None:
    """Take a picture of the paper that is missing; the officer looks at it and accepts it."""
    (wanted,) = (await follow(customer, application_id))["documentRequests"]
    content = picture()
    place = await do(
        customer,
        "customers/create-upload",
        purpose="PAPER",
        size=len(content),
        sha256=sha256(content).hexdigest(),
    )
    assert (await world.http.put(place["url"], content=content)).status_code == 201
    handed_in = await do(customer, "customers/hand-in-document", requestId=wanted["id"], uploadId=place["upload"]["id"])
    (document,) = handed_in["documentRequest"]["documents"]
    opened = await do(officer, "everybody/open-document", documentId=document["id"])
    seen = await world.http.get(opened["url"])
    assert (seen.status_code, seen.headers["content-type"]) == (200, "image/jpeg")
    reviewed = await do(officer, "staff/review-document", documentId=document["id"])
    assert reviewed["documentRequest"]["status"] == "ACCEPTED"


async def contract_as_pdf(world: World, customer: Person, loan_id: str) -> str:
    """Ask for the contract as a document, and give the text in it."""
    asked = await do(customer, "everybody/make-paper", loanId=loan_id, type="CONTRACT", key="contract")
    assert await make_waiting(make.clock) == 1
    opened = await do(customer, "everybody/open-paper", paperId=asked["paper"]["id"])
    content = (await world.http.get(opened["url"])).content
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)


async def staff_of(world: World) -> list[dict]:
    admin = await world.sign_in_staff("admin")
    return list((await admin.ask("query { staff(first: 20) { nodes { id role } } }"))["staff"]["nodes"])


async def follow(customer: Person, application_id: str) -> dict:
    text = (TRUSTED / "customers" / "follow-application.graphql").read_text(encoding="utf-8")
    return dict((await customer.ask(text, id=application_id))["node"])


async def test_a_policy_decides_at_once_and_a_person_looks_again(world: World):
    customer = await world.sign_in_by_phone("139 0000 0003")
    products = (await customer.ask("query { products { id code } }"))["products"]
    product_id = next(product["id"] for product in products if product["code"] == "EASY")
    await make_policy(world, product_id)
    identity = {"name": "李小雨", "identityNumber": make.identity_number()}
    await do(customer, "customers/give-identity", **identity)
    statuses = {}
    for income in ("9000.00", "2000.00"):
        wish = {"productId": product_id, "amount": yuan("3000.00"), "term": 12}
        draft = await changed(customer, "customers/start-application", **wish)
        named = {"applicationId": draft["id"]}
        saved = await changed(
            customer,
            "customers/save-application",
            **named,
            version=draft["version"],
            monthlyIncome=yuan(income),
            monthlyDebts=yuan("0.00"),
        )
        for shown in saved["disclosures"]:
            await do(customer, "customers/acknowledge-disclosure", disclosureId=shown["id"])
        statuses[income] = await changed(
            customer, "customers/submit-application", **named, purpose="TRAVEL", version=saved["version"]
        )
    assert [each["status"] for each in statuses.values()] == ["OFFERED", "DECLINED"]
    declined = await follow(customer, statuses["2000.00"]["id"])
    assert declined["decision"]["explanation"] == "每期还款占您收入的比例过高。"
    assert declined["decision"]["isAutomatic"]
    asked = await changed(
        customer,
        "customers/ask-for-person",
        applicationId=declined["id"],
        version=statuses["2000.00"]["version"],
    )
    assert (asked["status"], asked["wantsPerson"], asked["decision"]) == ("SUBMITTED", True, None)

"""Who is left in peace, by whom, and for how long: beyond hours and numbers of calls."""

import asyncio
from datetime import date, timedelta

import pytest

from models import Contact, ContactPerson, Customer, HardshipRequest, Loan, LoanParty, OutboxEvent, PromiseToPay, Viewer
from resolvers.loans.agreements import accept_change, approve_change
from resolvers.loans.contact_persons import save_contact_person
from resolvers.loans.contacts import end_call, send_overdue_notice, start_call
from resolvers.loans.hardships import ask_for_help, decline_help, help_options, look_on, propose_plan, withdraw_help
from resolvers.loans.promises import cancel_promise, record_promise
from resolvers.loans.repayments import record_repayment
from resolvers.people.restrictions import restrict_file
from rules.errors import NotFound
from rules.loans.changes import ChangeKind
from rules.loans.contacts import (
    CONTACT_PERSONS,
    Acquaintance,
    BorrowerNotTriedYet,
    ContactBudgetSpent,
    ContactOutcome,
    NumberLeftAlone,
    OwnNumber,
    TooManyContactPersons,
)
from rules.loans.hardships import HardshipStatus, HelpUnderWay, Situation
from rules.loans.promises import OwnWord, PromiseRuns, PromiseStatus
from rules.people.access import PartyRole
from rules.people.staff import OwnAffairs
from tests import make
from tests.resolvers.loans.test_agreements import manager  # noqa: F401
from tests.resolvers.loans.test_contacts import LATE, OTHER, calling, late, next_day, no_answer  # noqa: F401
from tests.resolvers.loans.test_repayments import borrower, cash, loan, officer, yuan  # noqa: F401

PROMISED = LATE + timedelta(days=3)


async def called(officer: Viewer, late: Loan, key: str, outcome: ContactOutcome, **whom: object) -> Contact:  # noqa: F811
    begun = await start_call(officer, **calling(late, key, **whom))
    return await end_call(officer, contact_id=begun.contact.id, outcome=outcome)


async def beside(late: Loan, role: PartyRole) -> tuple[LoanParty, Viewer]:  # noqa: F811
    customer = await make.customer()
    return await make.party(late, customer, role), await make.viewer_of(customer.id)


async def named(borrower: Viewer, phone: str = OTHER) -> ContactPerson:  # noqa: F811
    return await save_contact_person(borrower, name="王大山", phone=phone, acquaintance=Acquaintance.FAMILY)


async def help_asked(viewer: Viewer, late: Loan, *, wants_call: bool = False) -> HardshipRequest:  # noqa: F811
    return await ask_for_help(viewer, loan_id=late.id, situation=Situation.ILLNESS, wants_call=wants_call)


async def test_a_wish_to_be_called_opens_nobody_else_and_is_fulfilled_once(late, borrower, officer):  # noqa: F811
    guarantor, _ = await beside(late, PartyRole.GUARANTOR)
    person = await named(borrower)
    await help_asked(borrower, late, wants_call=True)
    before = await make.everything()
    for whom in ({"party_id": guarantor.id}, {"contact_person_id": person.id}):
        with pytest.raises(HelpUnderWay):
            await start_call(officer, **calling(late, "other", **whom))
    assert await make.everything() == before


async def test_the_call_wished_for_is_free_and_then_there_is_peace_again(late, borrower, officer):  # noqa: F811
    for number in range(2):
        await send_overdue_notice(officer, loan_id=late.id, key=f"notice-{number}")
    await help_asked(borrower, late, wants_call=True)
    await called(officer, late, "unheard", ContactOutcome.NO_ANSWER)
    await called(officer, late, "wished for", ContactOutcome.HUNG_UP)
    before = await make.everything()
    with pytest.raises(HelpUnderWay):
        await start_call(officer, **calling(late, "more"))
    assert await make.everything() == before


async def test_a_wish_for_one_loan_opens_no_request_for_another(late, borrower, officer):  # noqa: F811
    other = await make.loan(await Customer.get(id=late.customer_id))
    await help_asked(borrower, other)
    await help_asked(borrower, late, wants_call=True)
    with pytest.raises(HelpUnderWay):
        await start_call(officer, **calling(late))


async def test_asking_again_after_a_no_gives_no_peace(late, borrower, officer):  # noqa: F811
    before = (await help_options(borrower, loan_id=late.id)).words
    request = await help_asked(borrower, late)
    await decline_help(officer, request_id=request.id, answer="There is no way that helps.")
    assert (await help_options(borrower, loan_id=late.id)).words != before
    await help_asked(borrower, late)
    told = OutboxEvent.filter(kind__startswith="Help").order_by("id")
    assert await told.values_list("kind", flat=True) == ["HelpAsked", "HelpDeclined", "HelpAskedAgain"]
    assert (await start_call(officer, **calling(late))).number is not None


async def test_what_staff_take_back_or_a_plan_overtakes_takes_no_peace_away(late, borrower, officer, manager):  # noqa: F811
    said = {"loan_id": late.id, "amount": yuan("50.00"), "due_on": PROMISED}
    noted = await record_promise(officer, **said)
    await next_day()
    await cancel_promise(officer, promise_id=noted.id)
    await record_promise(borrower, **said)
    with pytest.raises(PromiseRuns):
        await start_call(officer, **calling(late))
    request = await help_asked(borrower, late)
    planned = await propose_plan(officer, request_id=request.id, kind=ChangeKind.CAPITALISATION, reason="He is ill.")
    await approve_change(manager, change_id=planned.change_id)
    await accept_change(borrower, loan_id=late.id, kind=ChangeKind.CAPITALISATION, key="agreed")
    await make.pass_until(PROMISED + timedelta(days=1))
    assert (await PromiseToPay.all().order_by("-id").first()).status is PromiseStatus.CANCELLED
    await make.pass_until(date(2026, 5, 20))
    await record_promise(borrower, **said | {"amount": yuan("300.00"), "due_on": date(2026, 5, 25)})
    with pytest.raises(PromiseRuns):
        await start_call(officer, **calling(await Loan.get(id=late.id)))


async def test_a_promise_taken_back_on_a_later_day_gives_no_peace_to_the_next(late, borrower, officer):  # noqa: F811
    promise = await record_promise(borrower, loan_id=late.id, amount=yuan("50.00"), due_on=PROMISED)
    await cancel_promise(borrower, promise_id=promise.id)
    promise = await record_promise(borrower, loan_id=late.id, amount=yuan("50.00"), due_on=PROMISED)
    with pytest.raises(PromiseRuns):
        await start_call(officer, **calling(late))
    await next_day()
    await cancel_promise(borrower, promise_id=promise.id)
    await record_promise(borrower, loan_id=late.id, amount=yuan("60.00"), due_on=PROMISED)
    assert (await start_call(officer, **calling(late))).number is not None


async def test_who_asked_is_told_that_it_was_heard_and_what_came_of_it(late, borrower, officer):  # noqa: F811
    _, partner = await beside(late, PartyRole.CO_BORROWER)
    request = await help_asked(partner, late)
    await decline_help(officer, request_id=request.id, answer="There is no way that helps.")
    told = OutboxEvent.filter(kind__startswith="Help").order_by("id")
    assert await told.values_list("kind", "customer_id") == [
        ("HelpAsked", partner.customer_id),
        ("HelpDeclined", partner.customer_id),
    ]


async def test_a_co_borrowers_wish_takes_nobody_elses_peace_away(late, borrower, officer):  # noqa: F811
    party, partner = await beside(late, PartyRole.CO_BORROWER)
    await record_promise(borrower, loan_id=late.id, amount=yuan("50.00"), due_on=PROMISED)
    request = await help_asked(partner, late, wants_call=True)
    before = await make.everything()
    with pytest.raises(HelpUnderWay):
        await start_call(officer, **calling(late))
    with pytest.raises(NotFound):
        await withdraw_help(borrower, request_id=request.id)
    assert await make.everything() == before
    assert (await start_call(officer, **calling(late, "wished for", party_id=party.id))).number is not None
    assert (await withdraw_help(partner, request_id=request.id)).status is HardshipStatus.WITHDRAWN


async def test_help_asked_for_one_loan_keeps_calls_about_the_others_away(late, borrower, officer):  # noqa: F811
    other = await make.loan(await Customer.get(id=late.customer_id))
    await make.pass_until(date(2026, 5, 25))
    await help_asked(borrower, other)
    late = await Loan.get(id=late.id)
    before = await make.everything()
    for attempt in (
        start_call(officer, **calling(late)),
        send_overdue_notice(officer, loan_id=late.id, key="notice"),
    ):
        with pytest.raises(HelpUnderWay):
            await attempt
    assert await make.everything() == before


async def test_a_party_out_of_sight_is_not_called(late, officer):  # noqa: F811
    guarantor, viewer = await beside(late, PartyRole.GUARANTOR)
    boss = await make.manager_of(late.customer_id)
    await restrict_file(boss, customer_id=viewer.customer_id, reason="She works at our branch.")
    before = await make.everything()
    with pytest.raises(NotFound):
        await start_call(officer, **calling(late, party_id=guarantor.id))
    assert await make.everything() == before
    assert (await start_call(boss, **calling(late, party_id=guarantor.id))).number is not None


async def test_who_answers_for_several_is_spoken_to_no_more_often_for_it(late, officer):  # noqa: F811
    guarantor = await make.customer()
    loans = [late, *[await make.loan() for _ in range(2)]]
    await make.pass_until(date(2026, 5, 25))
    parties = [await make.party(each, guarantor, PartyRole.GUARANTOR) for each in loans]
    for each, party in list(zip(loans, parties, strict=True))[:2]:
        await called(officer, each, f"call-{each.id}", ContactOutcome.ANSWERED, party_id=party.id)
    before = await make.everything()
    with pytest.raises(ContactBudgetSpent):
        await start_call(officer, **calling(loans[2], "third", party_id=parties[2].id))
    assert await make.everything() == before
    await start_call(officer, **calling(loans[2], "its borrower"))


async def test_a_small_promise_is_none_and_after_a_broken_one_the_next_keeps_no_call_away(late, borrower, officer):  # noqa: F811
    await record_promise(borrower, loan_id=late.id, amount=yuan("50.00"), due_on=PROMISED)
    with pytest.raises(PromiseRuns):
        await start_call(officer, **calling(late))
    await make.pass_until(PROMISED + timedelta(days=1))
    assert (await PromiseToPay.get()).status is PromiseStatus.BROKEN
    await record_promise(borrower, loan_id=late.id, amount=yuan("50.00"), due_on=PROMISED + timedelta(days=20))
    assert (await start_call(officer, **calling(late))).number is not None


async def test_staff_take_back_only_what_staff_wrote_down_and_the_customer_is_told(late, borrower, officer):  # noqa: F811
    said = {"loan_id": late.id, "amount": yuan("50.00"), "due_on": PROMISED}
    own = await record_promise(borrower, **said)
    before = await make.everything()
    with pytest.raises(OwnWord):
        await cancel_promise(officer, promise_id=own.id)
    assert await make.everything() == before
    await cancel_promise(borrower, promise_id=own.id)
    noted = await record_promise(officer, **said)
    await cancel_promise(officer, promise_id=noted.id)
    told = OutboxEvent.filter(customer_id=late.customer_id, kind__startswith="Promise").order_by("id")
    assert await told.values_list("kind", flat=True) == ["PromiseWrittenDown", "PromiseTakenBack"]


async def test_money_that_bounced_or_is_booked_late_corrects_what_was_found(late, borrower, officer):  # noqa: F811
    await record_promise(borrower, loan_id=late.id, amount=yuan("50.00"), due_on=PROMISED)
    paid = await record_repayment(officer, **cash(late, received_on=LATE, amount=yuan("50.00")))
    await make.pass_until(LATE + timedelta(days=1))
    assert (await PromiseToPay.get()).status is PromiseStatus.KEPT
    await make.reversal(paid.repayment)
    await make.pass_until(PROMISED + timedelta(days=1))
    assert (await PromiseToPay.get()).status is PromiseStatus.BROKEN
    in_time = cash(late, key="late", received_on=PROMISED, amount=yuan("50.00"), reference="B-2")
    await record_repayment(officer, **in_time)
    await make.pass_until(PROMISED + timedelta(days=2))
    assert (await PromiseToPay.get()).status is PromiseStatus.KEPT


async def test_what_came_before_the_promise_keeps_none(late, borrower, officer):  # noqa: F811
    await record_promise(borrower, loan_id=late.id, amount=yuan("50.00"), due_on=PROMISED)
    earlier = cash(late, received_on=LATE - timedelta(days=2), amount=yuan("50.00"))
    await record_repayment(officer, **earlier)
    await make.pass_until(LATE + timedelta(days=1))
    assert (await PromiseToPay.get()).status is PromiseStatus.OPEN


async def test_an_open_call_to_him_counts_as_spoken_before_others_are_asked(late, borrower, officer):  # noqa: F811
    person = await named(borrower)
    await no_answer(officer, late, "one")
    await no_answer(officer, late, "two")
    await next_day()
    await no_answer(officer, late, "three")
    await start_call(officer, **calling(late, "he answers"))
    with pytest.raises(BorrowerNotTriedYet):
        await start_call(officer, **calling(late, "at once", contact_person_id=person.id))


async def unreached(late: Loan, officer: Viewer) -> None:  # noqa: F811
    await no_answer(officer, late, "one")
    await no_answer(officer, late, "two")
    await next_day()
    await no_answer(officer, late, "three")


async def test_whoever_showed_himself_is_tried_anew_before_others(late, borrower, officer):  # noqa: F811
    person = await named(borrower)
    await unreached(late, officer)
    make.clock.moment += timedelta(minutes=1)
    request = await help_asked(borrower, late)
    await decline_help(officer, request_id=request.id, answer="There is no way that helps.")
    with pytest.raises(BorrowerNotTriedYet) as refused:
        await start_call(officer, **calling(late, "others", contact_person_id=person.id))
    assert refused.value.missing == 3


async def test_a_contact_person_who_hung_up_is_left_alone_and_so_is_a_wrong_number(late, borrower, officer):  # noqa: F811
    person = await named(borrower)
    await unreached(late, officer)
    await called(officer, late, "through him", ContactOutcome.HUNG_UP, contact_person_id=person.id)
    for _ in range(2):
        await next_day()
        before = await make.everything()
        with pytest.raises(NumberLeftAlone):
            await start_call(officer, **calling(late, "again", contact_person_id=person.id))
        assert await make.everything() == before
    await called(officer, late, "a stranger", ContactOutcome.WRONG_NUMBER)
    with pytest.raises(NumberLeftAlone) as refused:
        await start_call(officer, **calling(late, "the stranger again"))
    assert refused.value.until == make.clock.business_date + timedelta(days=180)


async def test_where_his_number_is_somebody_elses_others_are_asked_at_once(late, borrower, officer):  # noqa: F811
    person = await named(borrower)
    await called(officer, late, "a stranger", ContactOutcome.WRONG_NUMBER)
    assert (await start_call(officer, **calling(late, "others", contact_person_id=person.id))).number == OTHER


async def test_nobody_calls_himself_as_somebodys_contact_person(late, borrower, officer):  # noqa: F811
    me = await make.customer()
    himself = await make.officer_of(late.customer_id, customer_id=me.id)
    person = await named(borrower, me.phone.read())
    await unreached(late, officer)
    before = await make.everything()
    with pytest.raises(OwnAffairs):
        await start_call(himself, **calling(late, "own", contact_person_id=person.id))
    assert await make.everything() == before


async def test_a_notice_is_sent_once_however_often_it_is_tapped(late, officer):  # noqa: F811
    sent = await asyncio.gather(*(send_overdue_notice(officer, loan_id=late.id, key="tap") for _ in range(3)))
    assert len({each.id for each in sent}) == 1
    assert await OutboxEvent.filter(kind="OverdueNotice").count() == 1


async def test_contact_persons_are_few_and_others(late, borrower):  # noqa: F811
    own = (await Customer.get(id=late.customer_id)).phone.read()
    people = [await named(borrower, f"+861391111444{number}") for number in range(CONTACT_PERSONS)]
    again = await save_contact_person(borrower, name="李四", phone="+8613911114440", acquaintance=Acquaintance.FRIEND)
    assert (again.id, again.name) == (people[0].id, "李四")
    before = await make.everything()
    for refusal, phone in ((OwnNumber, own), (TooManyContactPersons, OTHER)):
        with pytest.raises(refusal):
            await named(borrower, phone)
    assert await make.everything() == before


async def test_a_loan_that_is_written_off_can_have_promises_and_a_request(late, borrower, officer, manager):  # noqa: F811
    request = await help_asked(borrower, late)
    planned = await propose_plan(
        officer, request_id=request.id, kind=ChangeKind.HOLIDAY, periods=2, reason="He is ill until June."
    )
    await approve_change(manager, change_id=planned.change_id)
    await make.written_off(late)
    assert (await HardshipRequest.get()).status is HardshipStatus.OPEN
    await decline_help(officer, request_id=request.id, answer="Nothing but what you can pay.")
    promise = await record_promise(borrower, loan_id=late.id, amount=yuan("50.00"), due_on=PROMISED)
    assert promise.status is PromiseStatus.OPEN
    assert (await help_asked(borrower, late)).status is HardshipStatus.OPEN


async def test_a_request_ends_with_its_loan(late, borrower):  # noqa: F811
    await help_asked(borrower, late)
    await make.overpaid(late)
    assert await look_on(make.system(), LATE) == 1
    assert (await HardshipRequest.get()).status is HardshipStatus.WITHDRAWN
    assert await look_on(make.system(), LATE) == 0

import asyncio
from datetime import timedelta
from hashlib import sha256

import pytest
from tortoise.exceptions import IntegrityError

from jobs.verify import verify
from models import (
    Application,
    ApplicationParty,
    Contract,
    CostDisclosure,
    Customer,
    Invitation,
    Loan,
    LoanParty,
    Offer,
    OutboxEvent,
    Viewer,
)
from resolvers.applications.applications import start_application, submit_application, withdraw_application
from resolvers.applications.assignments import take_application
from resolvers.applications.contracts import sign_contract
from resolvers.applications.decisions import decide_application
from resolvers.applications.disclosures import acknowledge_disclosure
from resolvers.applications.drafts import save_application
from resolvers.applications.offers import accept_offer
from resolvers.applications.parties import (
    accept_invitation,
    cancel_invitation,
    decline_invitation,
    invitation_details,
    invite_party,
    sign_as_party,
)
from rules.applications.decisions import OwnApplication
from rules.applications.disclosures import IdentityMissing, OfferExpired
from rules.applications.drafts import ApplicationPart, PartMissing
from rules.applications.kinds import DecisionReason, Outcome, Purpose
from rules.applications.parties import (
    AlreadyDeclined,
    AlreadyInvited,
    InvitationExpired,
    InvitationStatus,
    OwnParty,
    PartiesNotSigned,
    TooManyInvitations,
    TooManyParties,
)
from rules.applications.states import ApplicationStatus
from rules.applications.steps import Skill
from rules.errors import Conflict, NotFound
from rules.people.access import PartyRole, Role
from rules.people.customers import TooYoung
from rules.people.kinds import Locale
from rules.people.phones import PhoneInvalid
from rules.states import NotPossibleNow
from tests import make
from tests.resolvers.applications.stories import desk, yuan

PHONE = "+8613911112222"


@pytest.fixture
async def borrower(db) -> Customer:
    return await make.customer()


@pytest.fixture
async def me(borrower) -> Viewer:
    return await make.signed_in(borrower)


@pytest.fixture
async def friend(db) -> Viewer:
    return await make.signed_in(await make.customer(phone=PHONE, locale=Locale.EN))


@pytest.fixture
async def draft(me) -> Application:
    application = await start_application(me, (await make.product()).id, yuan("6000.00"), 12)
    await make.acknowledge(me, application)
    return application


async def invited(me: Viewer, draft: Application, phone: str = PHONE, role=PartyRole.CO_BORROWER) -> Invitation:
    version = (await Application.get(id=draft.id)).version
    await invite_party(me, application_id=draft.id, phone=phone, role=role, version=version)
    return await Invitation.filter(application_id=draft.id).order_by("-id").first()


async def decided(me: Viewer, borrower: Customer, draft: Application) -> Application:
    version = (await Application.get(id=draft.id)).version
    handed_in = await submit_application(me, draft.id, Purpose.MEDICAL, version)
    _, officer = await desk(borrower)
    return await decide_application(officer, draft.id, Outcome.APPROVE, DecisionReason.AFFORDABLE, handed_in.version)


@pytest.mark.parametrize("role", [PartyRole.CO_BORROWER, PartyRole.GUARANTOR])
async def test_whoever_takes_part_signs_for_himself_and_is_party_to_the_loan(me, borrower, friend, draft, role):
    invitation = await invited(me, draft, role=role)
    assert await OutboxEvent.filter(kind="PartyInvited", customer_id=friend.customer_id).count() == 1
    shown = await invitation_details(friend, invitation_id=invitation.id)
    assert (shown.role, shown.amount, shown.term, shown.status) == (role, 6000, 12, InvitationStatus.INVITED)
    assert shown.applicant != borrower.name
    party = await accept_invitation(friend, invitation_id=invitation.id)
    assert (party.customer_id, party.role, party.text, party.amount) == (friend.customer_id, role, None, 6000)
    assert (await Invitation.get()).name == (await Customer.get(id=friend.customer_id)).name
    application = await decided(me, borrower, draft)
    assert application.skill is Skill.SEVERAL_PARTIES
    with pytest.raises(NotPossibleNow):
        await sign_as_party(friend, party_id=party.id)
    await accept_offer(me, (await Offer.get()).id)
    party = await ApplicationParty.get()
    contract = await Contract.get()
    assert "Loan contract A-2026" in party.text
    assert "贷款" in contract.text
    assert sha256(party.text.encode()).hexdigest() == party.text_hash
    await make.acknowledge(me, application)
    signing = {"contract_id": contract.id, "bank_account_id": (await make.bank_account(borrower.id)).id, "key": "sign"}
    before = await make.everything()
    with pytest.raises(PartiesNotSigned) as refused:
        await sign_contract(me, **signing)
    assert refused.value.waiting == 1
    assert await make.everything() == before
    signed = await sign_as_party(friend, party_id=party.id)
    again = await sign_as_party(friend, party_id=party.id)
    assert signed.signed_at == again.signed_at == friend.now
    assert (await Invitation.get()).has_signed
    assert await OutboxEvent.filter(kind="PartySigned", customer_id=borrower.id).count() == 1
    for change in ({"text": "less"}, {"signed_at": None, "session_number": None}, {"is_active": False}):
        with pytest.raises(IntegrityError):
            await ApplicationParty.filter(id=party.id).update(**change)
    with pytest.raises(IntegrityError):
        await ApplicationParty.filter(id=party.id).delete()
    loan = (await sign_contract(me, **signing)).loan
    parties = {row.customer_id: row.role for row in await LoanParty.filter(loan_id=loan.id)}
    assert parties == {borrower.id: PartyRole.BORROWER, friend.customer_id: role}
    assert await Loan.visible_to(friend).filter(id=loan.id).exists()
    assert await verify() == []


async def test_nobody_is_invited_who_cannot_be(me, borrower, draft):
    await invited(me, draft)
    named = {"application_id": draft.id, "role": PartyRole.GUARANTOR, "version": draft.version + 1}
    stranger = await make.signed_in(await make.customer())
    _, officer = await desk(borrower)
    before = await make.everything()
    for refusal, viewer, phone in (
        (OwnParty, me, borrower.phone.read()),
        (OwnParty, me, borrower.phone.read().removeprefix("+86")),
        (AlreadyInvited, me, PHONE),
        (PhoneInvalid, me, "12"),
        (NotFound, stranger, "+8613911113333"),
        (NotFound, officer, "+8613911113333"),
    ):
        with pytest.raises(refusal):
            await invite_party(viewer, phone=phone, **named)
    assert await make.everything() == before
    for number in range(3):
        await invited(me, draft, f"+861391111000{number}")
    with pytest.raises(TooManyParties):
        await invited(me, draft, "+8613911110009")


async def test_an_invitation_is_for_whom_it_is_addressed_to(me, borrower, friend, draft):
    invitation = await invited(me, draft)
    other = await make.signed_in(await make.customer())
    before = await make.everything()
    for viewer in (other, me):
        for answer in (accept_invitation, decline_invitation, invitation_details):
            with pytest.raises(NotFound):
                await answer(viewer, invitation_id=invitation.id)
    for answer in (accept_invitation, decline_invitation, invitation_details):
        with pytest.raises(NotFound):
            await answer(friend, invitation_id=999)
    assert await make.everything() == before
    party = await accept_invitation(friend, invitation_id=invitation.id)
    with pytest.raises(NotPossibleNow):
        await accept_invitation(friend, invitation_id=invitation.id)
    for viewer in (other, me):
        with pytest.raises(NotFound):
            await sign_as_party(viewer, party_id=party.id)


@pytest.mark.parametrize(
    ("person", "refusal"),
    [
        ({"identity_number": make.identity_number("20100101")}, TooYoung),
        ({"identity_number": None, "name": None}, IdentityMissing),
    ],
)
async def test_a_minor_or_somebody_unknown_does_not_take_part(me, draft, person, refusal):
    invitation = await invited(me, draft)
    friend = await make.signed_in(await make.customer(phone=PHONE, **person))
    before = await make.everything()
    with pytest.raises(refusal):
        await accept_invitation(friend, invitation_id=invitation.id)
    assert await make.everything() == before


async def test_an_invitation_ends_by_a_no_by_being_taken_back_and_with_time(me, borrower, friend, draft):
    second = await invited(me, draft)
    party = await accept_invitation(friend, invitation_id=second.id)
    version = (await Application.get()).version
    stranger = await make.signed_in(await make.customer())
    with pytest.raises(NotFound):
        await cancel_invitation(stranger, invitation_id=second.id, version=version)
    await cancel_invitation(me, invitation_id=second.id, version=version)
    assert not (await ApplicationParty.get(id=party.id)).is_active
    third = await invited(me, draft)
    before = await make.everything()
    with pytest.raises(PartMissing) as refused:
        await submit_application(me, draft.id, Purpose.MEDICAL, (await Application.get()).version)
    assert refused.value.part is ApplicationPart.PARTIES
    assert await make.everything() == before
    await make.travel_to(make.TODAY + timedelta(days=15))
    with pytest.raises(InvitationExpired) as late:
        await accept_invitation(friend, invitation_id=third.id)
    assert late.value.expired_on == third.expires_on
    await submit_application(me, draft.id, Purpose.MEDICAL, (await Application.get()).version)


async def test_a_no_is_final_for_the_application_also_once_that_is_over_and_tells_nothing_more(me, friend, draft):
    first = await invited(me, draft)
    application = await Application.get()
    await withdraw_application(me, draft.id, application.version)
    assert (await decline_invitation(friend, invitation_id=first.id)).status is InvitationStatus.DECLINED
    with pytest.raises(NotPossibleNow):
        await accept_invitation(friend, invitation_id=first.id)
    with pytest.raises(NotFound):
        await invitation_details(friend, invitation_id=first.id)


async def test_nobody_is_asked_again_who_said_no_and_nobodys_inbox_is_filled(me, friend, draft):
    first = await invited(me, draft)
    await decline_invitation(friend, invitation_id=first.id)
    before = await make.everything()
    with pytest.raises(AlreadyDeclined):
        await invited(me, draft)
    assert await make.everything() == before
    for number in range(9):
        again = await invited(me, draft, f"+86139111144{number:02}")
        await cancel_invitation(me, invitation_id=again.id, version=(await Application.get()).version)
    before = await make.everything()
    with pytest.raises(TooManyInvitations):
        await invited(me, draft, "+8613911114499")
    assert await make.everything() == before


async def test_whoever_takes_part_sees_how_much_it_is_about_now(me, borrower, friend, draft):
    invitation = await invited(me, draft)
    party = await accept_invitation(friend, invitation_id=invitation.id)
    application = await Application.get()
    await save_application(me, application_id=draft.id, version=application.version, amount=yuan("8000.00"))
    assert (await ApplicationParty.get(id=party.id)).amount == 8000
    for shown in await CostDisclosure.filter(is_current=True):
        await acknowledge_disclosure(me, shown.id)
    handed_in = await submit_application(me, draft.id, Purpose.MEDICAL, (await Application.get()).version)
    _, officer = await desk(borrower)
    less = {"amount": yuan("7000.00")}
    await decide_application(officer, draft.id, Outcome.APPROVE, DecisionReason.AFFORDABLE, handed_in.version, **less)
    assert (await ApplicationParty.get(id=party.id)).amount == 7000


async def test_an_answer_and_a_signature_at_once_wait_for_each_other(me, borrower, friend, draft):
    invitation = await invited(me, draft)
    version = (await Application.get()).version
    answers = await asyncio.gather(
        *(accept_invitation(friend, invitation_id=invitation.id) for _ in range(3)),
        *(submit_application(me, draft.id, Purpose.MEDICAL, version) for _ in range(3)),
        return_exceptions=True,
    )
    allowed = {ApplicationParty, Application, NotPossibleNow, PartMissing, Conflict}
    assert {type(answer) for answer in answers} <= allowed
    assert ApplicationParty in {type(answer) for answer in answers}


async def test_what_is_handed_in_changes_no_parties(me, borrower, friend, draft):
    invitation = await invited(me, draft)
    party = await accept_invitation(friend, invitation_id=invitation.id)
    application = await decided(me, borrower, draft)
    before = await make.everything()
    with pytest.raises(NotPossibleNow):
        await cancel_invitation(me, invitation_id=invitation.id, version=application.version)
    with pytest.raises(NotPossibleNow):
        await invited(me, draft, "+8613911113333")
    assert await make.everything() == before
    await accept_offer(me, (await Offer.get()).id)
    await make.travel_to(make.TODAY + timedelta(days=31))
    with pytest.raises(OfferExpired):
        await sign_as_party(friend, party_id=party.id)


async def test_staff_who_take_part_do_not_work_on_it(me, borrower, friend, draft):
    invitation = await invited(me, draft, role=PartyRole.GUARANTOR)
    await accept_invitation(friend, invitation_id=invitation.id)
    version = (await Application.get()).version
    handed_in = await submit_application(me, draft.id, Purpose.MEDICAL, version)
    _, himself = await desk(borrower, Role.MANAGER, customer_id=friend.customer_id)
    before = await make.everything()
    with pytest.raises(OwnApplication):
        await take_application(himself, application_id=draft.id, version=handed_in.version)
    with pytest.raises(OwnApplication):
        await decide_application(himself, draft.id, Outcome.APPROVE, DecisionReason.AFFORDABLE, handed_in.version)
    assert await make.everything() == before
    assert handed_in.status is ApplicationStatus.SUBMITTED


@pytest.mark.parametrize("number", range(3))
async def test_of_an_acceptance_and_a_cancellation_at_once_one_holds(me, friend, draft, number):
    invitation = await invited(me, draft)
    version = (await Application.get()).version
    answers = await asyncio.gather(
        accept_invitation(friend, invitation_id=invitation.id),
        cancel_invitation(me, invitation_id=invitation.id, version=version),
        accept_invitation(friend, invitation_id=invitation.id),
        return_exceptions=True,
    )
    kinds = [type(answer).__name__ for answer in answers]
    assert kinds.count("NotPossibleNow") in (1, 2), kinds
    kept = await Invitation.get()
    assert kept.status is InvitationStatus.CANCELLED
    assert await ApplicationParty.filter(is_active=True).count() == 0

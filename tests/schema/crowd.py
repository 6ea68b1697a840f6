"""A crowd: customers of two branches, with a row of every type, parties to each other's loans, and every role of staff."""

from dataclasses import dataclass, field
from datetime import time, timedelta
from decimal import Decimal
from hashlib import sha256

import models
from models import LoanParty, Viewer
from models.database import transaction
from resolvers.applications import (
    applications,
    assignments,
    contracts,
    corrections,
    decisions,
    disclosures,
    drafts,
    offers,
    parties,
)
from resolvers.books import suspense
from resolvers.documents import papers, requests, uploads
from resolvers.loans import agreements, contact_persons, hardships, prepayments, repayments, write_offs
from resolvers.notifications import addresses, choices, consents, email_addresses
from resolvers.payments import payouts
from resolvers.people import bank_accounts, customers, relationships, restrictions
from resolvers.products import products
from rules.applications.drafts import Employment
from rules.applications.kinds import DecisionReason, Outcome, Purpose
from rules.applications.policies import Fact, PolicyOutcome, PolicyRule, PriceBand
from rules.applications.steps import Skill
from rules.documents.papers import PaperType
from rules.documents.requests import PaperKind
from rules.documents.uploads import UploadPurpose
from rules.loans.changes import ChangeKind
from rules.loans.contacts import Acquaintance
from rules.loans.events import LoanEventKind, PrepaymentEffect
from rules.loans.hardships import Situation
from rules.loans.promises import PromiseStatus
from rules.money import Money
from rules.notifications.addresses import AddressKind, Platform, PushProvider
from rules.notifications.classes import MessageChannel
from rules.notifications.consents import ConsentPurpose
from rules.notifications.deliveries import RetiredBecause
from rules.payments.payouts import PayoutFailure
from rules.people.access import PartyRole, Role
from rules.people.kinds import Locale
from rules.people.relationships import RelationshipKind
from rules.products.holidays import SpecialDay, SpecialDayKind
from tests import files, make
from tests.schema import (
    crowd_asked,
    crowd_called,
    crowd_celebrated,
    crowd_chatted,
    crowd_complained,
    crowd_heard,
    crowd_improved,
    crowd_invited,
    crowd_levels,
    crowd_loyal,
    crowd_promoted,
    crowd_referred,
    crowd_rewarded,
    crowd_spoken,
    crowd_taught,
    crowd_told,
)


@dataclass
class Crowd:
    """Who is there, and what an outsider knows about them."""

    viewers: list[Viewer]
    branch_of: dict[int, int] = field(default_factory=dict)
    party: dict[tuple[int, int | None], PartyRole] = field(default_factory=dict)
    shut: set[int] = field(default_factory=set)
    """Whose files are restricted."""
    let_in: set[tuple[int, int]] = field(default_factory=set)
    """Which officers see them all the same."""

    async def secrets(self) -> dict[int, set[str]]:
        """The secrets of each customer, in clear."""
        found: dict[int, set[str]] = {}
        for customer in await models.Customer.all():
            found[customer.id] = {customer.phone.read()}
            if customer.identity_number is not None:
                found[customer.id].add(customer.identity_number.read())
        for account in await models.BankAccount.all():
            found[account.customer_id].add(account.number.read())
        for registration in await models.Registration.all():
            found[registration.customer_id].add(registration.code)
        for address in await models.PushAddress.all():
            found[address.customer_id].add(address.value)
        for row in [*await models.Redemption.filter(code_index__isnull=False), *await models.Voucher.all()]:
            found[row.customer_id].add(row.code.read())
        for mail in await models.EmailAddress.all():
            found[mail.customer_id].add(mail.address.read())
        return found


async def make_crowd() -> Crowd:
    """Two borrowers in two branches with everything a loan leads to; each is party to the other's loan."""
    east, west = await make.branch(), await make.branch()
    manager = await make.staff(role=Role.MANAGER, branches=[east, west])
    officers = [await make.staff(role=Role.OFFICER, branches=[branch]) for branch in (east, west)]
    others = [await make.staff(role=role) for role in (Role.MARKETER, Role.AUDITOR, Role.ADMIN)]
    boss = await make.signed_in(manager)
    for officer in officers:
        await assignments.set_skills(boss, staff_id=officer.id, skills=list(Skill))
    product = await make.product(due_day_is_chosen=True, statement_days=31)
    poor = PolicyRule(Fact.MONTHLY_INCOME, Decimal(0), Decimal(10), PolicyOutcome.REFER, DecisionReason.AFFORDABLE)
    bands = [PriceBand(None, Decimal(500), 0), PriceBand(Decimal(500), None, 0)]
    await make.policy(product, poor, up_to="0.00", price_fact=Fact.AGE, bands=bands)
    first = await _borrow(await make.customer(branch=east), "6222021234567890128", product, officers[0], manager)
    second = await _borrow(await make.customer(branch=west), "6222021234567890136", product, officers[1], manager)
    for loan, officer in ((first, officers[0]), (second, officers[1])):
        await write_offs.propose_write_off(
            await make.signed_in(officer), loan_id=loan.id, reason="No answer for a year."
        )
        await _collect(loan, officer)
        await _choose(loan.customer_id)
        waiting = await models.Application.filter(customer_id=loan.customer_id, assignee_id=officer.id).first()
        await _paper(loan, waiting, officer)
        await _borrow_by_hand(await models.Customer.get(id=loan.customer_id), product, officer, manager)
    decided = await models.LoanChange.get(loan_id=first.id, kind=ChangeKind.WRITE_OFF)
    await write_offs.decline_write_off(await make.signed_in(manager), change_id=decided.id)
    await crowd_rewarded.reward([first, second])
    await _agree(first, officers[0], manager)
    await _suspend(first, officers[0], manager)
    stranger = await make.customer(branch=west)
    async with transaction(make.system(), "add_parties"):
        await LoanParty.create(loan_id=first.id, customer_id=second.customer_id, role=PartyRole.GUARANTOR)
        await LoanParty.create(loan_id=second.id, customer_id=first.customer_id, role=PartyRole.CO_BORROWER)
        await models.LoanEvent.create(
            loan_id=first.id,
            customer_id=first.customer_id,
            currency=first.currency,
            kind=LoanEventKind.RATE_CHANGE,
            value_on=make.TODAY,
            annual_rate=first.rate,
            effect=PrepaymentEffect.REDUCE_TERM,  # No change of rate has one: some row must.
        )
    for one, other in ((first, second), (second, first)):
        phone = (await models.Customer.get(id=other.customer_id)).phone.read()
        kin = {"customer_id": one.customer_id, "customer_phone": phone, "kind": RelationshipKind.REFERRER}
        await relationships.save_relationship(boss, **kin)
    await _restrict(boss, second.customer_id, officers[1])
    shut = await make.customer(branch=east)
    known = {"name": "王大山", "phone": "+8613900008888", "acquaintance": Acquaintance.FAMILY}
    await contact_persons.save_contact_person(await make.signed_in(shut), **known)
    await _restrict(boss, shut.id, None)
    await _change_terms(product, await make.signed_in(manager))
    await crowd_levels.rise([first.customer_id, second.customer_id], product)
    await crowd_promoted.promote([first.customer_id, second.customer_id])
    await make.deliver()
    for loan in (first, second):
        await crowd_told.tell(loan.customer_id)
    await crowd_referred.refer([east, west], [first.customer_id, second.customer_id], boss)
    await crowd_told.set_up(boss, product)
    colleague = await make.signed_in(await make.staff(role=Role.MANAGER, branches=[east, west]))
    await crowd_loyal.earn([first.customer_id, second.customer_id], boss, colleague)
    borrowers = [await models.Customer.get(id=loan.customer_id) for loan in (first, second)]
    await crowd_invited.invite(*borrowers)
    for borrower, officer in zip(borrowers, officers, strict=True):
        await crowd_called.call(borrower, officer, boss)
        await crowd_complained.complain(borrower, officer, boss, colleague)
        await crowd_heard.hear(borrower, boss, colleague)
        await crowd_spoken.speak(borrower, officer)
    for loan in (first, second):
        await crowd_celebrated.celebrate(loan)
    await crowd_asked.ask(borrowers, officers, boss)
    await crowd_taught.teach(*borrowers, officers[0], boss)
    await crowd_improved.improve(borrowers[0], officers[0], boss, colleague)
    for borrower in borrowers:
        await crowd_chatted.chat_about(borrower)
    guarantor = await models.Customer.get(id=(await models.ApplicationParty.get(application_id=1)).customer_id)
    people = [*borrowers, guarantor, stranger, *officers, manager, *others]
    crowd = Crowd([*[await make.signed_in(person) for person in people], make.visitor()])
    crowd.branch_of = {customer.id: customer.branch_id for customer in await models.Customer.all()}
    crowd.party = {(party.loan_id, party.customer_id): party.role for party in await LoanParty.all()}
    crowd.shut = {customer.id for customer in await models.Customer.filter(is_restricted=True)}
    crowd.let_in = {(grant.customer_id, grant.staff_id) for grant in await models.AccessGrant.filter(is_active=True)}
    assert len(crowd.shut) == 2
    return crowd


async def _restrict(boss: Viewer, customer_id: int, officer: models.Staff | None) -> None:
    """Restrict a file, and let an officer in."""
    await restrictions.restrict_file(boss, customer_id=customer_id, reason="A colleague's family.")
    if officer is not None:
        grant = {"customer_id": customer_id, "staff_id": officer.id, "last_day": make.TODAY + timedelta(days=30)}
        await restrictions.grant_access(boss, reason="He looks after him.", **grant)


async def _change_terms(product: models.Product, manager: Viewer) -> None:
    """Let a product follow a reference rate from today on, with every term that can be left out."""
    colleague = await make.signed_in(await make.staff(role=Role.MANAGER))
    await make.travel_to(make.TODAY + timedelta(days=1))
    today = make.clock.today()
    await make.reference_rate("LPR5Y", today, "0.0350")
    await make.special_days(SpecialDay(today + timedelta(days=9), SpecialDayKind.HOLIDAY))
    proposed = await products.propose_product(manager, **make.terms(product.code, valid_from=today, **make.EVERY_TERM))
    await products.approve_product(colleague, version_id=proposed.id)


async def _agree(loan: models.Loan, officer: models.Staff, manager: models.Staff) -> None:
    """Change a loan in every way that names something, as its customer accepts."""
    ways = {
        ChangeKind.EXTENSION: {"periods": 2},
        ChangeKind.DUE_DAY: {"due_day": 20},
        ChangeKind.DISCOUNT: {"annual_rate": Decimal("0.01")},
    }
    first, second, borrower = (
        await make.signed_in(officer),
        await make.signed_in(manager),
        await make.viewer_of(loan.customer_id),
    )
    await make.tranche(loan)
    for kind, terms in ways.items():
        asked = await agreements.propose_change(first, loan_id=loan.id, kind=kind, reason="He asked for it.", **terms)
        await agreements.approve_change(second, change_id=asked.id)
        await agreements.accept_change(borrower, loan_id=loan.id, kind=kind, key=kind)


async def _borrow(
    customer: models.Customer, card: str, product: models.Product, officer: models.Staff, manager: models.Staff
) -> models.Loan:
    """Take a loan out step by step, and repay a little of it."""
    viewer = await make.signed_in(customer)
    await customers.choose_language(viewer, Locale.EN)
    application = await applications.start_application(viewer, product.id, Money(Decimal(6000), "CNY"), 12)
    await _acknowledge(viewer, application)
    income = Money(Decimal(9000), "CNY")
    stated = {"monthly_income": income, "monthly_costs": income, "monthly_debts": income, "employed_since": make.TODAY}
    application = await drafts.save_application(
        viewer, application_id=application.id, version=1, employment=Employment.EMPLOYED, **stated
    )
    friend = await make.signed_in(await make.customer(branch=await models.Branch.get(id=customer.branch_id)))
    application = await parties.invite_party(
        viewer,
        application_id=application.id,
        phone=(await models.Customer.get(id=friend.customer_id)).phone.read(),
        role=PartyRole.GUARANTOR,
        version=application.version,
    )
    invitation = await models.Invitation.get(application_id=application.id)
    part = await parties.accept_invitation(friend, invitation_id=invitation.id)
    await applications.submit_application(viewer, application.id, Purpose.EDUCATION, application.version)
    sent_back = {"application_id": application.id, "reason": "Please say what for.", "version": application.version + 1}
    application = await corrections.return_application(await make.signed_in(officer), **sent_back)
    application = await applications.submit_application(viewer, application.id, Purpose.EDUCATION, application.version)
    advice = (application.id, Outcome.APPROVE, "Steady income.", application.version)
    application = await decisions.recommend_application(await make.signed_in(officer), *advice)
    verdict = (application.id, Outcome.APPROVE, DecisionReason.AFFORDABLE, application.version)
    await decisions.decide_application(await make.signed_in(manager), *verdict)
    await offers.accept_offer(viewer, (await models.Offer.get(application_id=application.id)).id, due_day=16)
    await _acknowledge(viewer, application)
    waiting = await applications.start_application(viewer, product.id, Money(Decimal(6000), "CNY"), 12)
    await _acknowledge(viewer, waiting)
    waiting = await applications.submit_application(viewer, waiting.id, Purpose.EDUCATION, waiting.version)
    taking = {"application_id": waiting.id, "version": waiting.version}
    await assignments.take_application(await make.signed_in(officer), **taking)
    account = await bank_accounts.add_bank_account(viewer, "工商银行", card)
    contract = await models.Contract.get(application_id=application.id)
    await parties.sign_as_party(friend, party_id=part.id)
    signed = await contracts.sign_contract(viewer, contract_id=contract.id, bank_account_id=account.id, key="sign")
    first = await models.Installment.get(loan_id=signed.loan.id, number=1)
    amount = Money(first.principal + first.interest, "CNY")
    await repayments.repay(viewer, loan_id=signed.loan.id, amount=amount, key="first")
    half = Money(Decimal(3000), "CNY")
    await prepayments.quote(viewer, loan_id=signed.loan.id, amount=half, effect=PrepaymentEffect.REDUCE_TERM)
    return signed.loan


async def _borrow_by_hand(
    customer: models.Customer, product: models.Product, officer: models.Staff, manager: models.Staff
) -> None:
    """Sign two loans that staff pay out at the bank: one arrives, and is settled by a third; one does not."""
    first, second = await make.signed_in(officer), await make.signed_in(manager)
    for number in range(2):
        loan = await make.waiting_loan(customer, product=product)
        payout = await models.Payout.get(loan_id=loan.id)
        await payouts.release_payout(first, payout_id=payout.id, key=f"release-{payout.id}")
        if number:
            reason = PayoutFailure.ACCOUNT_UNKNOWN
            await payouts.fail_payout(second, payout_id=payout.id, reason=reason, key=f"fail-{payout.id}")
        else:
            paid = {"reference": f"BANK-{payout.id}", "paid_on": make.TODAY, "key": f"confirm-{payout.id}"}
            await payouts.confirm_payout(second, payout_id=payout.id, **paid)
            await make.refinanced(await models.Loan.get(id=loan.id))


async def _suspend(loan: models.Loan, officer: models.Staff, manager: models.Staff) -> None:
    """Put money in suspense three times: it waits, it is for a loan, and it is sent back."""
    first, second = await make.signed_in(officer), await make.signed_in(manager)
    items = [await make.suspense_item(first, note="房租" if number else None) for number in range(3)]
    await suspense.assign_suspense(first, item_id=items[1].id, loan_id=loan.id, key="for-a-loan")
    await suspense.return_suspense(second, item_id=items[2].id, reason="Sent by mistake.", key="sent-back")


async def _paper(loan: models.Loan, waiting: models.Application, officer: models.Staff) -> None:
    """A paper that was handed in and refused, and a certificate of interest."""
    borrower, clerk = await make.viewer_of(loan.customer_id), await make.signed_in(officer)
    asking = {
        "application_id": waiting.id,
        "kinds": [PaperKind.OTHER],
        "reason": "To see it.",
        "version": waiting.version,
    }
    await requests.request_documents(clerk, **asking)
    request = await models.DocumentRequest.get(application_id=waiting.id)
    content = files.pdf()
    digest = sha256(content).hexdigest()
    place = await uploads.create_upload(borrower, purpose=UploadPurpose.PAPER, size=len(content), sha256=digest)
    await uploads.store(make.clock, place.upload.id, content)
    await requests.hand_in_document(borrower, request_id=request.id, upload_id=place.upload.id)
    document = await models.Document.get(request_id=request.id)
    await requests.review_document(clerk, document_id=document.id, refused_because="It is empty.")
    await papers.make_paper(
        borrower, loan_id=loan.id, type=PaperType.INTEREST_CERTIFICATE, year=make.TODAY.year, key="paper"
    )
    assert await papers.make_waiting(make.clock) == 1


async def _choose(customer_id: int) -> None:
    """Two devices, one of them left behind; a confirmed e-mail address; hours of his own; a yes and a no."""
    viewer = await make.viewer_of(customer_id)
    told = {"provider": PushProvider.FCM, "kind": AddressKind.TOKEN, "platform": Platform.ANDROID}
    for number in range(2):
        address = await addresses.register(viewer, value=f"token-{number}-of-{customer_id}", **told)
    async with make.unit() as unit:
        await models.PushAddress.filter(id=address.id).update(retired_at=unit.now, retired_because=RetiredBecause.GONE)
    mail = await email_addresses.give(viewer, address=f"li{customer_id}@example.com")
    async with make.unit() as unit:
        await models.EmailAddress.filter(id=mail.id).update(confirmed_at=unit.now)
    hours = {"quiet_from": time(21), "quiet_to": time(9), "zone": "Asia/Urumqi"}
    await choices.choose_quiet_hours(viewer, **hours, version=0)
    asked = {"purpose": ConsentPurpose.MARKETING, "channels": [MessageChannel.PUSH]}
    (text,) = consents.consent_texts(Locale.EN).texts
    await consents.give_consent(viewer, **asked, text_version=text.version)
    await consents.withdraw_consent(viewer, **asked)


async def _acknowledge(viewer: Viewer, application: models.Application) -> None:
    for shown in await models.CostDisclosure.filter(application_id=application.id, acknowledged_at__isnull=True):
        await disclosures.acknowledge_disclosure(viewer, shown.id)


async def _collect(loan: models.Loan, officer: models.Staff) -> None:
    """Calls, a promise, and help that was asked for twice: none was found, then a plan is proposed."""
    borrower, clerk = await make.viewer_of(loan.customer_id), await make.signed_in(officer)
    phone = f"+86139{loan.customer_id:08d}"
    person = await contact_persons.save_contact_person(
        borrower, name="王大山", phone=phone, acquaintance=Acquaintance.FAMILY
    )
    await make.contact(loan, officer, callee_id=loan.customer_id)
    await make.contact(loan, officer, contact_person_id=person.id)
    await make.promise(loan, recorded_by_id=officer.id, status=PromiseStatus.CANCELLED, settled_on=make.TODAY)
    for answer in ("It ends next month.", None):
        request = await hardships.ask_for_help(borrower, loan_id=loan.id, situation=Situation.ILLNESS, words="Ill.")
        if answer is not None:
            await hardships.decline_help(clerk, request_id=request.id, answer=answer)
        else:
            plan = {"kind": ChangeKind.CAPITALISATION, "reason": "He is ill."}
            await hardships.propose_plan(clerk, request_id=request.id, **plan)

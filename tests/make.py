"""Builders: what a test needs to be there, with everything else left to the builder."""

from collections.abc import Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any

from tortoise import connections

import models
import resolvers
from models import (
    AccountingDay,
    Application,
    ApplicationParty,
    BankAccount,
    Branch,
    ConsentEntry,
    Contact,
    Contract,
    CostDisclosure,
    Customer,
    Installment,
    Invitation,
    Loan,
    LoanEvent,
    LoanParty,
    MarketChange,
    Offer,
    Payout,
    PointsAccount,
    Policy,
    Preference,
    Product,
    ProductVersion,
    PromiseToPay,
    Repayment,
    Row,
    Secret,
    Session,
    Staff,
    StaffBranch,
    StaffSkill,
    SuspenseItem,
    Tier,
    Viewer,
)
from models.clock import TravellingClock
from models.database import Unit, transaction
from resolvers.applications import applications, contracts, decisions, disclosures, offers, parties, policies
from resolvers.books import accounting_days, points_costs, suspense
from resolvers.loans import agreements, refunds, repayments, reversals, tranches, write_offs
from resolvers.notifications import relay
from resolvers.payments.providers.interface import PaymentProvider
from resolvers.payments.providers.manual import Manual
from resolvers.payments.providers.sandbox import Sandbox
from resolvers.people import bank_accounts
from resolvers.products import markets
from resolvers.products.products import NewFee, create_product
from rules.applications.kinds import DecisionReason, Outcome, Purpose
from rules.applications.policies import Fact, PolicyRule, PriceBand
from rules.applications.steps import Skill
from rules.ids import encode_id
from rules.loans.changes import ChangeKind
from rules.loans.contacts import ContactChannel, ContactOutcome
from rules.loans.promises import PromiseStatus
from rules.money import Money
from rules.notifications.classes import Category, MessageChannel
from rules.notifications.consents import ConsentPurpose, ConsentSource
from rules.payments.states import PaymentChannel
from rules.people.access import PartyRole, Role
from rules.people.identity_numbers import check_character, parse_identity_number
from rules.people.kinds import Locale
from rules.products.holidays import SpecialDay
from rules.products.kinds import FeeKind, HolidayRule, RepaymentMethod
from rules.products.repricing import RateType, RepricingRule

NOON = datetime(2026, 3, 16, 4, tzinfo=UTC)
"""Noon in Shanghai, on the open AccountingDay that every test begins with."""
TODAY = date(2026, 3, 16)

clock = TravellingClock(NOON, TODAY)
"""The clock of every viewer made here; each test begins with it at `NOON` and `TODAY`."""

_numbers = count(1)


def visitor() -> Viewer:
    """Somebody who has not signed in."""
    return Viewer(role=Role.VISITOR, clock=clock)


def system() -> Viewer:
    """The lender itself, in background work."""
    return Viewer(role=Role.SYSTEM, clock=clock)


def viewer(person: Customer | Staff) -> Viewer:
    """A customer in the language he chose, or a member of staff who works for no branch: see `with_branches`."""
    if isinstance(person, Customer):
        locale = person.locale or Locale.ZH_CN
        return Viewer(role=Role.CUSTOMER, clock=clock, customer_id=person.id, locale=locale)
    return Viewer(role=person.role, clock=clock, staff_id=person.id)


async def viewer_of(customer_id: int) -> Viewer:
    """A customer, known by his id."""
    return await signed_in(await Customer.get(id=customer_id))


async def with_branches(person: Viewer) -> Viewer:
    """The same viewer, with the branches he works for."""
    works_for = await StaffBranch.filter(staff_id=person.staff_id).order_by("branch_id")
    return replace(person, branch_ids=tuple(row.branch_id for row in works_for))


async def signed_in(person: Customer | Staff) -> Viewer:
    """The viewer in a session of his, with his branches."""
    async with transaction(system(), "start_session") as unit:
        owner = {"customer_id": person.id} if isinstance(person, Customer) else {"staff_id": person.id}
        session = await Session.create(
            **owner, expires_at=unit.now + timedelta(days=365), device_name="somebody's phone"
        )
    return replace(await with_branches(viewer(person)), session_id=session.id)


async def branch() -> Branch:
    """A branch; the first one is the default."""
    number = next(_numbers)
    async with transaction(system(), "create_branch"):
        return await Branch.create(
            code=f"B{number}",
            name_zh=f"第{number}支行",
            name_en=f"Branch {number}",
            is_default=not await Branch.exists(is_default=True),
        )


def phone() -> str:
    """A phone nobody else has."""
    return f"+86138{next(_numbers):08d}"


def identity_number(birth: str | None = None) -> str:
    """A valid identity number nobody else has; of somebody born on a day such as 19900307, if one is given."""
    number = next(_numbers)
    digits = f"110101{birth or f'{1960 + number // 999 % 40}0307'}{number % 999 + 1:03d}"
    return digits + check_character(digits)


def global_id(type_name: str, key: int) -> str:
    """The id by which apps know a row."""
    return encode_id(type_name, key)


def unit() -> AbstractAsyncContextManager[Unit]:
    """A transaction of the lender's, for rows that no resolver makes."""
    return transaction(system(), "test")


_ANY: Any = object()


async def customer(
    *,
    branch: Branch | None = None,
    phone: str | None = None,
    name: str | None = "李小雨",
    identity_number: str | None = _ANY,
    **columns: Any,
) -> Customer:
    """A customer of a branch (the default one, made where there is none), identified unless told otherwise."""
    if identity_number is _ANY:
        identity_number = globals()["identity_number"]()
    if "branch_id" not in columns:
        branch = branch or await Branch.get_or_none(is_default=True) or await globals()["branch"]()
        columns["branch_id"] = branch.id
    if identity_number is not None:
        parsed = parse_identity_number(identity_number)
        columns |= {"identity_number": Secret(identity_number), "birth_on": parsed.birth_on, "sex": parsed.sex}
    async with transaction(system(), "create_customer"):
        made = await Customer.create(phone=Secret(phone or globals()["phone"]()), name=name, **columns)
        lowest = await Tier.all().order_by("rank").first()
        assert lowest is not None
        await PointsAccount.create(customer_id=made.id, tier_id=lowest.id)
    return made


async def staff(
    *,
    role: Role = Role.OFFICER,
    branches: Sequence[Branch] = (),
    skills: Sequence[Skill] = tuple(Skill),
    **columns: Any,
) -> Staff:
    """A member of staff who works for the branches given, with every skill."""
    number = next(_numbers)
    columns = {"login": f"staff{number}", "password_hash": "none", "name": f"王{number}"} | columns
    async with transaction(system(), "create_staff"):
        made = await Staff.create(role=role, **columns)
        for each in branches:
            await StaffBranch.create(staff_id=made.id, branch_id=each.id)
        await StaffSkill.bulk_create([StaffSkill(staff_id=made.id, skill=skill) for skill in skills])
    return made


async def two_managers() -> tuple[Viewer, Viewer]:
    """Two managers who work for no branch."""
    return await signed_in(await staff(role=Role.MANAGER)), await signed_in(await staff(role=Role.MANAGER))


async def tier(rank: int, **columns: Any) -> Tier:
    """A tier of a rank."""
    async with unit():
        made = {"code": f"TIER{rank}", "rank": rank, "name_zh": f"{rank}级", "name_en": f"Tier {rank}"}
        return await Tier.create(**made | columns)


async def points_of(customer_id: int) -> int:
    """The points that a customer can spend."""
    return int((await PointsAccount.get(customer_id=customer_id)).balance)


async def product(**changed: Any) -> Product:
    """A product of equal installments at 4.35 % a year with a fee of 1 %: 1,000.00 to 200,000.00, 3 to 36 months."""
    number = next(_numbers)
    terms: dict[str, Any] = {
        "code": f"EASY{number}",
        "name_zh": "轻松贷",
        "name_en": "Easy loan",
        "method": RepaymentMethod.EQUAL_INSTALLMENT,
        "annual_rate": Decimal("0.0435"),
        "currency": "CNY",
        "min_amount": Decimal("1000.00"),
        "max_amount": Decimal("200000.00"),
        "min_term": 3,
        "max_term": 36,
        "fees": [NewFee(FeeKind.UPFRONT, "手续费", "Handling fee", Decimal("0.01"))],
    }
    return await create_product(system(), **(terms | changed))


EVERY_TERM: dict[str, Any] = {
    "rate_type": RateType.FLOATING,
    "reference_rate": "LPR5Y",
    "spread_bp": 150,
    "repricing": RepricingRule.NEW_YEAR,
    "due_day": 5,
    "holiday_rule": HolidayRule.NEXT,
    "holiday_region": "CN",
    "penalty_multiplier": Decimal("1.5"),
    "cooling_off_days": 14,
    "statement_days": 10,
    "max_annual_cost": Decimal("0.36"),
    "fees": [
        NewFee(FeeKind.UPFRONT, "手续费", "Handling fee", Decimal("0.01")),
        NewFee(FeeKind.PREPAYMENT, "提前还款费", "Prepayment fee", Decimal("0.02"), until_months=12),
    ],
}
"""Terms of a product that `product` leaves out."""


def terms(code: str, **changed: Any) -> dict[str, Any]:
    """What a manager proposes for a product."""
    basics: dict[str, Any] = {
        "code": code,
        "name_zh": "轻松贷",
        "name_en": "Easy loan",
        "method": RepaymentMethod.EQUAL_INSTALLMENT,
        "annual_rate": Decimal("0.0435"),
        "currency": "CNY",
        "min_amount": Decimal("1000.00"),
        "max_amount": Decimal("200000.00"),
        "min_term": 3,
        "max_term": 36,
    }
    return basics | changed


async def reference_rate(code: str, valid_from: date, annual_rate: str) -> MarketChange:
    """A value of a reference rate from a day on, proposed by one manager and approved by another."""
    first, second = await two_managers()
    change = await markets.propose_reference_rate(
        first, code=code, valid_from=valid_from, annual_rate=Decimal(annual_rate)
    )
    return await markets.approve_market_change(second, change_id=change.id)


async def special_days(*days: SpecialDay) -> MarketChange:
    """Special days, proposed by one manager and approved by another."""
    first, second = await two_managers()
    change = await markets.propose_special_days(first, days=days)
    return await markets.approve_market_change(second, change_id=change.id)


async def contact(loan: Loan, caller: Staff, **columns: Any) -> Contact:
    """A call that nobody answered, whether or not anything is overdue."""
    called = {
        "loan_id": loan.id,
        "customer_id": loan.customer_id,
        "channel": ContactChannel.CALL,
        "staff_id": caller.id,
        "contacted_on": clock.business_date,
        "reason": "It is late.",
        "outcome": ContactOutcome.NO_ANSWER,
        "ended_at": clock.now(),
        "number_index": "0" * 64,
    }
    async with transaction(system(), "call"):
        return await Contact.create(**called | columns)


async def promise(loan: Loan, **columns: Any) -> PromiseToPay:
    """A promise, whether or not anything is due."""
    said = {
        "loan_id": loan.id,
        "customer_id": loan.customer_id,
        "currency": loan.currency,
        "amount": Decimal(1),
        "promised_on": clock.business_date,
        "due_on": clock.business_date,
        "status": PromiseStatus.OPEN,
    }
    async with transaction(system(), "promise"):
        return await PromiseToPay.create(**said | columns)


async def policy(
    product: Product,
    *rules: PolicyRule,
    up_to: str = "50000.00",
    price_fact: Fact | None = None,
    bands: Sequence[PriceBand] = (),
) -> Policy:
    """A policy that holds from today, proposed by one manager and approved by another."""
    first, second = await two_managers()
    proposed = await policies.propose_policy(
        first,
        product_id=product.id,
        valid_from=clock.business_date,
        automatic_up_to=Money(Decimal(up_to), "CNY"),
        rules=rules,
        price_fact=price_fact,
        bands=bands,
    )
    return await policies.approve_policy(second, policy_id=proposed.id)


async def first_line(loan: Loan) -> Installment:
    """The first line of a loan's schedule."""
    return await Installment.get(loan_id=loan.id, number=1)


async def travel_to(day: date) -> None:
    """Close the open AccountingDay and open another; the clock goes along."""
    clock.moment += day - clock.business_date
    clock.business_date = day
    async with transaction(system(), "open_day") as unit:
        await points_costs.book(unit)
        await AccountingDay.filter(is_open=True).update(is_open=False, closed_at=unit.now)
        await AccountingDay.create(on=day)


async def officer_of(customer_id: int, /, *, role: Role = Role.OFFICER, **columns: Any) -> Viewer:
    """An officer, or a manager, of the branch that looks after a customer; each time another one."""
    customer = await Customer.get(id=customer_id)
    branches = [await Branch.get(id=customer.branch_id)]
    return await with_branches(viewer(await staff(role=role, branches=branches, **columns)))


async def manager_of(customer_id: int, /, **columns: Any) -> Viewer:
    """A manager of the branch that looks after a customer; each time another one."""
    return await officer_of(customer_id, role=Role.MANAGER, **columns)


async def bank_account(customer_id: int) -> BankAccount:
    """A card of a customer's; the one he has, if he has one."""
    known = await BankAccount.filter(customer_id=customer_id).first()
    return known or await bank_accounts.add_bank_account(
        await viewer_of(customer_id), "工商银行", "6222021234567890128"
    )


async def contract(
    customer: Customer,
    *,
    amount: str = "1000.00",
    term: int = 12,
    product: Product | None = None,
    due_day: int | None = None,
    refinances: Loan | None = None,
    guarantor: Customer | None = None,
) -> Contract:
    """A contract ready to be signed: applied for, approved, accepted, its cost acknowledged; all by the resolvers."""
    borrower = viewer(customer)
    product = product or await globals()["product"]()
    asked = Money(Decimal(amount), (await ProductVersion.get(product_id=product.id, is_current=True)).currency)
    application = await applications.start_application(
        borrower,
        product_id=product.id,
        amount=asked,
        term=term,
        refinances_id=None if refinances is None else refinances.id,
    )
    await acknowledge(borrower, application)
    if guarantor is not None:
        application = await invite(borrower, application, guarantor)
    application = await applications.submit_application(
        borrower, application_id=application.id, purpose=Purpose.HOUSEHOLD, version=application.version
    )
    branch = await Branch.get(id=customer.branch_id)
    manager = await with_branches(viewer(await staff(role=Role.MANAGER, branches=[branch])))
    if refinances is not None:
        officer = await with_branches(viewer(await staff(branches=[branch])))
        advice = (Outcome.APPROVE, "原贷款按时还款", application.version)
        application = await decisions.recommend_application(officer, application.id, *advice)
    verdict = (Outcome.APPROVE, DecisionReason.AFFORDABLE, application.version)
    await decisions.decide_application(manager, application.id, *verdict)
    await offers.accept_offer(borrower, (await Offer.get(application_id=application.id)).id, due_day)
    await acknowledge(borrower, application)
    for part in await ApplicationParty.filter(application_id=application.id):
        await parties.sign_as_party(await viewer_of(part.customer_id), party_id=part.id)
    return await Contract.get(application_id=application.id)


async def invite(borrower: Viewer, application: Application, guarantor: Customer) -> Application:
    """Somebody who is asked to answer for it, and does."""
    asked = {"application_id": application.id, "version": application.version, "role": PartyRole.GUARANTOR}
    application = await parties.invite_party(borrower, phone=guarantor.phone.read(), **asked)
    invitation = await Invitation.filter(application_id=application.id).order_by("-id").first()
    assert invitation is not None
    await parties.accept_invitation(await viewer_of(guarantor.id), invitation_id=invitation.id)
    return application


async def acknowledge(borrower: Viewer, application: Application) -> None:
    """Everything that is shown of its costs, read and acknowledged."""
    for shown in await CostDisclosure.filter(application_id=application.id, acknowledged_at__isnull=True):
        await disclosures.acknowledge_disclosure(borrower, shown.id)


async def loan(
    customer: Customer | None = None,
    *,
    amount: str = "1000.00",
    term: int = 12,
    product: Product | None = None,
    due_day: int | None = None,
    guarantor: Customer | None = None,
) -> Loan:
    """A loan signed today, and paid out if the provider pays at once."""
    customer = customer or await globals()["customer"]()
    terms = {"amount": amount, "term": term, "product": product, "due_day": due_day, "guarantor": guarantor}
    to_sign = await contract(customer, **terms)
    account = await bank_account(customer.id)
    signed = await contracts.sign_contract(
        await signed_in(customer), contract_id=to_sign.id, bank_account_id=account.id, key=f"sign-{to_sign.id}"
    )
    return signed.loan


async def refinanced(old: Loan, amount: str = "3000.00") -> Loan:
    """A loan signed today that settles another one."""
    customer = await Customer.get(id=old.customer_id)
    to_sign, account = await contract(customer, amount=amount, refinances=old), await bank_account(customer.id)
    signed = await contracts.sign_contract(
        await signed_in(customer), contract_id=to_sign.id, bank_account_id=account.id, key=f"sign-{to_sign.id}"
    )
    return signed.loan


async def waiting_loan(customer: Customer | None = None, **terms: Any) -> Loan:
    """A signed loan that is to be paid out by hand."""
    before = resolvers.configured().payment_provider
    provide(Manual())
    try:
        return await loan(customer, **terms)
    finally:
        provide(before)


async def overpaid(loan: Loan, too_much: str = "75.74") -> Loan:
    """The loan, settled by a transfer of so much more than its lines ask for."""
    lines = await Installment.filter(loan_id=loan.id)
    amount = sum((line.principal + line.interest + line.costs for line in lines), Decimal(too_much))
    await repayments.record_repayment(
        await officer_of(loan.customer_id),
        loan_id=loan.id,
        amount=Money(amount, loan.currency),
        channel=PaymentChannel.TRANSFER,
        reference=f"TOO-MUCH-{loan.id}",
        received_on=clock.today(),
        key=f"too-much-{loan.id}",
    )
    return await Loan.get(id=loan.id)


async def refund(loan: Loan) -> Payout:
    """What was paid too much on a settled loan, sent back if the provider pays at once."""
    account, borrower = await bank_account(loan.customer_id), await viewer_of(loan.customer_id)
    return await refunds.request_refund(
        borrower, loan_id=loan.id, bank_account_id=account.id, key=f"refund-{next(_numbers)}"
    )


async def tranche(loan: Loan, amount: str = "500.00") -> Loan:
    """The loan, with more lent of it by two, accepted and paid out if the provider pays at once."""
    proposed = await agreements.propose_change(
        await officer_of(loan.customer_id),
        loan_id=loan.id,
        kind=ChangeKind.TRANCHE,
        amount=Money(Decimal(amount), loan.currency),
        reason="屋顶漏水",
    )
    await agreements.approve_change(await manager_of(loan.customer_id), change_id=proposed.id)
    account, key = await bank_account(loan.customer_id), f"tranche-{next(_numbers)}"
    borrower = await viewer_of(loan.customer_id)
    return await tranches.accept_tranche(borrower, loan_id=loan.id, bank_account_id=account.id, key=key)


async def written_off(loan: Loan) -> Loan:
    """The loan, written off by two."""
    change = await write_offs.propose_write_off(await officer_of(loan.customer_id), loan_id=loan.id, reason="失联")
    key = f"write-off-{next(_numbers)}"
    await write_offs.approve_write_off(await manager_of(loan.customer_id), change_id=change.id, key=key)
    return await Loan.get(id=loan.id)


async def repayment(loan: Loan, amount: str | None = None) -> Repayment | None:
    """A payment, if not told otherwise of what the oldest open installment asks for; None if none is open."""
    oldest = await Installment.filter(loan_id=loan.id, is_open=True).order_by("number").first()
    if oldest is None:
        return None
    due = oldest.principal + oldest.interest - oldest.paid_principal - oldest.paid_interest
    paid = await repayments.repay(
        await viewer_of(loan.customer_id),
        loan_id=loan.id,
        amount=Money(due if amount is None else Decimal(amount), loan.currency),
        key=f"pay-{next(_numbers)}",
    )
    assert isinstance(paid, repayments.Repaid)
    return paid.repayment


async def reversal(repayment: Repayment, reversed_on: date | None = None) -> LoanEvent:
    """A payment that bounced, by default today."""
    officer = await officer_of(repayment.customer_id)
    return await reversals.reverse_repayment(
        officer,
        repayment_id=repayment.id,
        reversed_on=reversed_on or clock.today(),
        reason="The bank took it back.",
        key=f"reverse-{repayment.id}",
    )


async def suspense_item(viewer: Viewer, **told: Any) -> SuspenseItem:
    """50.00 that match no loan, recorded today by a member of staff, if not told otherwise."""
    number = next(_numbers)
    item: dict[str, Any] = {
        "amount": Money(Decimal("50.00"), "CNY"),
        "reference": f"UNKNOWN-{number}",
        "received_on": clock.business_date,
        "payer_name": "赵大海",
        "note": None,
        "key": f"suspense-{number}",
    }
    return await suspense.record_suspense(viewer, **(item | told))


async def pass_until(day: date) -> None:
    """Let day after day end, with all that it brings about, until one begins."""
    while clock.business_date < day:
        await accounting_days.end_day(system(), clock.business_date)
        clock.moment += timedelta(days=1)
        clock.business_date += timedelta(days=1)


async def party(loan: Loan, customer: Customer, role: PartyRole) -> LoanParty:
    """Somebody else who belongs to a loan."""
    async with transaction(system(), "add_party"):
        return await LoanParty.create(loan_id=loan.id, customer_id=customer.id, role=role)


async def consent(
    customer: Customer,
    channel: MessageChannel = MessageChannel.PUSH,
    *,
    is_given: bool = True,
    said_at: datetime | None = None,
) -> ConsentEntry:
    """A customer's word on offers by a way: yes, or no; now, if not told otherwise."""
    async with transaction(system(), "consent"):
        return await ConsentEntry.create(
            customer_id=customer.id,
            purpose=ConsentPurpose.MARKETING,
            channel=channel,
            is_given=is_given,
            text_version="1-0123456789ab" if is_given else "",
            locale=customer.locale or Locale.ZH_CN,
            source=ConsentSource.APP,
            evidence="session 1",
            created_at=said_at or clock.now(),
        )


async def preference(
    customer: Customer, category: Category, channel: MessageChannel = MessageChannel.PUSH, *, is_on: bool = False
) -> Preference:
    """A customer's choice about a category and a way: off, unless told otherwise."""
    async with transaction(system(), "prefer"):
        chosen = {"category": category, "channel": channel, "is_on": is_on}
        return await Preference.create(customer_id=customer.id, **chosen)


async def deliver() -> None:
    """Tell the inbox what waits in the outbox."""
    await relay.deliver_due(clock)


def provide(provider: PaymentProvider) -> None:
    """Pay through this provider from now on."""
    resolvers.configure(replace(resolvers.configured(), payment_provider=provider))


def sandbox() -> Sandbox:
    """The provider that tests pay through."""
    provider = resolvers.configured().payment_provider
    assert isinstance(provider, Sandbox)
    return provider


async def everything() -> dict[str, list[dict[str, Any]]]:
    """Every row of every table, to show that nothing changed."""
    rows = {}
    for model in vars(models).values():
        if isinstance(model, type) and issubclass(model, Row) and not model._meta.abstract:
            table = model._meta.db_table
            rows[table] = await connections.get("default").execute_query_dict(f'SELECT * FROM "{table}" ORDER BY id')
    return rows

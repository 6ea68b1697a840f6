"""The demo: invented people who, day by day, did what real ones do. Everything is done by calling the resolvers."""

from collections import defaultdict
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import resolvers
from jobs import demo_people
from jobs.demo_people import CUSTOMERS, DemoCustomer, Stage
from models import Application, Contract, CostDisclosure, Installment, Loan, Offer, Product, Staff, Viewer
from models.clock import TravellingClock
from notifications import outbox
from notifications.channels.inbox import InboxChannel
from resolvers.applications import applications, contracts, decisions, disclosures, offers
from resolvers.books import accounting_days
from resolvers.loans import repayments
from resolvers.loyalty import tiers
from resolvers.payments.providers.sandbox import Sandbox
from resolvers.people import bank_accounts, branches, customers, sessions, sign_in, staff
from resolvers.products import products
from rules.applications.kinds import DecisionReason, DisclosureStep, Outcome
from rules.loans.states import LoanStatus
from rules.money import Money
from rules.people.access import Role

FIRST_DAY_AGO = 240
OPENS_AT = time(10)
"""When people come, in the lender's zone."""


async def fill(now: datetime, zone: ZoneInfo, tell: Callable[[str], object]) -> bool:
    """Fill an empty house up to today; False if somebody lives there already. `tell` hears of the progress."""
    if await Staff.exists():
        return False
    before = resolvers.configured()
    demo = _Demo(now, zone)
    resolvers.configure(replace(before, send_code=demo.take_code, payment_provider=Sandbox()))
    try:
        await demo.run(tell)
    finally:
        resolvers.configure(before)
    return True


Act = Callable[[], Awaitable[None]]


class _Demo:
    """One run through the days: `plans` holds what people will do, by day."""

    def __init__(self, now: datetime, zone: ZoneInfo) -> None:
        self.now, self.zone = now, zone
        self.today = now.astimezone(zone).date()
        first = self.today - timedelta(days=FIRST_DAY_AGO)
        self.clock = TravellingClock(self._morning(first), first)
        self.system = Viewer(role=Role.SYSTEM, clock=self.clock)
        self.plans: defaultdict[date, list[Act]] = defaultdict(list)
        self.codes: dict[str, str] = {}
        self.staff: dict[str, Viewer] = {}
        self.branch_ids: list[int] = []

    async def take_code(self, phone: str, code: str, _: object) -> None:
        self.codes[phone] = code

    async def run(self, tell: Callable[[str], object]) -> None:
        first = day = self.clock.today()
        opened = await accounting_days.open_first_day(self.system, first)
        assert opened.on == first, "nobody has lived here yet"
        await self._open_the_house()
        for number, customer in enumerate(CUSTOMERS, start=1):
            self.plan(customer.days_ago, _Life(self, customer, number).apply)
        while True:
            if day.day == 1 or day == first:
                tell(f"Living through {day:%Y-%m} …\n")
            await self._live(day)
            if day == self.today:
                return
            await accounting_days.end_day(self.system, day)
            day += timedelta(days=1)

    def plan(self, days_ago: int, act: Act) -> None:
        self.plans[self.today - timedelta(days=days_ago)].append(act)

    async def _live(self, day: date) -> None:
        self.clock.business_date, self.clock.moment = day, self._morning(day)
        acts = self.plans.pop(day, [])
        for act in acts:
            await act()
            self.clock.moment = min(self.clock.moment + timedelta(minutes=7), self.now)
        if acts:
            await outbox.deliver_due(self.clock, [InboxChannel()])
        self.clock.moment = min(self._morning(day) + timedelta(hours=12), self.now)

    def _morning(self, day: date) -> datetime:
        """When the day begins at the desks; never later than now."""
        return min(datetime.combine(day, OPENS_AT, self.zone).astimezone(UTC), self.now)

    async def _open_the_house(self) -> None:
        await tiers.create_first_tier(self.system)
        made = [
            await branches.create_branch(self.system, code=code, name_zh=name_zh, name_en=name_en)
            for code, name_zh, name_en in demo_people.BRANCHES
        ]
        self.branch_ids = [branch.id for branch in made]
        for person in demo_people.STAFF:
            row = await staff.create_staff(
                self.system,
                login=person.login,
                password=demo_people.PASSWORD,
                name=person.name,
                role=person.role,
                branches=[made[number] for number in person.branches],
                decision_limit=person.decision_limit,
            )
            branch_ids = tuple(made[number].id for number in person.branches)
            self.staff[person.login] = Viewer(
                role=person.role, clock=self.clock, staff_id=row.id, branch_ids=branch_ids
            )
        for product in demo_people.PRODUCTS:
            await products.create_product(
                self.staff["manager"],
                code=product.code,
                name_zh=product.name_zh,
                name_en=product.name_en,
                method=product.method,
                annual_rate=product.annual_rate,
                currency="CNY",
                min_amount=product.amounts[0],
                max_amount=product.amounts[1],
                min_term=product.terms[0],
                max_term=product.terms[1],
                fees=product.fees,
            )


class _Life:
    """What one customer does, and what is done for him."""

    def __init__(self, demo: _Demo, who: DemoCustomer, number: int) -> None:
        self.demo, self.who, self.number = demo, who, number
        self.viewer = demo.system
        self.bank_account_id = 0

    async def apply(self) -> None:
        """Sign in, and go as far as he goes on the first day."""
        await self._sign_in()
        product = await Product.get(code=self.who.product)
        amount = Money(self.who.amount, "CNY")
        branch_id = self.demo.branch_ids[self.who.branch]
        application = await applications.start_application(
            self.viewer, product_id=product.id, amount=amount, term=self.who.term, branch_id=branch_id
        )
        if self.who.stage is Stage.DRAFT:
            return
        await self._acknowledge(application, DisclosureStep.SUBMIT)
        application = await applications.submit_application(
            self.viewer, application_id=application.id, purpose=self.who.purpose, version=application.version
        )
        if self.who.stage is Stage.WITHDRAWN:
            await applications.withdraw_application(
                self.viewer, application_id=application.id, version=application.version
            )
        elif self.who.stage is not Stage.SUBMITTED:
            self.demo.plan(max(self.who.days_ago - 1, 0), lambda: self._decide(application.id))

    async def _sign_in(self) -> None:
        phone, demo = demo_people.phone_of(self.number), self.demo
        visitor = Viewer(role=Role.VISITOR, clock=demo.clock, address="127.0.0.1")
        await sign_in.request_code(visitor, phone)
        signed_in = await sign_in.sign_in_with_code(visitor, phone, demo.codes[f"+86{phone}"])
        self.viewer = await sessions.viewer_of(signed_in.access_token, demo.clock, None, "127.0.0.1")
        await customers.identify(self.viewer, self.who.name, demo_people.identity_number_of(self.who, self.number))
        if self.who.locale is not None:
            await customers.choose_language(self.viewer, self.who.locale)
            self.viewer = self.viewer.speaking(self.who.locale)
        account = await bank_accounts.add_bank_account(self.viewer, "工商银行", demo_people.card_of(self.number))
        self.bank_account_id = account.id

    async def _acknowledge(self, application: Application, step: DisclosureStep) -> None:
        disclosure = await CostDisclosure.get(application_id=application.id, step=step)
        await disclosures.acknowledge_disclosure(self.viewer, disclosure.id)

    async def _decide(self, application_id: int) -> None:
        application = await Application.get(id=application_id)
        officer = self.demo.staff["officer2" if self.who.branch else "officer"]
        decider = officer
        if application.amount > demo_people.OFFICER_LIMIT:
            comment = "收入稳定，还款能力充足，建议批准。"
            application = await decisions.recommend_application(
                officer, application.id, Outcome.APPROVE, comment, application.version
            )
            decider = self.demo.staff["manager"]
        if self.who.stage is Stage.RECOMMENDED:
            return
        declined = self.who.stage is Stage.DECLINED
        outcome = Outcome.DECLINE if declined else Outcome.APPROVE
        reason = DecisionReason.INCOME_TOO_LOW if declined else DecisionReason.AFFORDABLE
        await decisions.decide_application(decider, application.id, outcome, reason, application.version)
        if self.who.stage in {Stage.ACCEPTED, Stage.LOAN}:
            self.demo.plan(max(self.who.days_ago - 2, 0), lambda: self._accept(application.id))

    async def _accept(self, application_id: int) -> None:
        offer = await Offer.get(application_id=application_id)
        application = await offers.accept_offer(self.viewer, offer.id)
        if self.who.stage is Stage.ACCEPTED:
            return
        await self._acknowledge(application, DisclosureStep.SIGN)
        contract = await Contract.get(application_id=application.id)
        signed = await contracts.sign_contract(
            self.viewer, contract_id=contract.id, bank_account_id=self.bank_account_id, key="demo-sign"
        )
        await self._plan_payments(signed.loan)

    async def _plan_payments(self, loan: Loan) -> None:
        for installment in await Installment.filter(loan_id=loan.id, number__lte=self.who.pays).order_by("number"):
            on = installment.due_on + timedelta(days=self.who.delay_days)
            number = installment.number
            self.demo.plans[on].append(lambda number=number: self._pay(loan.id, number))  # type: ignore[misc]

    async def _pay(self, loan_id: int, number: int) -> None:
        loan = await Loan.get(id=loan_id)
        assert loan.status is LoanStatus.ACTIVE
        installment = await Installment.get(loan_id=loan_id, number=number)
        amount = Money(installment.principal + installment.interest, installment.currency)
        await repayments.repay(self.viewer, loan_id=loan_id, amount=amount, key=f"demo-{loan_id}-{number}")

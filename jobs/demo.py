"""The demo: invented people who, day by day, did what real ones do. Everything is done by calling the resolvers."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import UTC, date, datetime, time, timedelta
from functools import partial
from zoneinfo import ZoneInfo

import resolvers
from jobs import demo_causes, demo_house, demo_library, demo_service
from jobs.demo_lives import Act, Person
from jobs.demo_people import DemoCustomer
from jobs.demo_wishes import FIRST_DAY_AGO
from models import Customer, Product, Staff, Viewer
from models.clock import TravellingClock
from resolvers.applications import assignments
from resolvers.books import accounting_days, suspense
from resolvers.loyalty import rate_discounts, tiers
from resolvers.notifications import relay
from resolvers.payments.providers.sandbox import Sandbox
from resolvers.people import branches, staff
from resolvers.products import products
from rules.applications.steps import Skill
from rules.loyalty.tiers import DEFAULT_LEVELS
from rules.money import Money
from rules.people.access import Role

OPENS_AT = time(10)
"""When people come, in the lender's zone."""


async def fill(now: datetime, zone: ZoneInfo, tell: Callable[[str], object], people: Sequence[DemoCustomer]) -> bool:
    """Fill an empty house up to today; False if somebody lives there already. `tell` hears of the progress."""
    if await Staff.exists():
        return False
    before = resolvers.configured()
    demo = _Demo(now, zone, people)
    resolvers.configure(replace(before, send_code=demo.take_code, payment_provider=Sandbox()))
    try:
        await demo.run(tell)
    finally:
        resolvers.configure(before)
    return True


class _Demo:
    """One run through the days: `plans` holds what people will do, by day."""

    def __init__(self, now: datetime, zone: ZoneInfo, people: Sequence[DemoCustomer]) -> None:
        self.now, self.zone, self.people = now, zone, people
        self.today = now.astimezone(zone).date()
        first = self.today - timedelta(days=FIRST_DAY_AGO)
        self.clock = TravellingClock(self._morning(first), first)
        self.system = Viewer.house(self.clock)
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
        for number, customer in enumerate(self.people, start=1):
            Person(self, customer, number).plan()
        for transfer in demo_house.TRANSFERS:
            self.plan(transfer.days_ago, partial(self._receive, transfer))
        self.plan(demo_library.DAYS_AGO, self._publish_library)
        self.plan(demo_service.DAYS_AGO, self._hear_people)
        while True:
            if day.day == 1 or day == first:
                tell(f"Living through {day:%Y-%m} …\n")
            await self._live(day)
            if day == self.today:
                return
            await accounting_days.end_day(self.system, day)
            day += timedelta(days=1)

    def plan(self, days_ago: int, act: Act) -> None:
        self.plan_on(self.today - timedelta(days=days_ago), act)

    def plan_on(self, day: date, act: Act) -> None:
        self.plans[day].append(act)

    async def _live(self, day: date) -> None:
        self.clock.business_date, self.clock.moment = day, self._morning(day)
        acts = self.plans.pop(day, [])
        for act in acts:
            await act()
            self.clock.moment = min(self.clock.moment + timedelta(minutes=7), self.now)
        if acts:
            await relay.deliver_due(self.clock)
        self.clock.moment = min(self._morning(day) + timedelta(hours=12), self.now)

    async def _receive(self, transfer: demo_house.DemoTransfer) -> None:
        """Put money that matches no loan in suspense; another person sends some of it back."""
        item = await suspense.record_suspense(
            self.staff["officer"],
            amount=Money(transfer.amount, "CNY"),
            reference=transfer.reference,
            received_on=self.clock.today(),
            payer_name=transfer.payer_name,
            note=transfer.note,
            key=f"demo-{transfer.reference}",
        )
        if transfer.sent_back_for is not None:
            sent_back = {"item_id": item.id, "reason": transfer.sent_back_for, "key": f"demo-{transfer.reference}"}
            await suspense.return_suspense(self.staff["manager"], **sent_back)

    async def _publish_library(self) -> None:
        await demo_library.publish(self.staff["marketer"], self.staff["manager"])

    async def _hear_people(self) -> None:
        first = await Customer.all().order_by("id").limit(2)
        customers = [Viewer(role=Role.CUSTOMER, clock=self.clock, customer_id=each.id) for each in first]
        await demo_service.be_heard(self.staff, customers)

    def _morning(self, day: date) -> datetime:
        """When the day begins at the desks; never later than now."""
        return min(datetime.combine(day, OPENS_AT, self.zone).astimezone(UTC), self.now)

    async def _open_the_house(self) -> None:
        await tiers.create_first_tier(self.system)
        made = [
            await branches.create_branch(self.system, code=code, name_zh=name_zh, name_en=name_en)
            for code, name_zh, name_en in demo_house.BRANCHES
        ]
        self.branch_ids = [branch.id for branch in made]
        for person in demo_house.STAFF:
            row = await staff.create_staff(
                self.system,
                login=person.login,
                password=demo_house.PASSWORD,
                name=person.name,
                role=person.role,
                branches=[made[number] for number in person.branches],
                decision_limit=person.decision_limit,
            )
            branch_ids = tuple(made[number].id for number in person.branches)
            self.staff[person.login] = Viewer(
                role=person.role, clock=self.clock, staff_id=row.id, branch_ids=branch_ids
            )
        for login in ("officer", "officer2"):
            named = self.staff[login].staff_id
            assert named is not None, "they are staff"
            await assignments.set_skills(self.staff["manager"], staff_id=named, skills=tuple(Skill))
        for product in demo_house.PRODUCTS:
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
                cooling_off_days=14,
                statement_days=7,
                due_day_is_chosen=True,
            )
        await self._reward_loyalty()
        await demo_causes.keep(self.staff["manager"], self.staff["manager2"])

    async def _reward_loyalty(self) -> None:
        """Let levels bring something: one manager proposes, another approves."""
        first, second, today = self.staff["manager"], self.staff["manager2"], self.clock.today()
        plan = await tiers.propose_tier_plan(first, valid_from=today, levels=DEFAULT_LEVELS)
        await tiers.approve_tier_plan(second, plan_id=plan.id)
        for product in await Product.filter(code__in=list(demo_house.FLOORS)):
            terms = {"product_id": product.id, "valid_from": today, "floor": demo_house.FLOORS[product.code]}
            policy = await rate_discounts.propose_rate_discount_policy(first, **terms)
            await rate_discounts.approve_rate_discount_policy(second, policy_id=policy.id)

from collections import Counter
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

from jobs import demo, demo_house, demo_people
from jobs.demo_wishes import FIRST_DAY_AGO, SIGNED, Stage
from jobs.verify import verify
from models import (
    AccountingDay,
    Application,
    Article,
    Cause,
    Customer,
    Entry,
    Installment,
    Loan,
    LoanChange,
    Notification,
    OutboxEvent,
    Payout,
    Product,
    Repayment,
    Staff,
    SuspenseItem,
)
from resolvers import configured
from rules.applications.states import ApplicationStatus
from rules.books.suspense import SuspenseStatus
from rules.loans.changes import ChangeStatus
from rules.loans.states import LoanStatus
from rules.payments.states import PayoutStatus
from rules.people.access import ALL_STAFF
from rules.service.articles import ArticleKind
from tests import make

NOW = datetime(2026, 3, 16, 4, tzinfo=UTC)
SHANGHAI = ZoneInfo("Asia/Shanghai")


async def test_the_demo_fills_an_empty_house_and_everything_adds_up(db):
    await AccountingDay.all().delete()
    before = configured()
    told: list[str] = []
    assert await demo.fill(NOW, SHANGHAI, told.append, demo_people.FEW)
    assert told
    assert configured() is before
    assert await verify() == []
    assert (await AccountingDay.get(is_open=True)).on == NOW.astimezone(SHANGHAI).date()
    assert {person.role for person in await Staff.all()} == ALL_STAFF
    assert await Customer.all().count() == len(demo_people.FEW)
    assert await Product.all().count() == 4
    read = await Article.visible_to(make.visitor()).order_by("id")
    assert Counter(each.kind for each in read) == {ArticleKind.ARTICLE: 5, ArticleKind.LESSON: 1}
    kept = await Cause.filter(is_active=True)
    assert Counter(each.parent_id is None for each in kept) == {True: 6, False: 20}
    loans = Counter(loan.status for loan in await Loan.all())
    assert loans[LoanStatus.ACTIVE] >= 5
    assert loans[LoanStatus.CLOSED] >= 2
    assert set(loans) == set(LoanStatus)
    assert {payout.status for payout in await Payout.all()} == set(PayoutStatus)
    assert {change.status for change in await LoanChange.all()} >= {ChangeStatus.PROPOSED, ChangeStatus.APPROVED}
    recovered = await LoanChange.filter(status=ChangeStatus.APPROVED, loan__status=LoanStatus.CLOSED).count()
    assert recovered == 1
    assert await Installment.exists(is_open=True, due_on__lt=NOW.date())
    assert await Repayment.all().count() > 15
    # Approved is nobody for long: the offer follows in the same step.
    assert {application.status for application in await Application.all()} == set(ApplicationStatus) - {
        ApplicationStatus.APPROVED
    }
    assert {item.status for item in await SuspenseItem.all()} == {SuspenseStatus.OPEN, SuspenseStatus.RETURNED}
    assert await Entry.exists(source__startswith="Accrual:")
    assert await Entry.exists(source__startswith="PointsCost:")
    assert await Notification.exists()
    assert not await OutboxEvent.exists(delivered_at__isnull=True)
    newest = max([row.created_at for model in (Loan, Repayment, Notification) for row in await model.all()])
    assert newest <= NOW

    assert not await demo.fill(NOW, SHANGHAI, told.append, demo_people.FEW)
    assert await Customer.all().count() == len(demo_people.FEW)


def test_the_town_is_large_full_of_everything_and_always_the_same():
    town = demo_people.town()
    assert town == demo_people.town()
    assert town[: len(demo_people.FEW)] == demo_people.FEW
    assert len(town) >= 200
    wishes = [wish for person in town for wish in person.wishes]
    stages = Counter(wish.stage for wish in wishes)
    assert sum(stages[stage] for stage in SIGNED) >= 300
    assert set(stages) == set(Stage)
    assert all(stages[stage] >= 3 for stage in Stage)
    assert {wish.stage for person in demo_people.FEW for wish in person.wishes} == set(Stage)
    assert any(wish.stage is Stage.OFFERED and wish.days_ago > 35 for wish in wishes), "no offer expires"
    assert {wish.product for wish in wishes} == {product.code for product in demo_house.PRODUCTS}
    assert max(wish.days_ago for wish in wishes) > 700
    assert all(wish.days_ago <= FIRST_DAY_AGO for wish in wishes)


def test_nobody_in_the_town_can_be_somebody():
    town = demo_people.town()
    numbers = [demo_people.identity_number_of(person, number) for number, person in enumerate(town, start=1)]
    assert len(set(numbers)) == len(town)
    assert {number[:6] for number in numbers} == {"999999"}

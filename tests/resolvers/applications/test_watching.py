import pytest

from models import Application, Branch, Customer
from notifications import live
from resolvers.applications.applications import withdraw_application
from resolvers.applications.assignments import take_application
from resolvers.applications.decisions import decide_application
from resolvers.applications.watching import watch_application
from resolvers.people.branches import assign_customers
from resolvers.people.restrictions import restrict_file
from resolvers.people.staff import disable_staff
from rules.applications.kinds import DecisionReason, Outcome
from rules.applications.states import ApplicationStatus
from rules.errors import Conflict, NotFound
from rules.people.access import Role
from tests import make
from tests.resolvers.applications.stories import desk, submitted


@pytest.fixture
async def customer(db) -> Customer:
    return await make.customer()


@pytest.fixture
async def application(customer) -> Application:
    return await submitted(customer)


@pytest.fixture
def listener(application):
    with live.listening(f"application:{application.id}") as listener:
        yield listener


def is_woken(listener) -> bool:
    """Say whether who watches was woken since this was last asked."""
    was_woken = listener._is_woken.is_set()
    listener._is_woken.clear()
    return was_woken


async def test_an_application_is_shown_once_and_again_when_it_has_moved(customer, application):
    viewer = make.viewer(customer)
    watch = await watch_application(viewer, application_id=application.id)
    assert [each.status for each in await watch.look(viewer)] == [ApplicationStatus.SUBMITTED]
    assert list(await watch.look(viewer)) == []
    _, officer = await desk(customer)
    decision = (Outcome.APPROVE, DecisionReason.AFFORDABLE, application.version)
    await decide_application(officer, application.id, *decision)
    assert [each.status for each in await watch.look(viewer)] == [ApplicationStatus.OFFERED]


async def test_who_watches_is_woken_by_every_move(customer, application, listener):
    staff, officer = await desk(customer)
    taken = await take_application(officer, application_id=application.id, version=application.version)
    assert is_woken(listener)
    admin = make.viewer(await make.staff(role=Role.ADMIN))
    await disable_staff(admin, staff_id=staff.id)
    assert is_woken(listener), "nobody works on it now"
    named = {"application_id": application.id, "version": taken.version}
    await withdraw_application(make.viewer(customer), **named)
    assert is_woken(listener)
    with pytest.raises(Conflict):
        await withdraw_application(make.viewer(customer), **named)
    assert not is_woken(listener), "nothing has moved"


async def test_who_watches_is_woken_where_it_is_shut_away_or_looked_after_elsewhere(customer, application, listener):
    _, officer = await desk(customer)
    await take_application(officer, application_id=application.id, version=application.version)
    watch = await watch_application(officer, application_id=application.id)
    assert is_woken(listener)
    await restrict_file(await make.manager_of(customer.id), customer_id=customer.id, reason="She works at our branch.")
    assert is_woken(listener)
    with pytest.raises(NotFound):
        await watch.look(officer)
    near, far = await Branch.get(id=customer.branch_id), await make.branch()
    admin = make.viewer(await make.staff(role=Role.ADMIN))
    await assign_customers(admin, from_branch_id=near.id, to_branch_id=far.id)
    assert is_woken(listener)


async def test_an_application_out_of_sight_cannot_be_watched(application):
    with pytest.raises(NotFound):
        await watch_application(make.viewer(await make.customer()), application_id=application.id)

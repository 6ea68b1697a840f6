"""Sending: each message is looked at once more before it leaves, and what came of it is kept."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from tortoise.connection import get_connection
from tortoise.exceptions import OperationalError

import notifications
from models import Customer, DeadLetter, Delivery, Installment, Loan, Notification, PushAddress
from models.database import transaction
from models.notifications.queue import LEASE
from notifications import NotificationSettings, outbox
from notifications.channels.interface import NOT_SENT, Outcome, Outgoing, Result
from notifications.events import Event
from notifications.loyalty.points import PointsEarned
from notifications.notifications.reminders import InstallmentDueToday, InstallmentOverdue
from notifications.people.sign_in import NewSignIn
from resolvers.loans import hardships
from resolvers.notifications import deliveries
from resolvers.notifications.sending import Post
from rules.ids import encode_id
from rules.loans.hardships import Situation
from rules.money import ZERO, Money
from rules.notifications.addresses import AddressKind, Platform, PushProvider
from rules.notifications.classes import Category, Lane, MessageChannel
from rules.notifications.deliveries import DeliveryReason, DeliveryState, RetiredBecause
from rules.people.kinds import Locale
from tests import make

TAKEN = Result(Outcome.ACCEPTED, "id-1")
ACCEPTED, SKIPPED, QUEUED, FAILED = (
    DeliveryState.ACCEPTED,
    DeliveryState.SKIPPED,
    DeliveryState.QUEUED,
    DeliveryState.FAILED,
)


@pytest.fixture(autouse=True)
async def _all_lanes(db: str) -> AsyncIterator[None]:
    """All ways are set up; it is ten in the morning in Shanghai."""
    before = notifications.configured()
    notifications.configure(NotificationSettings(lanes=frozenset(Lane)))
    make.clock.moment = make.clock.moment.replace(hour=2)
    yield
    notifications.configure(before)


async def phone(customer: Customer, number: int = 1, **columns: Any) -> PushAddress:
    """A phone with the app on it."""
    viewer = await make.signed_in(customer)
    said: dict[str, Any] = {
        "customer_id": customer.id,
        "session_id": viewer.session_id,
        "provider": PushProvider.FCM,
        "kind": AddressKind.TOKEN,
        "platform": Platform.ANDROID,
        "value": f"token-{customer.id}-{number}",
        "value_hash": f"hash-{customer.id}-{number}",
        "seen_at": make.clock.now(),
    }
    async with transaction(make.system(), "register"):
        return await PushAddress.create(**said | columns)


async def tell(*events: Event) -> None:
    async with transaction(make.system(), "tell"):
        for event in events:
            await outbox.record(event)
    await make.deliver()


async def sent(lane: Lane = Lane.FCM, result: Result = TAKEN) -> list[Outgoing]:
    """Send all that is due on a lane, with one answer to all."""
    post = Post(lane, make.clock)
    messages = await post.claim(100)
    await post.record([(message, result) for message in messages])
    return messages


async def of(customer: Customer, channel: MessageChannel = MessageChannel.PUSH) -> Delivery:
    return await Delivery.get(customer_id=customer.id, channel=channel)


def due(customer: Customer, loan: Loan, due_on: Any, kind: type[Any] = InstallmentDueToday, **more: Any) -> Event:
    return kind(customer_id=customer.id, due_on=due_on, amounts=(Money(ZERO + 1, "CNY"),), **more)


async def test_a_message_goes_to_every_phone_in_its_owners_words(db: str):
    customer = await make.customer(locale=Locale.EN)
    phones = [await phone(customer, number) for number in (1, 2)]
    await tell(PointsEarned(customer_id=customer.id, points=5))
    messages = await sent()
    assert sorted(message.address.value for message in messages) == [each.value for each in phones]
    (tag,) = {message.tag for message in messages}
    notification = await Notification.get()
    assert tag == f"n{notification.id}"
    assert messages[0].notification == encode_id("Notification", notification.id)
    assert (messages[0].title, messages[0].badge, messages[0].link) == (
        "You have earned points",
        1,
        "goodterms://points",
    )
    for delivery in await Delivery.all():
        assert (delivery.state, delivery.carrier_reference, delivery.tries) == (ACCEPTED, "id-1", 1)
    assert await sent() == [], "nothing is left"


async def test_who_claims_has_it_alone_for_a_while_and_comes_too_late_afterwards(db: str):
    customer = await make.customer()
    await phone(customer)
    await tell(PointsEarned(customer_id=customer.id, points=5))
    slow, fast = Post(Lane.FCM, make.clock), Post(Lane.FCM, make.clock)
    held = await slow.claim(10)
    assert len(held) == 1
    assert await fast.claim(10) == []
    make.clock.moment += LEASE
    (again,) = await fast.claim(10)
    assert again.tag == held[0].tag, "a phone shows both as one"
    await fast.record([(again, Result(Outcome.ACCEPTED, "fast"))])
    await slow.record([(held[0], Result(Outcome.TRY_LATER, detail="TIMED_OUT"))])
    delivery = await of(customer)
    assert (delivery.state, delivery.carrier_reference, delivery.tries) == (ACCEPTED, "fast", 2)


async def test_what_could_not_be_recorded_is_recorded_later(db: str):
    customer = await make.customer()
    await phone(customer)
    await tell(PointsEarned(customer_id=customer.id, points=5))
    post = Post(Lane.FCM, make.clock)
    (message,) = await post.claim(10)
    await get_connection("default").execute_script("ALTER TABLE delivery RENAME TO elsewhere")
    with pytest.raises(OperationalError):
        await post.record([(message, TAKEN)])
    await get_connection("default").execute_script("ALTER TABLE elsewhere RENAME TO delivery")
    await post.record([(message, TAKEN)])
    assert (await of(customer)).state is ACCEPTED


async def test_a_push_that_failed_is_not_recorded_without_the_sms_that_takes_its_place(db: str):
    customer = await make.customer()
    await phone(customer)
    await tell(NewSignIn(customer_id=customer.id))
    post = Post(Lane.FCM, make.clock)
    (message,) = await post.claim(10)
    gone = Result(Outcome.ADDRESS_GONE, detail="UNREGISTERED")
    await get_connection("default").execute_script("ALTER TABLE push_address RENAME TO elsewhere")
    with pytest.raises(OperationalError):
        await post.record([(message, gone)])
    await get_connection("default").execute_script("ALTER TABLE elsewhere RENAME TO push_address")
    assert (await of(customer)).state is QUEUED
    await post.record([(message, gone)])
    assert (await of(customer)).state is FAILED
    assert (await of(customer, MessageChannel.SMS)).state is QUEUED


async def test_what_came_last_is_claimed_beside_what_came_first(db: str):
    customers = [await make.customer() for _ in range(30)]
    for customer in customers:
        await phone(customer)
        await tell(PointsEarned(customer_id=customer.id, points=5))
        make.clock.moment += timedelta(seconds=1)
    claimed = {message.delivery_id for message in await Post(Lane.FCM, make.clock).claim(10)}
    oldest_first = [delivery.id for delivery in await Delivery.filter(lane=Lane.FCM).order_by("id")]
    assert claimed == {*oldest_first[:9], oldest_first[-1]}


async def test_a_message_says_whether_it_was_tried_before(db: str):
    customer = await make.customer()
    await phone(customer)
    await tell(PointsEarned(customer_id=customer.id, points=5))
    (first,) = await sent(result=Result(Outcome.TRY_LATER, detail="UNAVAILABLE"))
    make.clock.moment += timedelta(minutes=1)
    (second,) = await sent()
    assert (first.is_first_try, second.is_first_try) == (True, False)


@pytest.mark.parametrize(
    ("result", "state", "reason"),
    [
        (Result(Outcome.ADDRESS_GONE, detail="UNREGISTERED"), FAILED, DeliveryReason.ADDRESS_GONE),
        (Result(Outcome.REJECTED, detail="BAD_PAYLOAD"), FAILED, DeliveryReason.REJECTED),
        (Result(Outcome.TRY_LATER, detail="UNAVAILABLE"), QUEUED, DeliveryReason.TROUBLE),
        (Result(Outcome.LANE_CLOSED, detail="THIRD_PARTY_AUTH_ERROR"), QUEUED, DeliveryReason.TROUBLE),
        (Result(Outcome.REJECTED, detail="EXPIRED"), SKIPPED, DeliveryReason.EXPIRED),
    ],
)
async def test_each_answer_is_acted_upon(db: str, result: Result, state: DeliveryState, reason: DeliveryReason):
    customer = await make.customer()
    address = await phone(customer)
    await tell(PointsEarned(customer_id=customer.id, points=5))
    await sent(result=result)
    delivery = await of(customer)
    assert (delivery.state, delivery.reason, delivery.detail) == (state, reason, result.detail)
    retired = (await PushAddress.get(id=address.id)).retired_because
    assert retired is (RetiredBecause.GONE if result.outcome is Outcome.ADDRESS_GONE else None)
    assert await DeadLetter.exists() == (reason is DeliveryReason.REJECTED)


async def test_an_address_that_was_named_again_meanwhile_is_not_retired(db: str):
    customer = await make.customer()
    address = await phone(customer)
    await tell(PointsEarned(customer_id=customer.id, points=5))
    post = Post(Lane.FCM, make.clock)
    (message,) = await post.claim(10)
    await PushAddress.filter(id=address.id).update(seen_at=make.clock.now() + timedelta(seconds=1))
    await post.record([(message, Result(Outcome.ADDRESS_GONE))])
    assert (await PushAddress.get(id=address.id)).retired_at is None


async def test_trouble_is_tried_again_later_each_time_until_it_is_not_worth_it(db: str):
    customer = await make.customer()
    await phone(customer)
    await tell(PointsEarned(customer_id=customer.id, points=5))
    tries = 0
    while (delivery := await of(customer)).state is QUEUED:
        make.clock.moment = max(make.clock.moment, delivery.due_at)
        tries += len(await sent(result=Result(Outcome.TRY_LATER, detail="UNAVAILABLE")))
        if tries < 12:
            assert (await of(customer)).due_at <= make.clock.now() + timedelta(seconds=2 ** (tries - 1))
        elif delivery.due_at < delivery.expires_at - timedelta(hours=1):
            make.clock.moment = delivery.expires_at - timedelta(minutes=1)
    assert tries > 12
    assert delivery.reason in (DeliveryReason.TROUBLE, DeliveryReason.EXPIRED)


async def test_a_carrier_that_wants_to_be_left_alone_is(db: str):
    customer = await make.customer()
    await phone(customer)
    await tell(PointsEarned(customer_id=customer.id, points=5))
    await sent(result=Result(Outcome.TRY_LATER, detail="QUOTA_EXCEEDED", retry_after=timedelta(seconds=90)))
    assert (await of(customer)).due_at == make.clock.now() + timedelta(seconds=90)


async def test_what_was_not_sent_costs_no_try(db: str):
    customer = await make.customer()
    await phone(customer)
    await tell(PointsEarned(customer_id=customer.id, points=5))
    await sent(result=Result(Outcome.TRY_LATER, detail=NOT_SENT))
    delivery = await of(customer)
    assert (delivery.state, delivery.tries) == (QUEUED, 0)


async def test_the_night_is_waited_for_and_security_is_not(db: str):
    make.clock.moment = make.clock.moment.replace(hour=15)  # 23:00 in Shanghai.
    customer = await make.customer()
    await phone(customer)
    await tell(PointsEarned(customer_id=customer.id, points=5), NewSignIn(customer_id=customer.id))
    assert [message.kind for message in await sent()] == ["NewSignIn"]
    waiting = await Delivery.get(kind="PointsEarned")
    assert (waiting.state, waiting.reason) == (QUEUED, DeliveryReason.HOURS)
    make.clock.moment = waiting.due_at
    assert make.clock.moment.astimezone(notifications.configured().zone).hour == 8
    assert [message.kind for message in await sent()] == ["PointsEarned"]


async def test_what_he_read_in_the_app_is_not_pushed_but_who_signed_in_is(db: str):
    customer = await make.customer()
    await phone(customer)
    await tell(PointsEarned(customer_id=customer.id, points=5), NewSignIn(customer_id=customer.id))
    await Notification.all().update(is_read=True, read_at=make.clock.now())
    assert [message.kind for message in await sent()] == ["NewSignIn"]
    assert (await Delivery.get(kind="PointsEarned")).reason is DeliveryReason.DONE


async def test_what_he_switched_off_meanwhile_is_not_sent_and_what_stays_on_is(db: str):
    customer = await make.customer()
    await phone(customer)
    await tell(NewSignIn(customer_id=customer.id))
    await make.preference(customer, Category.SECURITY)
    assert await sent() == []
    assert (await of(customer)).reason is DeliveryReason.SWITCHED_OFF
    (text,) = await sent(Lane.SMS)
    assert text.address.value == customer.phone.read()


async def test_a_phone_that_changed_hands_is_not_told(db: str):
    customer = await make.customer()
    address = await phone(customer)
    await tell(PointsEarned(customer_id=customer.id, points=5))
    await PushAddress.filter(id=address.id).update(retired_at=make.clock.now(), retired_because=RetiredBecause.MOVED)
    assert await sent() == []
    assert (await of(customer)).reason is DeliveryReason.ADDRESS_GONE


async def test_a_phone_not_heard_of_for_a_month_is_not_sent_to(db: str):
    customer = await make.customer()
    await phone(customer, seen_at=make.clock.now() - timedelta(days=30))
    await tell(PointsEarned(customer_id=customer.id, points=5))
    assert (await of(customer)).reason is DeliveryReason.NO_ADDRESS


async def owing(days: int = 0) -> tuple[Customer, Loan]:
    """A customer with a phone, and a loan whose first line was due so many days ago."""
    customer = await make.customer()
    loan = await make.loan(customer)
    await make.pass_until((await make.first_line(loan)).due_on + timedelta(days=days))
    make.clock.moment = make.clock.moment.replace(hour=2)
    await phone(customer)
    await make.deliver()
    await Delivery.all().delete()
    return customer, loan


async def test_a_reminder_of_what_was_paid_meanwhile_is_not_sent(db: str):
    customer, loan = await owing()
    line = await make.first_line(loan)
    await tell(due(customer, loan, line.due_on))
    await make.repayment(loan)
    assert not (await Installment.get(id=line.id)).is_open
    assert await sent() == []
    assert (await of(customer)).reason is DeliveryReason.DONE
    make.clock.moment = make.clock.moment.replace(hour=4)
    assert await sent(Lane.SMS) == []


@pytest.mark.parametrize("is_opened", [False, True])
async def test_who_has_not_opened_the_due_days_reminder_by_noon_gets_a_text(db: str, is_opened: bool):
    customer, loan = await owing()
    await tell(due(customer, loan, (await make.first_line(loan)).due_on))
    assert len(await sent()) == 1
    assert await sent(Lane.SMS) == [], "it is ten in the morning"
    if is_opened:
        seen = await Notification.get(kind="InstallmentDueToday")
        await deliveries.report_opened(await make.viewer_of(customer.id), notification_id=seen.id, has_acted=False)
        assert (await of(customer)).state is DeliveryState.OPENED
    make.clock.moment = make.clock.moment.replace(hour=4)
    assert len(await sent(Lane.SMS)) == (not is_opened)
    assert await sent(Lane.SMS) == []


async def test_a_reminder_goes_by_text_once_where_every_phone_is_gone(db: str):
    customer, loan = await owing()
    await phone(customer, 2)
    await tell(due(customer, loan, (await make.first_line(loan)).due_on, InstallmentOverdue, days=1))
    await sent(result=Result(Outcome.ADDRESS_GONE, detail="UNREGISTERED"))
    (text,) = await sent(Lane.SMS)
    assert "goodterms" not in text.body
    assert await sent(Lane.SMS) == []


async def test_who_asked_for_help_meanwhile_is_left_in_peace(db: str):
    customer, loan = await owing(days=1)
    line = await make.first_line(loan)
    await tell(due(customer, loan, line.due_on, InstallmentOverdue, days=1))
    borrower = await make.viewer_of(customer.id)
    await hardships.ask_for_help(borrower, loan_id=loan.id, situation=Situation.ILLNESS, words="")
    assert await sent() == []
    assert (await of(customer)).reason is DeliveryReason.PEACE


@pytest.mark.parametrize(
    ("said", "is_sent"), [([], False), ([True], True), ([True, False], False), ([False, True], True), (["old"], False)]
)
async def test_an_offer_goes_with_a_consent_that_holds_only(db: str, said: list[Any], is_sent: bool):
    customer = await make.customer()
    await phone(customer)
    await tell(PointsEarned(customer_id=customer.id, points=5))
    await Delivery.all().update(message_class="PROMOTION", category=Category.OFFER)
    for each in said:
        said_at = make.clock.now() - timedelta(days=730) if each == "old" else None
        await make.consent(customer, is_given=each is not False, said_at=said_at)
    assert len(await sent()) == is_sent
    assert (await of(customer)).reason is (None if is_sent else DeliveryReason.NO_CONSENT)


async def test_without_a_lane_it_is_said_that_it_is_not_set_up(db: str):
    notifications.configure(replace(notifications.configured(), lanes=frozenset()))
    customer = await make.customer()
    await tell(NewSignIn(customer_id=customer.id))
    assert (await of(customer, MessageChannel.SMS)).reason is DeliveryReason.NOT_SET_UP

import asyncio
from datetime import time, timedelta

import pytest

from models import NotificationSetting, Preference, Viewer
from resolvers.notifications import choices
from resolvers.notifications.choices import NotificationChoices
from rules.errors import Conflict, NotFound
from rules.notifications.classes import Category, MessageChannel
from rules.notifications.consents import ConsentNeeded
from rules.notifications.hours import QuietHoursEmpty, QuietHoursTooLong, ZoneChangedLately, ZoneUnknown
from rules.notifications.preferences import DutyCannotBeSilenced
from tests import make
from tests.resolvers.notifications.test_consents import agree, withdraw

PUSH, SMS, EMAIL = MessageChannel.PUSH, MessageChannel.SMS, MessageChannel.EMAIL


@pytest.fixture
async def viewer(db) -> Viewer:
    return await make.signed_in(await make.customer())


async def choose(viewer: Viewer, category: Category, channel: MessageChannel, *, is_on: bool) -> NotificationChoices:
    return await choices.choose_preference(viewer, category=category, channel=channel, is_on=is_on)


def shown(given: NotificationChoices, category: Category, channel: MessageChannel) -> tuple[bool, bool, bool]:
    """Whether it is on, locked, and in need of consent."""
    (found,) = [each for each in given.preferences if (each.category, each.channel) == (category, channel)]
    return found.is_on, found.is_locked, found.needs_consent


async def test_who_chose_nothing_sees_all_that_holds(viewer):
    given = await choices.choices_of(viewer, viewer.customer_id)
    assert len(given.preferences) == 8 * 3
    assert shown(given, Category.SECURITY, PUSH) == (True, False, False)
    assert shown(given, Category.REMINDER, EMAIL) == (False, False, False)
    assert shown(given, Category.OFFER, PUSH) == (False, False, True)
    assert (given.quiet_from, given.quiet_to, given.zone, given.version) == (time(22), time(8), "Asia/Shanghai", 0)
    assert not await Preference.exists()
    assert not await NotificationSetting.exists()


async def test_his_choices_are_shown_to_whoever_may_see_him(viewer):
    officer, stranger = await make.officer_of(viewer.customer_id), await make.signed_in(await make.customer())
    await choose(viewer, Category.SURVEY, PUSH, is_on=False)
    assert shown(await choices.choices_of(officer, viewer.customer_id), Category.SURVEY, PUSH)[0] is False
    with pytest.raises(NotFound):
        await choices.choices_of(stranger, viewer.customer_id)


async def test_a_choice_is_kept_once_and_changed_again(viewer):
    for is_on in (True, True, False, False):
        given = await choose(viewer, Category.REMINDER, EMAIL, is_on=is_on)
        assert shown(given, Category.REMINDER, EMAIL)[0] is is_on
    assert (await Preference.get()).is_on is False


async def test_what_must_be_told_is_told_by_another_way_and_not_silenced(viewer):
    given = await choose(viewer, Category.ACCOUNT_DUTY, PUSH, is_on=False)
    assert shown(given, Category.ACCOUNT_DUTY, PUSH) == (False, False, False)
    assert shown(given, Category.ACCOUNT_DUTY, SMS) == (True, True, False)
    await choose(viewer, Category.ACCOUNT_DUTY, EMAIL, is_on=True)
    before = await make.everything()
    with pytest.raises(DutyCannotBeSilenced):
        await choose(viewer, Category.ACCOUNT_DUTY, SMS, is_on=False)
    assert await make.everything() == before
    await choose(viewer, Category.ACCOUNT_DUTY, PUSH, is_on=True)
    assert shown(await choose(viewer, Category.ACCOUNT_DUTY, SMS, is_on=False), Category.ACCOUNT_DUTY, PUSH)[1]


async def test_two_at_once_cannot_silence_it_together(viewer):
    both = [choose(viewer, Category.SECURITY, channel, is_on=False) for channel in (PUSH, SMS)]
    results = await asyncio.gather(*both, return_exceptions=True)
    assert sum(isinstance(each, DutyCannotBeSilenced) for each in results) == 1
    assert await Preference.filter(is_on=False).count() == 1


async def test_an_offer_is_not_switched_on_without_consent_to_that_way(viewer):
    await agree(viewer, PUSH)
    before = await make.everything()
    with pytest.raises(ConsentNeeded):
        await choose(viewer, Category.OFFER, SMS, is_on=True)
    assert await make.everything() == before
    assert shown(await choose(viewer, Category.OFFER, PUSH, is_on=True), Category.OFFER, PUSH) == (True, False, False)


async def test_with_consent_what_was_not_switched_off_is_on_until_it_is_withdrawn(viewer):
    await choose(viewer, Category.LOYALTY, PUSH, is_on=False)
    await agree(viewer, PUSH)
    given = await choices.choices_of(viewer, viewer.customer_id)
    assert shown(given, Category.OFFER, PUSH) == (True, False, False)
    assert shown(given, Category.LOYALTY, PUSH) == (False, False, False)
    assert shown(given, Category.OFFER, SMS) == (False, False, True)
    await withdraw(viewer, PUSH)
    given = await choices.choices_of(viewer, viewer.customer_id)
    assert shown(given, Category.OFFER, PUSH) == (False, False, True)


async def hours(viewer: Viewer, version: int, **changed) -> NotificationChoices:
    chosen = {"quiet_from": time(21, 30), "quiet_to": time(9), "zone": "Asia/Shanghai"}
    return await choices.choose_quiet_hours(viewer, **chosen | changed, version=version)


async def test_quiet_hours_are_kept_and_changed_by_whoever_saw_the_last_ones(viewer):
    given = await hours(viewer, 0)
    assert (given.quiet_from, given.quiet_to, given.zone, given.version) == (time(21, 30), time(9), "Asia/Shanghai", 1)
    given = await hours(viewer, 1, quiet_from=time(23, 59), quiet_to=time(0))
    assert (given.quiet_from, given.quiet_to, given.version) == (time(23, 59), time(0), 2)
    kept = await NotificationSetting.get()
    assert (kept.quiet_from, kept.quiet_to, kept.version) == (1439, 0, 2)
    before = await make.everything()
    for version in (0, 1, 3):
        with pytest.raises(Conflict) as refused:
            await hours(viewer, version)
        assert refused.value.current_version == 2
    assert await make.everything() == before


async def test_of_two_at_once_one_learns_of_the_other(viewer):
    results = await asyncio.gather(hours(viewer, 0), hours(viewer, 0), return_exceptions=True)
    assert sum(isinstance(each, Conflict) for each in results) == 1
    assert (await NotificationSetting.get()).version == 1


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"quiet_from": time(9)}, QuietHoursEmpty),
        ({"quiet_from": time(10), "quiet_to": time(9)}, QuietHoursTooLong),
        ({"zone": "Mars/Olympus"}, ZoneUnknown),
        ({"zone": "localtime"}, ZoneUnknown),
    ],
)
async def test_hours_that_cannot_be_change_nothing(viewer, changed, refusal):
    await hours(viewer, 0)
    before = await make.everything()
    with pytest.raises(refusal):
        await hours(viewer, 1, **changed)
    assert await make.everything() == before


async def test_the_zone_changes_once_a_day_and_the_hours_whenever_he_likes(viewer):
    await hours(viewer, 0)
    await hours(viewer, 1, zone="Asia/Urumqi")
    await hours(viewer, 2, zone="Asia/Urumqi", quiet_to=time(7))
    make.clock.moment += timedelta(hours=23, minutes=59)
    before = await make.everything()
    with pytest.raises(ZoneChangedLately) as refused:
        await hours(viewer, 3, zone="Asia/Shanghai")
    assert refused.value.again_at == make.NOON + timedelta(hours=24)
    assert await make.everything() == before
    make.clock.moment += timedelta(minutes=1)
    assert (await hours(viewer, 3, zone="Asia/Shanghai")).zone == "Asia/Shanghai"


async def test_the_first_choice_of_another_zone_than_the_lenders_is_a_change(viewer):
    await hours(viewer, 0, zone="Europe/Berlin")
    with pytest.raises(ZoneChangedLately):
        await hours(viewer, 1)

"""Lanes as a process has them: what is set up sends, what is not does nothing, and codes go at once."""

import asyncio
import logging
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from pydantic import ValidationError

from jobs import lanes
from rules.notifications.classes import Lane
from rules.people.kinds import Locale
from settings import Settings
from tests import make
from tests.standins.carriers import Carriers, carriers


@pytest.fixture
async def there(tmp_path: Path) -> AsyncIterator[Carriers]:
    async with carriers(tmp_path) as there:
        lanes.configure(Settings(_env_file=None, **there.settings))
        yield there
        await lanes.close()


@pytest.mark.parametrize(
    ("locale", "text"),
    [
        (Locale.EN, "Your code to sign in\n123456 is good for ten minutes. Tell it to nobody: we never ask for it."),
        (Locale.ZH_CN, "您的登录验证码\n123456，十分钟内有效。请勿告诉任何人，我们也不会向您索要。"),
    ],
)
async def test_a_code_goes_by_text_at_once(there: Carriers, locale: Locale, text: str):
    await lanes.send_code(Lane.SMS, "+8613800000001", "123456", locale)
    (sent,) = there.sms.texts
    assert (sent["to"], sent["text"]) == ("+8613800000001", text)


async def test_a_code_that_does_not_go_out_is_logged_without_the_code_or_the_number(
    there: Carriers, caplog: pytest.LogCaptureFixture
):
    there.sms.faults.fail("UNAVAILABLE")
    with caplog.at_level(logging.ERROR):
        await lanes.send_code(Lane.SMS, "+8613800000001", "123456", Locale.EN)
    assert "did not go out by SMS" in caplog.text
    assert "123456" not in caplog.text
    assert "13800000001" not in caplog.text


async def test_a_lane_that_is_not_set_up_does_nothing(there: Carriers):
    assert await lanes.send(Lane.EMAIL, make.clock, asyncio.Event()) == 0


def test_pushes_are_never_sent_by_the_process_that_answers():
    with pytest.raises(ValidationError, match="REDIS_URL"):
        Settings(_env_file=None, fcm_credentials="service-account.json")
    assert Settings(_env_file=None, sms_url="https://gateway.example").lanes == {Lane.SMS}
    with pytest.raises(ValidationError, match="smtp://"):
        Settings(_env_file=None, smtp_url="mail.example")

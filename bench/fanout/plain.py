"""`python -m bench.fanout.plain` sends the same messages as Google's own library does, 500 a call; prints what that took."""

import argparse
import asyncio
import os
import sys
import time
from datetime import UTC, datetime, timedelta
from typing import Any

import firebase_admin
import orjson
import uvloop
from firebase_admin import messaging
from firebase_admin.credentials import Certificate

from notifications import InstallmentDueToday, inbox_words
from notifications.channels.fcm_messages import built
from notifications.channels.interface import Address, Outgoing
from rules.ids import encode_id
from rules.money import Money, from_cents
from rules.notifications.addresses import AddressKind, Platform, PushProvider
from rules.people.kinds import Locale

A_CALL = 500
"""More the library does not take."""


def main() -> None:
    """Send, and print a line of JSON."""
    parser = argparse.ArgumentParser(prog="python -m bench.fanout.plain", description=__doc__)
    parser.add_argument("--account", required=True)
    parser.add_argument("--url", required=True)
    parser.add_argument("--messages", type=int, required=True)
    arguments = parser.parse_args()
    uvloop.run(_run(arguments.account, arguments.url, arguments.messages))


async def _run(account: str, url: str, messages: int) -> None:
    # There is no setting for where it sends to.
    messaging._MessagingService.FCM_URL = f"{url}/v1/projects/{{0}}/messages:send"
    app = firebase_admin.initialize_app(Certificate(account))
    now = datetime.now(UTC)  # noqa: TID251  This is a front door.
    began, before = time.perf_counter(), os.times()
    taken = 0
    for first in range(1, messages + 1, A_CALL):
        batch = [_message(number, now) for number in range(first, min(first + A_CALL, messages + 1))]
        answer = await messaging.send_each_async(batch, app=app)
        taken += answer.success_count
    used = os.times()
    cpu = used.user + used.system - before.user - before.system
    said = {"taken": taken, "seconds": time.perf_counter() - began, "cpu_seconds": cpu}
    sys.stdout.write(orjson.dumps(said).decode() + "\n")
    sys.stdout.flush()
    await asyncio.sleep(0)
    os._exit(0)  # Its own closing starts a loop, which it may not inside of one.


def _message(number: int, now: datetime) -> Any:
    due_on = now.date()
    amounts = (Money(from_cents(101_000), "CNY"),)
    event = InstallmentDueToday(customer_id=number, due_on=due_on, amounts=amounts)
    locale = Locale.ZH_CN if number % 4 else Locale.EN
    title, body = inbox_words.push(event, locale)
    outgoing = Outgoing(
        delivery_id=number,
        tag=event.tag,
        notification=encode_id("Notification", number),
        kind=event.kind,
        message_class=event.message_class,
        title=title,
        body=body,
        link=event.link(),
        locale=locale,
        expires_at=now + timedelta(hours=12),
        badge=1,
        address=Address(
            value=f"{'0' * 128}:{number}",
            provider=PushProvider.FCM,
            kind=AddressKind.TOKEN,
            platform=Platform.ANDROID if number % 2 else Platform.IOS,
        ),
    )
    return built(outgoing, now)


if __name__ == "__main__":
    main()

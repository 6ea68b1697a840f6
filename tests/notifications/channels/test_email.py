"""E-mails: what stands in them, and what became of them, over STARTTLS."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace

import pytest

from notifications.channels.email import EmailSender
from notifications.channels.interface import Outcome, Result
from notifications.events import MessageClass
from tests.notifications.channels.messages import MAILBOX, NOW, now, to
from tests.standins import smtp
from tests.standins.certificates import Certificates
from tests.standins.smtp import Mail

LETTER = to(MAILBOX)
OUT = "https://goodterms.example/u/abc"


@pytest.fixture
async def mail(files: Certificates) -> AsyncIterator[Mail]:
    async with smtp.serving(Mail(), files) as mail:
        yield mail


def sender_to(mail: Mail, files: Certificates, **options) -> EmailSender:
    options = {"start_tls": True, "ca_file": str(files.ca), **options}
    return EmailSender(
        host="localhost", port=mail.port, sender="Goodterms <post@goodterms.example>", now=now, **options
    )


@pytest.fixture
async def sender(mail: Mail, files: Certificates) -> AsyncIterator[EmailSender]:
    made = sender_to(mail, files)
    yield made
    await made.aclose()


async def test_a_letter_is_plain_and_says_that_no_person_wrote_it(mail: Mail, sender: EmailSender):
    result = await sender.send(LETTER)
    assert (result.outcome, result.reference) == (Outcome.ACCEPTED, "2.0.0 OK queued as 1")
    (letter,) = mail.letters
    assert letter["From"] == "Goodterms <post@goodterms.example>"
    assert letter["To"] == "li@example.com"
    assert letter["Subject"] == "即将到期"
    assert letter["Date"] == "Mon, 16 Mar 2026 04:00:00 +0000"
    assert letter["Auto-Submitted"] == "auto-generated"
    assert letter["Content-Language"] == "zh-CN"
    assert letter.get_content_type() == "text/plain"
    assert letter.get_content() == "请打开应用查看。\r\n"
    assert letter["List-Unsubscribe"] is None


async def test_an_offer_can_be_turned_down_with_one_click(mail: Mail, sender: EmailSender):
    await sender.send(replace(LETTER, message_class=MessageClass.PROMOTION, unsubscribe=OUT))
    (letter,) = mail.letters
    assert letter["List-Unsubscribe"] == f"<{OUT}>"
    assert letter["List-Unsubscribe-Post"] == "List-Unsubscribe=One-Click"
    assert letter.get_content().splitlines()[-1].endswith(OUT)


async def test_a_reminder_that_can_be_turned_down_says_so_in_its_head_alone(mail: Mail, sender: EmailSender):
    await sender.send(replace(LETTER, unsubscribe=OUT))
    assert mail.letters[0]["List-Unsubscribe"] == f"<{OUT}>"
    assert OUT not in mail.letters[0].get_content()


async def test_a_repetition_has_the_same_id_and_another_letter_another(mail: Mail, sender: EmailSender):
    for letter in (LETTER, LETTER, replace(LETTER, delivery_id=2), replace(LETTER, delivery_id=3)):
        await sender.send(letter)
    ids = [letter["Message-ID"] for letter in mail.letters]
    assert ids[0] == ids[1]
    assert len(set(ids)) == 3
    assert all(one.endswith("@goodterms.example>") for one in ids)


async def test_a_connection_is_kept_and_few_are_made(mail: Mail, sender: EmailSender):
    for _ in range(3):
        await sender.send(LETTER)
    assert mail.connections == 1
    await asyncio.gather(*[sender.send(LETTER) for _ in range(20)])
    assert mail.connections <= 4
    assert len(mail.letters) == 23


@pytest.mark.parametrize(
    ("step", "reply", "result"),
    [
        ("li@example.com", "550 5.1.1 no such mailbox", Result(Outcome.ADDRESS_GONE, detail="SMTP_5.1.1")),
        ("li@example.com", "550 no", Result(Outcome.REJECTED, detail="SMTP_550")),
        ("li@example.com", "550 5.7.1 you are on a list", Result(Outcome.REJECTED, detail="SMTP_550")),
        ("li@example.com", "552 5.2.2 full", Result(Outcome.REJECTED, detail="SMTP_552")),
        ("li@example.com", "450 4.2.1 come back later", Result(Outcome.TRY_LATER, detail="SMTP_450")),
        ("MAIL", "451 4.3.0 busy", Result(Outcome.TRY_LATER, detail="SMTP_451")),
        ("MAIL", "553 5.7.1 not as this sender", Result(Outcome.LANE_CLOSED, detail="SMTP_553")),
        ("DATA", "554 5.6.0 not this", Result(Outcome.REJECTED, detail="SMTP_554")),
        ("DATA", "452 4.3.1 disk full", Result(Outcome.TRY_LATER, detail="SMTP_452")),
        ("DATA", "CUT", Result(Outcome.TRY_LATER, detail="CONNECTION_LOST")),
    ],
)
async def test_each_answer_has_one_meaning_and_the_next_letter_goes(
    mail: Mail, sender: EmailSender, step: str, reply: str, result: Result
):
    mail.replies[step] = [reply]
    assert await sender.send(LETTER) == result
    assert mail.letters == []
    assert (await sender.send(LETTER)).outcome is Outcome.ACCEPTED
    assert mail.connections == (2 if reply == "CUT" else 1)


async def test_who_signs_in_is_let_in_and_who_cannot_closes_the_lane(files: Certificates):
    async with smtp.serving(Mail(), files, password="right") as mail:
        for password, outcome in (("right", Outcome.ACCEPTED), ("wrong", Outcome.LANE_CLOSED)):
            sender = sender_to(mail, files, username="push", password=password)
            assert (await sender.send(LETTER)).outcome is outcome
            await sender.aclose()
    assert len(mail.letters) == 1


async def test_a_server_whom_we_do_not_trust_is_told_nothing(mail: Mail, files: Certificates):
    sender = sender_to(mail, files, ca_file=None)
    assert (await sender.send(LETTER)).outcome is Outcome.TRY_LATER
    assert mail.letters == []


async def test_nobody_at_the_other_end_is_a_reason_to_try_later(files: Certificates):
    sender = sender_to(Mail(port=9), files)
    assert await sender.send(LETTER) == Result(Outcome.TRY_LATER, detail="CONNECTION_LOST")


@pytest.mark.parametrize(
    "address", ["nobody", "li@example.com\r\nBcc: all@example.com", "li@example.com, wang@example.com", ""]
)
async def test_an_address_that_is_none_is_not_written_to(mail: Mail, sender: EmailSender, address: str):
    assert await sender.send(to(replace(MAILBOX, value=address))) == Result(Outcome.REJECTED, detail="MALFORMED")
    assert mail.connections == 0


async def test_a_head_of_two_lines_is_not_sent(mail: Mail, sender: EmailSender):
    assert (await sender.send(replace(LETTER, title="a\r\nBcc: all@example.com"))).detail == "MALFORMED"
    assert mail.connections == 0


async def test_what_would_come_too_late_is_not_sent(mail: Mail, sender: EmailSender):
    assert await sender.send(replace(LETTER, expires_at=NOW)) == Result(Outcome.REJECTED, detail="EXPIRED")
    assert mail.connections == 0


def test_the_way_out_stays_one_word_on_the_wire():
    address = f"https://api.example/opt-out/{'x' * 300}"
    made = EmailSender(host="h", port=1, sender="A <a@example.com>", now=lambda: NOW)
    letter = made._letter(replace(LETTER, unsubscribe=address), NOW)
    assert f"List-Unsubscribe: <{address}>\r\n".encode() in bytes(letter)

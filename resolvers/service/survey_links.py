"""Links by which a survey is answered without signing in: reading one changes nothing."""

from dataclasses import dataclass
from datetime import datetime

from models import Customer, SurveyGuest, SurveyInvitation, SurveyResponse, Viewer
from models.database import transaction
from models.viewer import Clock
from notifications.events import Event
from notifications.service.surveys import AboutSurvey
from resolvers import configured, signed_links
from resolvers.people.tokens import TokenInvalid
from resolvers.service import survey_answers
from resolvers.service.survey_answers import Given
from resolvers.service.surveys import Sheet, sheet_of
from rules.errors import NotFound
from rules.people.kinds import Locale
from rules.service.survey_answers import EDITED_WITHIN

AUDIENCE = "goodterms-survey"
_INVITATION, _GUEST = "invitation", "guest"


@dataclass(frozen=True, kw_only=True)
class LinkedSurvey:
    """What somebody is asked who follows a link, and where he stands; not what he answered before."""

    sheet: Sheet
    locale: Locale | None
    """The language he chose; None where nobody knows it."""
    lender: str
    ends_at: datetime
    answered_at: datetime | None

    @property
    def changeable_until(self) -> datetime | None:
        """Until when an answer can be changed; None before there is one."""
        return None if self.answered_at is None else self.answered_at + EDITED_WITHIN


def link_of_invitation(invitation_id: int, now: datetime) -> str:
    """Give the path of a customer's link. What it leads to ends; it does not, so that it can say so."""
    return _link(_INVITATION, invitation_id, now)


def link_of_guest(guest_id: int, now: datetime) -> str:
    """Give the path of the link that is handed to somebody."""
    return _link(_GUEST, guest_id, now)


def _link(kind: str, key: int, now: datetime) -> str:
    return f"/surveys/{signed_links.sign(AUDIENCE, f'{kind}:{key}', issued_at=now)}"


def link_of_message(event: Event, now: datetime) -> str | None:
    """Give the path that a text or an e-mail about a survey carries; None for any other event."""
    return link_of_invitation(event.invitation_id, now) if isinstance(event, AboutSurvey) else None


async def read(clock: Clock, token: str) -> LinkedSurvey:
    """Say what is asked, and where he stands; nothing changes. Raises `TokenInvalid`, `NotFound`."""
    kind, key = _read(clock, token)
    return await (_of_guest(key) if kind == _GUEST else _of_customer(key))


async def answer(clock: Clock, token: str, given: Given) -> LinkedSurvey:
    """Answer, or replace what was answered within a day.

    Raises `TokenInvalid`, `NotFound`, `NotPossibleNow`, `SurveyOver`, `AnswerKept`, `AnswerNotTaken`.
    """
    kind, key = _read(clock, token)
    async with transaction(Viewer.house(clock), "answer_survey_by_link") as unit:
        if kind == _GUEST:
            await survey_answers.write_guest(unit, key, given)
            return await _of_guest(key)
        await survey_answers.write(unit, key, given, is_by_link=True)
        return await _of_customer(key)


def _read(clock: Clock, token: str) -> tuple[str, int]:
    kind, _, number = signed_links.read(token, AUDIENCE, clock.now(), must_end=False).partition(":")
    if kind not in (_INVITATION, _GUEST) or not number.isdecimal():
        raise TokenInvalid
    return kind, int(number)


async def _of_customer(invitation_id: int) -> LinkedSurvey:
    invitation = await SurveyInvitation.get_or_none(id=invitation_id)
    if invitation is None or invitation.ends_at is None:
        raise NotFound
    response = await SurveyResponse.get_or_none(invitation_id=invitation.id)
    return LinkedSurvey(
        sheet=await sheet_of(invitation.version_id),
        locale=(await Customer.get(id=invitation.customer_id)).locale,
        lender=configured().lender_name,
        ends_at=invitation.ends_at,
        answered_at=None if response is None else response.created_at,
    )


async def _of_guest(guest_id: int) -> LinkedSurvey:
    guest = await SurveyGuest.get_or_none(id=guest_id)
    if guest is None:
        raise NotFound
    return LinkedSurvey(
        sheet=await sheet_of(guest.version_id),
        locale=None,
        lender=configured().lender_name,
        ends_at=guest.ends_at,
        answered_at=guest.answered_at,
    )

"""Handing a link to somebody who need not be a customer, such as a visitor of an event."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from models import Branch, Survey, SurveyGuest, SurveyVersion, Viewer, blind_index
from models.database import locked, one_at_a_time, transaction
from notifications import configured
from resolvers.service import survey_links
from resolvers.service.surveys import ENDED
from rules.errors import NotFound
from rules.notifications.email_addresses import parse_email
from rules.people.access import IN_CHARGE, MARKETERS
from rules.people.phones import parse_phone
from rules.service.survey_invitations import check_address, check_links
from rules.service.surveys import SurveyOccasion
from rules.states import NotPossibleNow

INVITERS = IN_CHARGE | MARKETERS
_A_DAY = timedelta(days=1)


@dataclass(frozen=True)
class SurveyLink:
    """A link for one person."""

    url: str
    ends_at: datetime


async def invite(viewer: Viewer, *, survey_id: int, address: str, branch_id: int | None = None) -> SurveyLink:
    """Give a link for whoever has an e-mail address or a phone, to hand it to him. Of the address, a keyed hash is kept.

    Whether it is a customer's is neither looked at nor told. Raises `NotFound`, also for a branch of others, `NotPossibleNow`
    for a survey that is not asked by links, or not at all, `EmailInvalid`, `PhoneInvalid`, `LinksSpent`, `InvitedLately`.
    """
    assert viewer.role in INVITERS, "links are handed out by staff in charge and marketers"
    written = parse_email(address).lower() if "@" in address else parse_phone(address)
    index = blind_index(f"survey {written}")
    async with transaction(viewer, "invite_to_survey") as unit:
        survey = await locked(Survey, viewer, survey_id)
        if survey.ended_at is not None:
            raise NotPossibleNow(current=ENDED)
        version = await SurveyVersion.get_or_none(survey_id=survey.id, is_current=True)
        if version is None or survey.occasion is not SurveyOccasion.INVITED:
            raise NotPossibleNow(current=survey.occasion if version is not None else "PROPOSED")
        await _check_branch(viewer, branch_id)
        for name in sorted((f"survey links of {viewer.actor}", f"survey links to {index}")):
            await one_at_a_time(name)
        mine = SurveyGuest.filter(invited_by_id=viewer.staff_id, created_at__gt=unit.now - _A_DAY)
        check_links(await mine.count())
        last = await SurveyGuest.filter(address_index=index).order_by("-id").first()
        check_address(unit.now, None if last is None else last.created_at)
        unit.subject = guest = await SurveyGuest.create(
            survey_id=survey.id,
            version_id=version.id,
            branch_id=branch_id,
            invited_by_id=viewer.staff_id,
            address_index=index,
            ends_at=unit.now + timedelta(days=version.open_days),
        )
        return SurveyLink(configured().public_url + survey_links.link_of_guest(guest.id, unit.now), guest.ends_at)


async def _check_branch(viewer: Viewer, branch_id: int | None) -> None:
    """Let staff in charge invite for a branch of theirs, and a marketer for any or for the whole house. Raises `NotFound`."""
    if viewer.role in IN_CHARGE and branch_id not in viewer.branch_ids:
        raise NotFound
    if branch_id is not None and not await Branch.exists(id=branch_id):
        raise NotFound

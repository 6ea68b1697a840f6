"""Asking whoever was drawn, once it is time: looked at again then, when he is reminded, and when the message leaves."""

from datetime import datetime, timedelta

from models import Clock, Customer, SurveyInvitation, SurveyVersion, Viewer
from models.database import Unit, locked, transaction
from models.service.survey_looks import Looked, look_at
from notifications import SurveyAsked, SurveyReminded, outbox
from rules.notifications.deliveries import DeliveryReason
from rules.service.survey_invitations import (
    A_YEAR,
    SURVEY_INVITATION_MOVES,
    Look,
    SurveyInvitationStatus,
    SurveySkip,
    why_not,
)


async def run_surveys(clock: Clock) -> int:
    """Ask, let be or remind one customer for whom it is time; gives 1, or 0 if it is time for nobody.

    Any number of processes may do so at once: each locks the customer first, so that two surveys do not ask him together.
    """
    due = await _due(clock.now())
    if due is None:
        return 0
    async with transaction(Viewer.house(clock), "ask_survey") as unit:
        await locked(Customer, unit.viewer, due.customer_id)
        unit.subject = invitation = await locked(SurveyInvitation, unit.viewer, due.id)
        if invitation.status is SurveyInvitationStatus.WAITING and invitation.due_at <= unit.now:
            await _ask(unit, invitation)
        elif invitation.status is SurveyInvitationStatus.SENT and _is_reminded(invitation, unit.now):
            await _remind(unit, invitation)
    return 1


async def _due(now: datetime) -> SurveyInvitation | None:
    waiting = SurveyInvitation.filter(status=SurveyInvitationStatus.WAITING, due_at__lte=now)
    asked = SurveyInvitation.filter(status=SurveyInvitationStatus.SENT, remind_at__lte=now)
    return await waiting.order_by("due_at", "id").first() or await asked.order_by("remind_at", "id").first()


def _is_reminded(invitation: SurveyInvitation, now: datetime) -> bool:
    return invitation.remind_at is not None and invitation.remind_at <= now


async def _ask(unit: Unit, invitation: SurveyInvitation) -> None:
    version = await SurveyVersion.get(id=invitation.version_id)
    asked = SurveyInvitation.filter(customer_id=invitation.customer_id, sent_at__gt=unit.now - A_YEAR)
    look = _look(await look_at(invitation.id), [row.sent_at async for row in asked if row.sent_at is not None])
    reason = why_not(version.kind, version.terms, unit.now, look)
    to = SurveyInvitationStatus.SENT if reason is None else SurveyInvitationStatus.SKIPPED
    SURVEY_INVITATION_MOVES.check(invitation.status, to, unit.viewer.role)
    invitation.status, invitation.skipped_because = to, reason
    if reason is None:
        invitation.sent_at = unit.now
        invitation.ends_at = ends_at = unit.now + timedelta(days=version.open_days)
        if version.remind_after_days is not None:
            invitation.remind_at = unit.now + timedelta(days=version.remind_after_days)
        told = SurveyAsked(customer_id=invitation.customer_id, invitation_id=invitation.id, ends_at=ends_at)
        await outbox.record(told)
    await invitation.save(update_fields=["status", "skipped_because", "sent_at", "ends_at", "remind_at"])


async def _remind(unit: Unit, invitation: SurveyInvitation) -> None:
    """Ask again, unless something speaks against it now, or the time to answer went by; either way it is done with."""
    assert invitation.ends_at is not None, "it was sent"
    invitation.remind_at = None
    await invitation.save(update_fields=["remind_at"])
    if unit.now < invitation.ends_at and await _why_not_now(invitation, unit.now) is None:
        told = SurveyReminded(
            customer_id=invitation.customer_id, invitation_id=invitation.id, ends_at=invitation.ends_at
        )
        await outbox.record(told)


async def _why_not_now(invitation: SurveyInvitation, now: datetime) -> SurveySkip | None:
    """Say what speaks against it that did not when he was asked."""
    version = await SurveyVersion.get(id=invitation.version_id)
    return why_not(version.kind, version.terms, now, _look(await look_at(invitation.id), ()))


def _look(looked: Looked, asked_at: list[datetime] | tuple[()]) -> Look:
    return Look(
        is_ended=looked.is_ended,
        is_undone=looked.is_undone,
        holds=looked.holds,
        declined_at=looked.declined_at,
        asked_at=asked_at,
    )


async def why_stays(invitation_id: int, now: datetime) -> DeliveryReason | None:
    """Say why a message that asks does not leave now: he has answered since, or something speaks against it; None if not."""
    invitation = await SurveyInvitation.get(id=invitation_id)
    if invitation.status is not SurveyInvitationStatus.SENT:
        return DeliveryReason.DONE
    return None if await _why_not_now(invitation, now) is None else DeliveryReason.RESTRICTED

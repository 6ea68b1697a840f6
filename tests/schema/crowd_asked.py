"""Surveys that the crowd was asked, what it answered, and who is to be spoken with."""

from datetime import timedelta

import models
from models import Viewer
from resolvers.service import survey_follow_ups, survey_guests, surveys
from resolvers.service.survey_answers import Given, write_guest
from rules.service.survey_answers import Answer
from rules.service.survey_follow_ups import SurveyFollowUpOutcome
from rules.service.surveys import SurveyKind, SurveyOccasion
from tests import asking, make


async def ask(people: list[models.Customer], officers: list[models.Staff], boss: Viewer) -> None:
    """Each borrower scored his officer low and said why; one was spoken with; one was asked too lately; guests had links."""
    before = make.clock.moment
    form = await asking.survey(SurveyKind.CES, SurveyOccasion.CASE_CLOSED, asking.PAGES, cooldown_days=1)
    product = await models.Product.all().first()
    assert product is not None
    for number, (customer, officer) in enumerate(zip(people, officers, strict=True)):
        invitation = await asking.drawn(form, customer, staff_id=officer.id)
        async with make.unit() as unit:  # Whatever they owe meanwhile: they were asked before.
            asked = {"status": "SENT", "sent_at": unit.now, "remind_at": unit.now + timedelta(days=3)}
            ends_at = unit.now + timedelta(days=14)
            await models.SurveyInvitation.filter(id=invitation.id).update(
                **asked, ends_at=ends_at, product_id=product.id
            )
        answers = [Answer(question=1, number=3), Answer(question=2, number=1), Answer(question=3, text="没人接电话。")]
        for _ in range(2):
            await asking.answered(invitation, score=2, comment="等了三个星期。", answers=answers)
        if number == 0:
            follow_up = await models.SurveyFollowUp.get(customer_id=customer.id)
            spoken = {"outcome": SurveyFollowUpOutcome.SPOKEN, "words": "他接受了道歉。"}
            await survey_follow_ups.complete(boss, follow_up_id=follow_up.id, **spoken)
        await asking.asked(form, customer, subject_id=2)
    await asking.proposed(SurveyKind.NPS, pages=asking.PAGES)
    await surveys.end_survey(boss, survey_id=(await asking.survey()).id)
    await _hand_out(people, boss)
    make.clock.moment = before


async def _hand_out(people: list[models.Customer], boss: Viewer) -> None:
    handed_out = await asking.survey(SurveyKind.CSAT, SurveyOccasion.INVITED)
    for customer in people:
        address = f"visitor{customer.id}@example.com"
        told = {"survey_id": handed_out.id, "address": address, "branch_id": customer.branch_id}
        await survey_guests.invite(boss, **told)
    guest = await models.SurveyGuest.all().order_by("id").first()
    assert guest is not None
    async with make.unit() as unit:
        await write_guest(unit, guest.id, Given(score=4, comment="会场很好找。"))

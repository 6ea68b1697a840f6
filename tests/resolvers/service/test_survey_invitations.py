"""Who is drawn: on what really happens, by chance that nobody chooses, once an occasion."""

from datetime import timedelta

import pytest

from models import Application, Loan, Registration, SurveyInvitation
from models.database.statements import counted
from resolvers.loyalty import callbacks, named_officers, registrations
from resolvers.service import surveys
from resolvers.service.survey_invitations import occasion
from rules.loyalty.callbacks import CallbackOutcome
from rules.people.access import Role
from rules.service.survey_invitations import SurveyInvitationStatus
from rules.service.surveys import SurveyKind, SurveyOccasion
from tests import asking, calling, inviting, make


async def only(survey) -> SurveyInvitation:
    return await SurveyInvitation.get(survey_id=survey.id)


async def test_a_decision_is_an_occasion_about_its_product_and_who_decided(db):
    survey = await asking.survey(occasion=SurveyOccasion.APPLICATION_DECIDED)
    product = await make.product()
    contract = await make.contract(await make.customer(), product=product)
    assert not await SurveyInvitation.exists()
    await make.deliver()
    drawn, application = await only(survey), await Application.get(id=contract.application_id)
    assert (drawn.subject, drawn.customer_id) == (application.id, application.customer_id)
    assert (drawn.status, drawn.product_id) == (SurveyInvitationStatus.WAITING, product.id)
    assert drawn.about_id is not None
    assert drawn.due_at == make.clock.now() + timedelta(hours=1)


async def test_a_payout_and_a_settlement_are_occasions(db):
    paid_out = await asking.survey(SurveyKind.CES, SurveyOccasion.LOAN_DISBURSED)
    settled = await asking.survey(SurveyKind.NPS, SurveyOccasion.LOAN_SETTLED)
    loan = await make.loan()
    await make.deliver()
    assert (await only(paid_out)).subject == loan.id
    assert not await SurveyInvitation.filter(survey_id=settled.id).exists()
    await make.overpaid(loan)
    await make.deliver()
    drawn = await only(settled)
    assert (drawn.subject, drawn.about_id) == (loan.id, None)
    assert drawn.product_id == (await only(paid_out)).product_id is not None


async def test_a_loan_settled_out_of_a_new_one_is_none(db):
    await asking.survey(SurveyKind.NPS, SurveyOccasion.LOAN_SETTLED)
    await make.refinanced(await make.loan())
    await make.deliver()
    assert await Loan.filter(status="CLOSED").count() == 1
    assert not await SurveyInvitation.exists()


async def test_being_checked_in_is_an_occasion(db):
    survey = await asking.survey(occasion=SurveyOccasion.EVENT_ATTENDED)
    event = await inviting.event()
    registration = await inviting.registered(event)
    make.clock.moment = event.starts_at
    await registrations.check_in(await make.officer_of(registration.customer_id), code=registration.code)
    drawn = await only(survey)
    assert (drawn.subject, drawn.customer_id, drawn.about_id) == (registration.id, registration.customer_id, None)
    assert (await Registration.get()).status == "ATTENDED"


async def called_back(outcome: CallbackOutcome = CallbackOutcome.REACHED):
    branch, (officer,) = await calling.staffed()
    customer = await calling.customer_in(branch)
    booked = await callbacks.book(make.viewer(customer), starts_at=calling.at(17, 9))
    make.clock.moment = booked.starts_at
    clerk = await make.signed_in(officer)
    return await callbacks.complete(clerk, callback_id=booked.id, outcome=outcome)


@pytest.mark.parametrize("outcome", CallbackOutcome)
async def test_being_called_back_is_an_occasion_about_who_called_whatever_he_says_of_it(db, outcome):
    survey = await asking.survey()
    callback = await called_back(outcome)
    drawn = await only(survey)
    assert (drawn.subject, drawn.about_id) == (callback.id, callback.completed_by_id)


async def test_a_case_is_an_occasion_about_whom_its_resolver_names(db):
    survey, officer = await asking.survey(occasion=SurveyOccasion.CASE_CLOSED), await make.staff()
    drawn = await asking.drawn(survey, subject_id=7, staff_id=officer.id)
    assert (drawn.subject, drawn.about_id, drawn.product_id) == (7, officer.id, None)


async def test_where_nobody_else_is_known_it_is_about_his_own_officer(db):
    survey = await asking.survey(occasion=SurveyOccasion.CASE_CLOSED)
    branch, (officer,) = await calling.staffed()
    customer = await calling.customer_in(branch, await make.tier(2, grants_named_officer=True))
    boss = await make.signed_in(await make.staff(role=Role.MANAGER, branches=[branch]))
    await named_officers.assign_officer(boss, customer_id=customer.id, staff_id=officer.id)
    assert (await asking.drawn(survey, customer)).about_id == officer.id


async def test_the_same_again_draws_the_same_and_another_time_is_another(db):
    survey, customer = await asking.survey(occasion=SurveyOccasion.CASE_CLOSED), await make.customer()
    first = await asking.drawn(survey, customer)
    make.clock.moment += timedelta(days=1)
    assert await asking.drawn(survey, customer) == first
    assert (await SurveyInvitation.get()).due_at == first.due_at
    await asking.drawn(survey, customer, subject_id=2)
    assert await SurveyInvitation.all().count() == 2


async def test_of_a_sample_the_same_people_are_drawn_however_often_one_asks(db):
    survey = await asking.survey(occasion=SurveyOccasion.CASE_CLOSED, sample_percent=40)
    customer = await make.customer()
    rounds = []
    for _ in range(2):
        for number in range(1, 61):
            async with make.unit() as unit:
                await occasion(unit, SurveyOccasion.CASE_CLOSED, customer.id, number)
        rounds.append(sorted(await SurveyInvitation.filter(survey_id=survey.id).values_list("subject", flat=True)))
    assert 10 < len(rounds[0]) < 40
    assert rounds[0] == rounds[1]


async def test_nobody_is_drawn_for_what_is_only_proposed_or_has_ended(db):
    await asking.proposed(occasion=SurveyOccasion.CASE_CLOSED)
    ended = await asking.survey(occasion=SurveyOccasion.CASE_CLOSED)
    await surveys.end_survey(await asking.manager(), survey_id=ended.id)
    customer = await make.customer()
    async with make.unit() as unit:
        await occasion(unit, SurveyOccasion.CASE_CLOSED, customer.id, 1)
    assert not await SurveyInvitation.exists()


async def test_what_happens_and_is_not_committed_draws_nobody(db):
    await asking.survey(occasion=SurveyOccasion.CASE_CLOSED)
    customer = await make.customer()
    with pytest.raises(ZeroDivisionError):
        async with make.unit() as unit:
            await occasion(unit, SurveyOccasion.CASE_CLOSED, customer.id, 1)
            raise ZeroDivisionError
    assert not await SurveyInvitation.exists()


async def test_telling_costs_a_statement_more_for_all_that_is_told_where_nobody_is_drawn(db):
    statements = []
    for count in (1, 3):
        for _ in range(count):
            await make.loan()
        with counted() as taken:
            await make.deliver()
        statements.append(sum('"survey_version"' in each for each in taken))
        assert not any('"survey_invitation"' in each for each in taken)
    assert statements == [1, 1]

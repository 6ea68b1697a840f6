import asyncio
from datetime import date, timedelta
from decimal import Decimal

import pytest

from models import Fee, Product, ProductVersion, Staff, Viewer
from resolvers.products.products import NewFee, approve_product, decline_product, propose_product
from resolvers.products.quotes import quote
from rules.errors import NotFound
from rules.loans.schedule_previews import CostAboveCap
from rules.money import Money
from rules.people.staff import SamePerson
from rules.products.currencies import CurrencyUnsupported
from rules.products.fees import FeeNotAllowed, FeesTooHigh
from rules.products.holidays import (
    RegionUnknown,
)
from rules.products.kinds import ExcessRule, FeeKind, Frequency, GraceKind, HolidayRule, RepaymentMethod, Rounding
from rules.products.product_checks import FeesAlike, LimitsContradict, OrderIncomplete, RateContradicts, VersionsOverlap
from rules.products.product_limits import ProductUnsound
from rules.products.repricing import RateType, ReferenceRateMissing, RepricingRule
from rules.products.schedule_checks import DueDayMismatch, GraceTooLong, MethodMismatch
from rules.products.states import ProposalStatus
from rules.states import NotPossibleNow
from tests import make

TODAY, TOMORROW = make.TODAY, make.TODAY + timedelta(days=1)


@pytest.fixture
async def managers(db) -> tuple[Viewer, Viewer]:
    return await make.two_managers()


@pytest.fixture
async def product(managers) -> Product:
    return await make.product()


def fee(kind: FeeKind = FeeKind.UPFRONT, **terms: object) -> NewFee:
    return NewFee(kind, "费用", "Fee", **terms)


async def test_a_new_product_is_offered_once_another_approved_it(managers):
    first, second = managers
    version = await propose_product(first, **make.terms("NEW", valid_from=TODAY))
    made = await Product.get(code="NEW")
    assert (version.status, version.is_current, made.is_offered) == (ProposalStatus.PROPOSED, False, False)
    with pytest.raises(NotFound):
        await quote(first, made.id, Money(Decimal(1000), "CNY"), 12)
    approved = await approve_product(second, version_id=version.id)
    assert (approved.status, approved.is_current) == (ProposalStatus.APPROVED, True)
    assert (await quote(first, made.id, Money(Decimal(1000), "CNY"), 12)).annual_rate == Decimal("0.0435")


async def test_terms_begin_on_their_day_and_those_who_signed_keep_theirs(managers, product):
    first, second = managers
    loan = await make.loan(product=product)
    changed = make.terms(product.code, valid_from=TODAY + timedelta(days=2), annual_rate=Decimal("0.0600"))
    version = await propose_product(first, **changed)
    await approve_product(second, version_id=version.id)
    for day, rate in ((0, "0.0435"), (1, "0.0435"), (2, "0.0600"), (3, "0.0600")):
        await make.pass_until(TODAY + timedelta(days=day))
        quoted = await quote(first, product.id, Money(Decimal(1000), "CNY"), 12)
        assert quoted.annual_rate == Decimal(rate), day
    old, new = await ProductVersion.filter(product_id=product.id).order_by("number")
    assert (old.is_current, old.valid_to, new.is_current, new.valid_to) == (False, new.valid_from, True, None)
    assert loan.product_version_id == old.id


async def test_the_same_person_decides_nothing_also_by_another_account(managers, product):
    first, second = managers
    version = await propose_product(first, **make.terms(product.code, valid_from=TOMORROW))
    customer = await make.customer()
    await Staff.filter(id__in=[first.staff_id, second.staff_id]).update(customer_id=customer.id)
    before = await make.everything()
    for viewer in managers:
        for decide in (approve_product, decline_product):
            with pytest.raises(SamePerson):
                await decide(viewer, version_id=version.id)
    assert await make.everything() == before


async def test_terms_and_fees_are_for_staff_until_they_are_approved_and_for_everybody_then(managers, product):
    first, second = managers
    customer = make.viewer(await make.customer())
    proposed, declined = [
        await propose_product(first, **make.terms(product.code, valid_from=day, fees=make.EVERY_TERM["fees"]))
        for day in (TOMORROW, TOMORROW + timedelta(days=1))
    ]
    await decline_product(second, version_id=declined.id)

    async def seen(viewer: Viewer) -> list[tuple[int, int]]:
        """The versions, and the fees of each, that a viewer sees."""
        visible = await ProductVersion.visible_to(viewer).filter(id__in=[proposed.id, declined.id]).order_by("id")
        return [(each.id, await Fee.visible_to(viewer).filter(product_version_id=each.id).count()) for each in visible]

    assert await seen(first) == [(proposed.id, 2), (declined.id, 2)]
    for viewer in (customer, make.visitor()):
        assert await seen(viewer) == []
        assert not await Fee.visible_to(viewer).filter(product_version_id=proposed.id).exists()
    await approve_product(second, version_id=proposed.id)
    for viewer in (customer, make.visitor()):
        assert await seen(viewer) == [(proposed.id, 2)]


async def test_what_is_decided_stays_decided(managers, product):
    first, second = managers
    version = await propose_product(first, **make.terms(product.code, valid_from=TOMORROW))
    answers = await asyncio.gather(
        *(approve_product(second, version_id=version.id) for _ in range(4)), return_exceptions=True
    )
    assert sorted(type(answer).__name__ for answer in answers) == ["NotPossibleNow"] * 3 + ["ProductVersion"]
    with pytest.raises(NotPossibleNow):
        await decline_product(second, version_id=version.id)
    with pytest.raises(NotFound):
        await approve_product(second, version_id=999_999)


async def test_a_proposal_that_waited_too_long_holds_from_the_day_it_is_approved(managers, product):
    first, second = managers
    version = await propose_product(first, **make.terms(product.code, valid_from=TOMORROW))
    await make.pass_until(TODAY + timedelta(days=5))
    approved = await approve_product(second, version_id=version.id)
    assert (approved.is_current, approved.valid_from) == (True, TODAY + timedelta(days=5))


@pytest.mark.parametrize(
    ("changed", "refusal"),
    [
        ({"min_amount": Decimal("300000.00")}, LimitsContradict),
        ({"min_term": 37}, LimitsContradict),
        ({"currency": "JPY"}, CurrencyUnsupported),
        ({"min_amount": Decimal("1250.00"), "annual_rate": Decimal("0.24"), "max_term": 360}, ProductUnsound),
        (
            {
                "method": RepaymentMethod.EQUAL_PRINCIPAL,
                "annual_rate": Decimal(0),
                "rounding": Rounding.UNIT,
                "min_amount": Decimal("100.00"),
                "min_term": 60,
                "max_term": 100,
            },
            ProductUnsound,
        ),
        ({"fees": [fee(rate=Decimal("0.20"))], "max_annual_cost": Decimal("0.24")}, CostAboveCap),
        ({"due_day_is_chosen": True, "frequency": Frequency.WEEKLY}, DueDayMismatch),
        ({"fees": [fee(amount=Decimal("200.00"))], "max_annual_cost": Decimal("0.24")}, CostAboveCap),
        ({"fees": [fee(rate=Decimal(1))]}, FeesTooHigh),
        ({"fees": [fee(amount=Decimal("-1.00"))]}, FeeNotAllowed),
        ({"fees": [fee(FeeKind.PREPAYMENT, amount=Decimal("5.00"))]}, FeeNotAllowed),
        ({"fees": [fee(rate=Decimal("0.01")), fee(rate=Decimal("0.02"))]}, FeesAlike),
        ({"allocation_order": "COSTS,INTEREST,PRINCIPAL"}, OrderIncomplete),
        ({"allocation_order": "COSTS,COSTS,INTEREST,PRINCIPAL"}, OrderIncomplete),
        ({"rate_type": RateType.FLOATING}, RateContradicts),
        ({"reference_rate": "LPR5Y"}, RateContradicts),
        (
            {"rate_type": RateType.FLOATING, "reference_rate": "NONE", "repricing": RepricingRule.NEW_YEAR},
            ReferenceRateMissing,
        ),
        ({"grace_periods": 3}, GraceTooLong),
        ({"grace_periods": 1, "method": RepaymentMethod.BULLET}, MethodMismatch),
        ({"method": RepaymentMethod.IRREGULAR}, MethodMismatch),
        ({"step_share": Decimal("0.05")}, MethodMismatch),
        ({"due_day": 5, "frequency": Frequency.WEEKLY}, DueDayMismatch),
        ({"holiday_rule": HolidayRule.NEXT, "holiday_region": "XX"}, RegionUnknown),
        ({"valid_from": TODAY}, VersionsOverlap),
        ({"valid_from": TODAY - timedelta(days=1)}, VersionsOverlap),
    ],
)
async def test_terms_that_cannot_be_are_refused_and_nothing_is_kept(managers, product, changed, refusal):
    before = await make.everything()
    with pytest.raises(refusal):
        await propose_product(managers[0], **make.terms(product.code, **({"valid_from": TOMORROW} | changed)))
    assert await make.everything() == before


async def test_two_versions_of_one_day_are_approved_once(managers, product):
    first, second = managers
    both = [await propose_product(first, **make.terms(product.code, valid_from=TOMORROW)) for _ in range(2)]
    await approve_product(second, version_id=both[0].id)
    before = await make.everything()
    with pytest.raises(VersionsOverlap) as refused:
        await approve_product(second, version_id=both[1].id)
    assert refused.value.earliest == TOMORROW + timedelta(days=1)
    assert await make.everything() == before


async def test_every_term_reaches_the_figures(managers, product):
    first, second = managers
    changed = {
        "method": RepaymentMethod.STEP_UP,
        "step_share": Decimal("0.02"),
        "step_every": 6,
        "rounding": Rounding.UNIT,
        "grace_periods": 1,
        "grace_kind": GraceKind.PRINCIPAL,
        "due_day": 5,
        "excess": ExcessRule.CREDIT,
        "fees": [
            fee(rate=Decimal("0.01"), amount=Decimal("20.00")),
            fee(FeeKind.FINANCED, rate=Decimal("0.02")),
            fee(FeeKind.PERIODIC, amount=Decimal("2.00")),
            fee(FeeKind.PREPAYMENT, rate=Decimal("0.03"), until_months=6),
        ],
    }
    version = await propose_product(first, **make.terms(product.code, valid_from=TOMORROW, **changed))
    await approve_product(second, version_id=version.id)
    await make.pass_until(TOMORROW)
    shown = await quote(first, product.id, Money(Decimal("10000.00"), "CNY"), 12)
    assert [each.amount for each in shown.fees] == [Decimal("120.00"), Decimal("200.00"), Decimal("24.00"), 0]
    assert shown.received == Decimal("9880.00")
    assert (shown.lines[0].due_on, shown.lines[0].principal, shown.lines[0].costs) == (date(2026, 4, 5), 0, 2)
    assert sum(line.principal for line in shown.lines) == Decimal("10200.00")
    loan = await make.loan(product=product, amount="10000.00")
    assert (loan.principal, loan.outstanding) == (Decimal("10200.00"), Decimal("10200.00"))
    assert await Fee.filter(product_version_id=version.id).count() == 4


async def test_terms_are_tried_out_again_when_they_are_approved(managers, product):
    first, second = managers
    await make.reference_rate("LPR", TODAY, "0.0300")
    floats = {"rate_type": RateType.FLOATING, "reference_rate": "LPR", "repricing": RepricingRule.NEW_YEAR}
    capped = make.terms(product.code, valid_from=TOMORROW, max_annual_cost=Decimal("0.05"), **floats)
    version = await propose_product(first, **capped)
    await make.reference_rate("LPR", TOMORROW, "0.3000")
    before = await make.everything()
    with pytest.raises(CostAboveCap):
        await approve_product(second, version_id=version.id)
    assert await make.everything() == before


async def test_new_terms_do_not_offer_again_what_was_withdrawn(managers, product):
    first, second = managers
    await Product.filter(id=product.id).update(is_offered=False)
    version = await propose_product(first, **make.terms(product.code, valid_from=TOMORROW))
    await approve_product(second, version_id=version.id)
    await make.pass_until(TOMORROW)
    assert (await ProductVersion.get(id=version.id)).is_current
    assert not (await Product.get(id=product.id)).is_offered


async def test_only_a_prepayments_fee_has_an_age(managers, product):
    before = await make.everything()
    with pytest.raises(FeeNotAllowed):
        terms = make.terms(product.code, valid_from=TOMORROW, fees=[fee(rate=Decimal("0.01"), until_months=6)])
        await propose_product(managers[0], **terms)
    assert await make.everything() == before


async def test_of_several_at_once_for_one_day_one_is_kept_and_the_others_are_told(managers, product):
    first, second = managers
    proposed = [await propose_product(first, **make.terms(product.code, valid_from=TOMORROW)) for _ in range(4)]
    decisions = [approve_product(second, version_id=version.id) for version in proposed]
    answers = await asyncio.gather(*decisions, return_exceptions=True)
    assert sorted(type(each).__name__ for each in answers) == ["ProductVersion"] + ["VersionsOverlap"] * 3

"""Two years of good terms: from bronze to gold by paying on time, and what comes of that, and slowly back again."""

from datetime import date
from decimal import Decimal

import models
from jobs.verify import verify
from tests import make
from tests.journeys.client import Person, World, do, own, read, second_manager, yuan
from tests.journeys.test_referrals import TERMS

STANDARD = Decimal("0.0435")
PHONE, FRIEND = "139 0000 0061", "139 0000 0062"
LEVELS = [
    {"code": "BASIC", "nameZh": "铜卡会员", "nameEn": "Bronze", "threshold": 0},
    {"code": "SILVER", "nameZh": "银卡会员", "nameEn": "Silver", "threshold": 60, "rateDiscountBp": 5},
    {
        "code": "GOLD",
        "nameZh": "金卡会员",
        "nameEn": "Gold",
        "threshold": 100,
        "rateDiscountBp": 20,
        "feeWaiverPercent": 50,
    },
]
VOUCHER = {
    "kind": "INTEREST_VOUCHER",
    "nameZh": "利息抵扣券",
    "nameEn": "Interest voucher",
    "termsZh": "可抵扣一笔贷款的利息。",
    "termsEn": "It pays interest of one loan.",
    "pricePoints": 50,
    "cost": yuan("5.00"),
    "worth": yuan("5.00"),
    "usableDays": 90,
    "stock": 1,
    "minimumRank": 2,
    "validFrom": make.TODAY.isoformat(),
}


async def decided(world: World, what: str, terms: dict, field: str, asked: str) -> dict:
    """Let one manager propose something, and another approve it."""
    proposed = (await do(await world.sign_in_staff("manager"), f"staff/propose-{what}", **terms))[field]
    approved = await do(await second_manager(world), f"staff/approve-{what}", **{asked: proposed["id"]})
    assert approved[field]["status"] == "APPROVED", approved
    return dict(approved[field])


async def standing(world: World) -> dict:
    """How she stands with her level."""
    customer = await world.sign_in_by_phone(PHONE)
    return await do(customer, "everybody/tier-standing", customerId=(await own(customer))["id"])


async def level(world: World) -> str:
    return str((await standing(world))["tier"]["name"])


async def pay_what_is_due(world: World, loan_id: str) -> str:
    """Pay the installment whose day has come, in time; gives what became of the loan."""
    first = await models.Installment.filter(is_open=True).order_by("due_on").first()
    assert first is not None
    await make.pass_until(first.due_on)
    amount = first.principal + first.interest - first.paid_interest
    customer = await world.sign_in_by_phone(PHONE)
    paid = await do(customer, "customers/repay", loanId=loan_id, amount=yuan(str(amount)), key=f"pay-{first.number}")
    assert paid["__typename"] == "RepaySuccess", paid
    return str((await models.Loan.get()).status)


async def quoted(person: Person, product_id: str) -> dict:
    return await do(person, "customers/quote", productId=product_id, amount=yuan("10000.00"), term=12)


async def balance(world: World) -> int:
    points = await read(await world.sign_in_by_phone(PHONE), "customers/points")
    return int(points["customer"]["points"]["balance"])


async def test_from_bronze_to_gold_and_slowly_back(world: World):
    products = await world.visitor().ask("query { products { id code } }")
    (easy,) = [each["id"] for each in products["products"] if each["code"] == "EASY"]
    policy = {"productId": easy, "validFrom": make.TODAY.isoformat(), "floor": "0.0300"}
    await decided(world, "tier-plan", {"validFrom": make.TODAY.isoformat(), "levels": LEVELS}, "tierPlan", "planId")
    await decided(world, "rate-discount-policy", policy, "rateDiscountPolicy", "policyId")
    reward = await decided(world, "reward", VOUCHER, "reward", "rewardId")
    await decided(world, "referral-programme", TERMS, "referralProgramme", "programmeId")
    customer, _, _, loan_id = await world.with_loan(PHONE, term=12)
    await make.pass_until(date(2026, 3, 17))
    begun = await standing(world)
    assert (begun["tier"]["name"], begun["missingPoints"]) == ("Bronze", 60)
    assert "60" in begun["missing"]
    customer = await world.sign_in_by_phone(PHONE)
    code = (await do(customer, "customers/make-referral-code", customerId=(await own(customer))["id"]))["referralCode"]
    before = await quoted(customer, easy)
    assert (Decimal(before["annualRate"]), before["discountBp"], before["discountReason"]) == (STANDARD, 0, None)

    # Six in time make silver, ten make gold: once the payments are final, two weeks later, as the points can be spent.
    for _ in range(6):
        await pay_what_is_due(world, loan_id)
    await _bring_a_friend(world, code["code"])
    await make.pass_until(date(2026, 10, 1))
    assert await level(world) == "Silver"
    await pay_what_is_due(world, loan_id)
    await _friend_is_paid_for(world)
    for _ in range(3):
        await pay_what_is_due(world, loan_id)
    await make.pass_until(date(2027, 1, 31))
    assert await level(world) == "Gold"
    gold = await quoted(await world.sign_in_by_phone(PHONE), easy)
    assert (Decimal(gold["annualRate"]), Decimal(gold["standardRate"])) == (Decimal("0.0415"), STANDARD)
    assert gold["discountBp"] == 20
    assert "Gold" in gold["discountReason"]
    assert (gold["feeWaiverPercent"], gold["feeWaiverReason"]) == (50, "Gold")
    assert [Decimal(gold[each]["amount"]) for each in ("feesWaived", "totalFees")] == [50, 50]
    assert (before["feeWaiverPercent"], Decimal(before["totalFees"]["amount"])) == (0, 100)
    assert Decimal(gold["totalInterest"]["amount"]) < Decimal(before["totalInterest"]["amount"])

    await _spend(world, reward["id"], loan_id)
    for _ in range(2):
        status = await pay_what_is_due(world, loan_id)
    assert status == "CLOSED"

    # Nothing is earned any more: a notice, a year's end, ninety days of grace, and one level down, not two.
    end = date(2028, 1, 30)
    assert (await standing(world))["validTo"] == end.isoformat()
    await make.pass_until(date(2027, 12, 2))
    told = await models.OutboxEvent.filter(kind="TierEnding").count()
    assert told == 1
    ending = await standing(world)
    assert (ending["tier"]["name"], ending["pointsToKeep"]) == ("Gold", 80), "two installments of the year count"
    await make.pass_until(date(2028, 4, 28))
    assert await level(world) == "Gold", "the days of grace are not over"
    await make.pass_until(date(2028, 5, 1))
    assert await level(world) == "Silver"
    assert (await quoted(await world.sign_in_by_phone(PHONE), easy))["discountBp"] == 5
    assert await verify() == []


async def _bring_a_friend(world: World, code: str) -> None:
    """A friend signs up by the code, and says who he is."""
    friend = await world.sign_in_by_phone(FRIEND)
    assert (await do(friend, "customers/use-referral-code", code=code))["__typename"] == "UseReferralCodeSuccess"
    await do(friend, "customers/give-identity", name="赵小明", identityNumber=make.identity_number())
    (part,) = (await own(await world.sign_in_by_phone(PHONE)))["referralParts"]["nodes"]
    assert part["status"] == "INVITED"


async def _friend_is_paid_for(world: World) -> None:
    """On the first of the month after next: and she reads that, and nothing else of him."""
    had = await balance(world)
    await make.pass_until(date(2026, 11, 2))
    shown = await own(await world.sign_in_by_phone(PHONE))
    (part,) = shown["referralParts"]["nodes"]
    assert (part["side"], part["status"], part["rewardedIn"]) == ("REFERRER", "REWARDED", "2026-11-01")
    assert "赵" not in str(shown)
    assert await balance(world) - had >= 100


async def _spend(world: World, reward_id: str, loan_id: str) -> None:
    """She takes the only voucher for points, and lets it pay interest."""
    customer = await world.sign_in_by_phone(PHONE)
    had = await balance(world)
    taken = [await do(customer, "customers/redeem-reward", rewardId=reward_id, key="tap") for _ in range(2)]
    assert taken[0] == taken[1], "twice is once"
    redemption = taken[0]["redemption"]
    assert (redemption["status"], redemption["customer"]["points"]["balance"]) == ("FULFILLED", had - 50)
    assert (await do(customer, "customers/redeem-reward", rewardId=reward_id, key="more"))["code"] == "OUT_OF_STOCK"
    asked = {"voucherId": redemption["voucher"]["id"], "loanId": loan_id}
    seen = await do(customer, "customers/preview-voucher", **asked)
    used = await do(customer, "customers/use-voucher", **asked, key="use")
    assert used["voucher"]["status"] == "USED", used
    assert Decimal(used["repayment"]["amount"]["amount"]) > 0
    assert seen["pays"]["amount"] == used["repayment"]["amount"]["amount"], seen

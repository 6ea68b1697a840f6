"""Rewards by the documents of our apps: from the proposal to a loan that a voucher paid for."""

from pathlib import Path

import pytest

from models import PartnerEvent
from resolvers.loyalty import partners
from rules.loyalty.partners import PartnerWord
from rules.people.access import Role
from schema.build import schema
from schema.context import Context
from tests import make, rewarding

TRUSTED = Path(__file__).parents[2] / "api" / "trusted"


async def ask(viewer, name: str, **variables) -> dict:
    """Send one of the apps' documents, and give the only field of its answer."""
    text = (TRUSTED / f"{name}.graphql").read_text("utf-8")
    answer = await schema().execute(text, variable_values=variables, context_value=Context(viewer))
    assert not answer.errors, answer.errors
    ((_, value),) = answer.data.items()
    return value


@pytest.fixture
async def staff(db) -> dict:
    schema()
    branch = await make.branch()
    people = {role: await make.staff(role=role) for role in (Role.MARKETER, Role.ADMIN, Role.AUDITOR)}
    people[Role.MANAGER] = await make.staff(role=Role.MANAGER, branches=[branch])
    return {role: await make.signed_in(person) for role, person in people.items()}


def proposal(kind: str, **more) -> dict:
    words = {"nameZh": "券", "nameEn": "Voucher", "termsZh": "付利息", "termsEn": "Pays interest."}
    cost = {"amount": "8.00", "currency": "CNY"}
    return {"kind": kind, "pricePoints": 300, "cost": cost, "validFrom": "2026-03-16"} | words | more


async def offered(staff, proposed: dict) -> str:
    made = await ask(staff[Role.MARKETER], "staff/propose-reward", input=proposed)
    assert made["__typename"] == "ProposeRewardSuccess", made
    approved = await ask(staff[Role.MANAGER], "staff/approve-reward", input={"rewardId": made["reward"]["id"]})
    assert approved["reward"]["isOffered"]
    return approved["reward"]["id"]


async def test_a_voucher_from_its_proposal_to_what_it_paid(staff):
    worth = {"amount": "10.00", "currency": "CNY"}
    limits = {"stock": 5, "limitCount": 1, "limitPeriod": "YEAR", "minimumRank": 1}
    reward_id = await offered(staff, proposal("INTEREST_VOUCHER", worth=worth, usableDays=90, **limits))
    loan = await make.loan()
    await rewarding.give(loan.customer_id, 700)
    borrower = await make.viewer_of(loan.customer_id)
    (offer,) = (await ask(borrower, "customers/rewards", input={"onlyAvailable": True}))["offers"]
    assert (offer["remaining"], offer["reward"]["isAvailable"], offer["isAffordable"]) == (1, True, True)
    taken = await ask(borrower, "customers/redeem-reward", input={"rewardId": reward_id, "key": "tap"})
    redemption = taken["redemption"]
    assert (redemption["status"], redemption["code"]) == ("FULFILLED", None)
    assert redemption["customer"]["points"] == {"balance": 400}
    assert len(redemption["voucher"]["code"]) == 12
    again = await ask(borrower, "customers/redeem-reward", input={"rewardId": reward_id, "key": "tap-2"})
    assert (again["code"], again["path"]) == ("REWARD_LIMIT_REACHED", ["rewardId"])
    use = {"voucherId": redemption["voucher"]["id"], "loanId": make.global_id("Loan", loan.id)}
    said = await ask(borrower, "customers/preview-voucher", input=use)
    assert (said["pays"]["amount"], said["lapses"]["amount"]) == ("3.63", "6.37")
    used = await ask(borrower, "customers/use-voucher", input=use | {"key": "use"})
    assert (used["voucher"]["status"], used["repayment"]["amount"]["amount"]) == ("USED", "3.63")
    (held,) = (await ask(borrower, "customers/vouchers"))["customer"]["vouchers"]["nodes"]
    assert (held["status"], held["isUsable"], held["usedOn"]) == ("USED", False, "2026-03-16")
    back = await ask(borrower, "everybody/cancel-redemption", input={"redemptionId": redemption["id"], "key": "back"})
    assert back["code"] == "HANDED_OUT"
    (row,) = (await ask(staff[Role.AUDITOR], "staff/reward-catalogue"))["nodes"]
    assert (row["costAmount"], row["stockLeft"], row["proposedBy"]["name"] is not None) == ("8.00", 4, True)


async def test_an_order_is_cancelled_confirmed_late_and_looked_at(staff):
    made = await ask(staff[Role.ADMIN], "staff/create-partner", input={"name": "花店"})
    assert len(made["secret"]) == 64
    taken_name = await ask(staff[Role.MANAGER], "staff/create-partner", input={"name": "花店"})
    assert taken_name["code"] == "PARTNER_NAME_TAKEN"
    reward_id = await offered(staff, proposal("GIFT", partnerId=made["partner"]["id"]))
    customer = await rewarding.rich(500)
    viewer, manager = make.viewer(customer), await make.manager_of(customer.id)
    order = (await ask(viewer, "customers/redeem-reward", input={"rewardId": reward_id, "key": "tap"}))["redemption"]
    assert (order["status"], len(order["code"]), order["confirmBy"]) == ("RESERVED", 12, "2026-03-30")
    await ask(viewer, "everybody/cancel-redemption", input={"redemptionId": order["id"], "key": "back"})
    partner = await rewarding.only_partner()
    word = {"reference": "one", "order_code": order["code"], "word": PartnerWord.CONFIRMED, "body": "{}"}
    await partners.hear(make.clock, partner, **word)
    assert await PartnerEvent.all().count() == 1
    (flagged,) = (await ask(manager, "staff/redemption-list", isFlagged=True))["nodes"]
    assert (flagged["id"], flagged["status"], flagged["cancelReason"]) == (order["id"], "CANCELLED", "CUSTOMER")
    looked = {"redemptionId": order["id"], "reason": "The shop took it back."}
    cleared = await ask(manager, "staff/clear-redemption-flag", input=looked)
    assert cleared["redemption"]["isFlagged"] is False
    assert (await ask(manager, "staff/redemption-list", isFlagged=True))["nodes"] == []
    (own,) = (await ask(viewer, "customers/redemptions"))["customer"]["redemptions"]["nodes"]
    assert (own["code"], own["cancelReason"]) == (order["code"], "CUSTOMER")
    renewed = await ask(staff[Role.ADMIN], "staff/renew-partner-secret", input={"partnerId": made["partner"]["id"]})
    assert renewed["secret"] != made["secret"]
    assert len((await ask(staff[Role.MARKETER], "staff/partners"))["nodes"]) == 1
    withdrawn = await ask(staff[Role.MANAGER], "staff/withdraw-reward", input={"rewardId": reward_id})
    assert withdrawn["reward"]["isOffered"] is False

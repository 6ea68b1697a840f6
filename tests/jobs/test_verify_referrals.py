"""Each kind of difference that referrals can show is planted once, and must be found."""

from datetime import date

import pytest

from jobs.checks.referrals import REFERRALS
from jobs.verify import verify
from resolvers.loyalty.referral_programmes import ReferralTermsBonus
from tests import make, referring
from tests.jobs.test_verify import tampered

PLANTED = {
    "which the points do not bear out": "UPDATE points_entry SET source = 'x' || source WHERE source LIKE 'Referral%'",
    "its points are not those of its entry": "UPDATE referral_part SET points = points + 1 WHERE points > 0",
    "is for a referral that is": "UPDATE referral SET status = 'QUALIFIED'",
    "which its friend's part does not bear out": "UPDATE referral SET status = 'REVERSED'",
    "is not his whose part it is": "UPDATE referral_part SET customer_id = (SELECT MAX(id) FROM customer)",
    "is not what its referrer's points say": "UPDATE referral_bonus_given SET points = points + 1",
}


@pytest.mark.parametrize(("sentence", "fault"), PLANTED.items(), ids=PLANTED)
async def test_every_kind_of_difference_is_found(db, sentence, fault):
    await referring.programme(bonuses=[ReferralTermsBonus(1, 30)])
    await referring.referred(await make.customer())
    await make.customer()
    await make.travel_to(date(2026, 5, 1))
    assert await referring.rewarded() == 1
    assert await verify() == []
    async with tampered(fault):
        found = await verify()
    assert any(sentence in difference for difference in found), found
    assert await verify() == []


def test_every_check_is_planted():
    assert [check.sentence for check in REFERRALS if not any(part in check.sentence for part in PLANTED)] == []

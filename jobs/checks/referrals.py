"""Recompute what referrals keep twice: whose they are, and who got points for them."""

from jobs.checks import Check

_HAS_POINTS = """EXISTS (
             SELECT 1 FROM points_entry AS given WHERE given.source = 'Referral:' || part.referral_id || ':' || part.side
             AND given.customer_id = part.customer_id AND given.kind = 'EARNED'
             AND NOT EXISTS (SELECT 1 FROM points_entry AS undone WHERE undone.source = given.source || ':back'))"""

REFERRALS = (
    Check(
        "referral part {id} is {status}, which the points do not bear out",
        f"""SELECT part.id, part.status FROM referral_part AS part
           WHERE (part.status = 'REWARDED') <> {_HAS_POINTS}""",  # noqa: S608  A condition of ours.
    ),
    Check(
        "referral part {id}: its points are not those of its entry",
        """SELECT part.id FROM referral_part AS part
           JOIN points_entry AS given ON given.source = 'Referral:' || part.referral_id || ':' || part.side
           WHERE part.status = 'REWARDED' AND part.points <> given.points""",
    ),
    Check(
        "points entry {id} ({source}) is for a referral that is {status}",
        """SELECT entry.id, entry.source, referral.status FROM referral
           JOIN points_entry AS entry ON entry.source
             IN ('Referral:' || referral.id || ':FRIEND', 'Referral:' || referral.id || ':REFERRER')
           WHERE referral.status NOT IN ('REWARDED', 'REVERSED')""",
    ),
    Check(
        "referral {id} is {status}, which its friend's part does not bear out",
        """SELECT referral.id, referral.status FROM referral
           LEFT JOIN referral_part AS part ON part.referral_id = referral.id AND part.side = 'FRIEND'
           WHERE (referral.status = 'REWARDED') <> (COALESCE(part.status, 'INVITED') = 'REWARDED')
           OR (part.id IS NULL AND referral.status <> 'REJECTED')""",
    ),
    Check(
        "referral part {id} is not his whose part it is",
        """SELECT part.id FROM referral_part AS part JOIN referral ON referral.id = part.referral_id
           JOIN referral_code AS code ON code.id = referral.code_id
           WHERE part.customer_id <> CASE part.side WHEN 'FRIEND' THEN referral.customer_id ELSE code.customer_id END""",
    ),
    Check(
        "referral bonus {id} is not what its referrer's points say",
        """SELECT bonus.id FROM referral_bonus_given AS bonus
           JOIN referral ON referral.id = bonus.referral_id JOIN referral_code AS code ON code.id = referral.code_id
           LEFT JOIN points_entry AS given ON given.source = 'ReferralBonus:' || bonus.id
           WHERE given.id IS NULL OR given.points <> bonus.points OR given.customer_id <> bonus.customer_id
           OR code.customer_id <> bonus.customer_id OR bonus.is_taken_back <> EXISTS (
             SELECT 1 FROM points_entry AS undone WHERE undone.source = given.source || ':back')""",
    ),
)

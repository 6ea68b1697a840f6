"""What the crowd had for its points."""

from collections.abc import Sequence
from datetime import timedelta
from decimal import Decimal

from models import Loan, Redemption, Voucher
from resolvers.loyalty import rewards, vouchers
from rules.loyalty.rewards import RewardKind, RewardPeriod
from rules.money import Money
from rules.people.access import Role
from tests import make, rewarding


async def reward(loans: Sequence[Loan]) -> None:
    """Every kind of reward is offered, one waits for a decision; each borrower orders, changes his mind and uses a voucher."""
    made = await rewarding.partner()
    limits = {"stock": 50, "limit_count": 5, "limit_period": RewardPeriod.YEAR, "minimum_rank": 1}
    gift = await rewarding.gift(made, **limits, valid_to=make.TODAY + timedelta(days=30))
    voucher = await rewarding.reward(RewardKind.INTEREST_VOUCHER, worth=Money(Decimal("0.50"), "CNY"))
    marketer = await make.signed_in(await make.staff(role=Role.MARKETER))
    await rewards.propose_reward(marketer, rewarding.terms())
    for loan in loans:
        await rewarding.give(loan.customer_id, 2000)
        borrower = await make.viewer_of(loan.customer_id)
        for _ in range(2):
            ordered = await rewarding.redemption(gift, borrower)
        await rewarding.cancelled(borrower, ordered)
        async with make.unit():  # As if its partner had said afterwards that he handed it out.
            await Redemption.filter(id=ordered.id).update(is_flagged=True)
        taken = [await rewarding.redemption(voucher, borrower) for _ in range(2)]
        held = await Voucher.get(redemption_id=taken[0].id)
        await vouchers.use(borrower, voucher_id=held.id, loan_id=loan.id, key="use")

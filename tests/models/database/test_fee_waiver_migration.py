"""A house with loans that is older than waivers of fees: every row of it stays as it was, and nothing was waived."""

from tortoise.connection import get_connection
from tortoise.migrations.executor import MigrationTarget

import notifications
from jobs.verify import verify
from models import Loan, Tier, TierLevel
from models.database import connect, disconnect, tortoise_config
from models.database.catalogue import check_catalogue
from models.database.connection import _connected
from models.database.executor import Executor
from tests import levels, make
from tests.configured import configure_resolvers

NEW = (
    ("application", "fee_waiver_tier_id"),
    *((table, "fee_waiver_percent") for table in ("tier", "tier_level", "application", "offer", "loan")),
    *((table, "fee_waiver_percent") for table in ("quote", "cost_disclosure")),
    ("loan", "fees_waived"),
)


async def _make_house() -> None:
    """Somebody of a level whose loan runs, and somebody else who is asked to sign."""
    configure_resolvers()
    notifications.configure(notifications.NotificationSettings(fewest_people=1))
    make.clock.moment, make.clock.business_date = make.NOON, make.TODAY
    await levels.plan()
    product = await make.product()
    await levels.policy(product)
    loan = await make.loan(await levels.member("GOLD"), amount="6001.00", product=product)
    await make.repayment(loan)
    await make.contract(await make.customer(), product=product)


async def _make_older() -> None:
    """Take away what the migration adds, the rows as they are."""
    connection = get_connection("default")
    for table, column in NEW:
        await connection.execute_query(f'ALTER TABLE "{table}" DROP COLUMN "{column}"')
    await connection.execute_query("DELETE FROM tortoise_migrations WHERE name = '0024_fee_waivers'")


def without_new(rows: dict[str, list[dict]]) -> dict[str, list[dict]]:
    return {
        table: [{name: value for name, value in row.items() if (table, name) not in NEW} for row in of_table]
        for table, of_table in rows.items()
    }


async def test_a_house_with_loans_keeps_every_row_and_has_waived_nothing(copied_database):
    await connect(copied_database)
    try:
        await _make_house()
        before = without_new(await make.everything())
        await _make_older()
    finally:
        await disconnect()
    config = tortoise_config(copied_database)
    async with _connected(config):
        executor = Executor(get_connection("default"), config["apps"])
        await executor.migrate([MigrationTarget("models", "0024_fee_waivers")], direction="forward")
    await connect(copied_database)
    try:
        await check_catalogue()
        assert without_new(await make.everything()) == before
        loan = await Loan.get()
        assert (loan.rate_discount_bp, loan.fee_waiver_percent, loan.fees_waived) == (20, 0, 0)
        assert {level.fee_waiver_percent async for level in TierLevel.all()} == {0}
        assert {tier.fee_waiver_percent async for tier in Tier.all()} == {0}
        assert await verify() == []
    finally:
        await disconnect()

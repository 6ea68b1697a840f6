"""A house that is older than its levels: it keeps what it has, and gets none that nobody decided on."""

from tortoise.connection import get_connection
from tortoise.migrations.executor import MigrationTarget

from models import PointsAccount, Tier, TierMembership, TierPlan
from models.database import connect, disconnect, migrate, tortoise_config
from models.database.connection import _connected, _make_folder
from models.database.executor import Executor
from tests.models.database.test_migrations import empty_database  # noqa: F401

HOUSE = (
    (
        "INSERT INTO tier (id, created_at, code, rank, name_zh, name_en, points_percent)"
        " VALUES (1, '2026-01-01 00:00:00+00:00', 'BASIC', 1, '普通会员', 'Basic', 120)"
    ),
    (
        "INSERT INTO branch (id, created_at, code, name_zh, name_en, is_default)"
        " VALUES (1, '2026-01-01 00:00:00+00:00', 'B1', '支行', 'Branch', TRUE)"
    ),
    (
        "INSERT INTO customer (id, created_at, branch_id, phone, phone_index, phone_mask, version)"
        " VALUES (7, '2026-01-01 00:00:00+00:00', 1, 'x', 'x', 'x', 1)"
    ),
    (
        "INSERT INTO points_account (id, created_at, customer_id, tier_id, balance, pending)"
        " VALUES (3, '2026-01-01 00:00:00+00:00', 7, 1, 90, 10)"
    ),
)


async def test_a_house_with_customers_keeps_its_lowest_level_and_their_points(empty_database):  # noqa: F811
    config = tortoise_config(empty_database)
    _make_folder(config)
    async with _connected(config):
        connection = get_connection("default")
        executor = Executor(connection, config["apps"])
        await executor.migrate([MigrationTarget("models", "0019_points_ledger")], direction="forward")
        for statement in HOUSE:
            await connection.execute_query(statement)
    await migrate(empty_database)
    await connect(empty_database)
    try:
        tier = await Tier.get()
        assert (tier.code, tier.points_percent) == ("BASIC", 120)
        assert (tier.threshold, tier.rate_discount_bp, tier.review_days) == (0, 0, None)
        account = await PointsAccount.get(customer_id=7)
        assert (account.balance, account.pending, account.tier_id) == (90, 10, 1)
        assert account.perks_suspended_on is None
        assert not await TierPlan.exists()
        assert not await TierMembership.exists()
    finally:
        await disconnect()

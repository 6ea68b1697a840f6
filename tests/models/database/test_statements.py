from models import AccountingDay, OutboxEvent, Tier
from models.database import transaction
from models.database.statements import counted
from tests import make


async def test_statements_are_counted_in_the_block_only(db):
    await Tier.all()
    with counted() as statements:
        await Tier.all()
        await AccountingDay.get(is_open=True)
    await Tier.all()
    assert len(statements) == 2
    assert 'FROM "tier"' in statements[0]


async def test_begin_and_commit_are_not_counted_but_writes_are(db):
    with counted() as statements:
        async with transaction(make.system(), "note"):
            await OutboxEvent.create(kind="Test", body="{}")
    tables = [statement.split('"')[1] for statement in statements if statement.startswith("INSERT")]
    assert tables == ["outbox_event", "audit_entry"]
    assert len(statements) == 3  # One asks for the open day.

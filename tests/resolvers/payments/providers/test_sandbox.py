from decimal import Decimal

import pytest

from resolvers.payments.providers.interface import Failed, Paid, Pending, Word
from resolvers.payments.providers.manual import Manual
from resolvers.payments.providers.sandbox import Behaviour, Sandbox
from rules.money import Money

TEN = Money(Decimal("10.00"), "CNY")


async def test_asking_twice_under_one_reference_moves_the_money_once():
    sandbox = Sandbox()
    assert await sandbox.collect("intent-1", TEN) == await sandbox.collect("intent-1", TEN) == Paid("sandbox-intent-1")
    assert sandbox.moved == {"intent-1": TEN}
    assert sandbox.asked == {"intent-1": 2}


async def test_after_a_restart_it_says_the_same():
    assert await Sandbox().collect("intent-1", TEN) == await Sandbox().collect("intent-1", TEN)


async def test_one_reference_is_one_amount():
    sandbox = Sandbox()
    await sandbox.collect("intent-1", TEN)
    with pytest.raises(AssertionError):
        await sandbox.collect("intent-1", Money(Decimal("11.00"), "CNY"))


@pytest.mark.parametrize(
    ("behaviour", "answers"),
    [
        (Behaviour.AT_ONCE, [Paid("sandbox-payout-1")] * 3),
        (Behaviour.LATER, [Pending(), Paid("sandbox-payout-1"), Paid("sandbox-payout-1")]),
        (Behaviour.FAIL, [Failed("SANDBOX_FAILED")] * 3),
        (Behaviour.NEVER, [Pending()] * 3),
    ],
)
async def test_it_behaves_as_it_is_told(behaviour, answers):
    sandbox = Sandbox(behaviour)
    assert [await sandbox.pay_out("payout-1", TEN, "62220000") for _ in range(3)] == answers


async def test_staged_answers_go_to_the_next_new_references():
    sandbox = Sandbox()
    await sandbox.collect("old", TEN)
    sandbox.next_answers(Behaviour.FAIL, Behaviour.NEVER)
    answers = [await sandbox.collect(reference, TEN) for reference in ("old", "a", "b", "a", "c")]
    failed = Failed("SANDBOX_FAILED")
    assert answers == [Paid("sandbox-old"), failed, Pending(), failed, Paid("sandbox-c")]


def test_its_words_are_read():
    read = Sandbox().read_word
    assert read('{"reference": "intent-1", "status": "PAID"}') == Word("intent-1", Paid("sandbox-intent-1"))
    assert read('{"reference": "intent-1", "status": "FAILED"}') == Word("intent-1", Failed("SANDBOX_FAILED"))
    assert read('{"reference": "intent-1", "status": "SEEN"}') is None


async def test_without_a_provider_nothing_is_collected_and_payouts_wait():
    assert await Manual().collect("intent-1", TEN) == Failed("TRANSFER_ONLY")
    assert await Manual().pay_out("payout-1", TEN, "62220000") == Pending()
    assert Manual().read_word("{}") is None

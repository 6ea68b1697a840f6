"""A payment provider inside our own process, for development and tests: no money moves."""

import json
from collections import Counter, deque
from enum import StrEnum

from resolvers.payments.providers.interface import Answer, Failed, Paid, Pending, Word
from rules.money import Money


class Behaviour(StrEnum):
    """How the sandbox answers what it is asked."""

    AT_ONCE = "at-once"
    LATER = "later"
    """Pending when first asked, paid when asked again."""
    FAIL = "fail"
    NEVER = "never"
    """Pending, however often it is asked."""


class Sandbox:
    """Answers from the reference alone, so that after a restart, or in another process, it says the same again.

    What it keeps in memory only shortens a wait (`LATER` counts the first asking per process) or stages a test.
    """

    name = "sandbox"
    verifies_accounts = True

    def __init__(self, behaviour: Behaviour = Behaviour.AT_ONCE) -> None:
        self.behaviour = behaviour
        self.moved: dict[str, Money] = {}
        """What this process was asked to move and answered as paid, once per reference."""
        self.asked: Counter[str] = Counter()
        """How often this process was asked about each reference."""
        self.names: dict[str, bool | None] = {}
        """Stage a test: what to say of an account's name."""
        self._staged: deque[Behaviour] = deque()
        self._behaviours: dict[str, Behaviour] = {}

    def next_answers(self, *behaviours: Behaviour) -> None:
        """Stage a test: the next references it has not seen before get these behaviours, in turn."""
        self._staged.extend(behaviours)

    def change(self, reference: str, behaviour: Behaviour) -> None:
        """Stage a test: answer differently about one reference from now on."""
        self._behaviours[reference] = behaviour

    async def collect(self, reference: str, amount: Money) -> Answer:
        return self._answer(reference, amount)

    async def verify_account(self, account_number: str, name: str, identity_number: str) -> bool | None:
        """Every account is in the name that is asked about, unless a test says otherwise."""
        assert account_number.isdigit()
        assert name
        assert identity_number
        return self.names.get(account_number, True)

    async def pay_out(self, reference: str, amount: Money, account_number: str) -> Answer:
        assert account_number.isdigit(), "money goes to an account"
        return self._answer(reference, amount)

    def read_word(self, body: str) -> Word | None:
        """Understand `{"reference": "intent-7", "status": "PAID"}`; a status may also be FAILED."""
        told = json.loads(body)
        if told["status"] == "PAID":
            return Word(told["reference"], Paid(_own_reference(told["reference"])))
        return Word(told["reference"], Failed("SANDBOX_FAILED")) if told["status"] == "FAILED" else None

    def _answer(self, reference: str, amount: Money) -> Answer:
        is_first = not self.asked[reference]
        self.asked[reference] += 1
        if is_first and self._staged:
            self._behaviours.setdefault(reference, self._staged.popleft())
        behaviour = self._behaviours.get(reference, self.behaviour)
        if behaviour is Behaviour.FAIL:
            return Failed("SANDBOX_FAILED")
        if behaviour is Behaviour.NEVER or (behaviour is Behaviour.LATER and is_first):
            return Pending()
        assert self.moved.setdefault(reference, amount) == amount, "one reference is one amount"
        return Paid(_own_reference(reference))


def _own_reference(reference: str) -> str:
    return f"sandbox-{reference}"

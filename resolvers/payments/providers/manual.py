"""No provider at all: transfers in and out are made at the bank, and officers record them."""

from resolvers.payments.providers.interface import Answer, Failed, Pending, Word
from rules.money import Money


class Manual:
    """Collects nothing by itself, and says so; a payout waits until an officer has made and recorded it."""

    name = "manual"
    verifies_accounts = False

    async def collect(self, reference: str, amount: Money) -> Answer:  # noqa: ARG002
        return Failed("TRANSFER_ONLY")

    async def verify_account(self, account_number: str, name: str, identity_number: str) -> bool | None:  # noqa: ARG002
        return None

    async def pay_out(self, reference: str, amount: Money, account_number: str) -> Answer:  # noqa: ARG002
        return Pending()

    def read_word(self, body: str) -> Word | None:  # noqa: ARG002
        return None

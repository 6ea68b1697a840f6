"""Sign-in codes end up in a dictionary instead of on phones."""

import pytest

from models import SignInCode
from models.database.unit import current_unit
from rules.people.kinds import Locale
from tests.configured import configure_resolvers


@pytest.fixture(autouse=True)
def codes() -> dict[str, str]:
    """The last code sent to each phone or e-mail address."""
    sent: dict[str, str] = {}

    async def send(phone: str, code: str, locale: Locale) -> None:
        assert current_unit.get() is None, "codes go out after the commit"
        assert await SignInCode.exists()
        sent[phone] = code

    async def send_by_mail(address: str, code: str, locale: Locale) -> None:
        assert current_unit.get() is None, "codes go out after the commit"
        sent[address] = code

    configure_resolvers(send, send_by_mail)
    return sent

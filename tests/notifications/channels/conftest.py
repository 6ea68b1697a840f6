"""The stand-ins of those whom messages are given to."""

from collections.abc import AsyncIterator

import pytest
from firebase_admin import credentials

from notifications.channels.fcm import FcmSender
from tests.notifications.channels.messages import now
from tests.standins import certificates, fcm
from tests.standins.certificates import Certificates
from tests.standins.fcm import Fcm
from tests.standins.http import Server


@pytest.fixture(scope="session")
def files(tmp_path_factory: pytest.TempPathFactory) -> Certificates:
    """Certificates that nobody trusts who is not told to."""
    return certificates.made(tmp_path_factory.mktemp("certificates"))


class Google:
    """Firebase Cloud Messaging, served."""

    def __init__(self, fcm: Fcm, server: Server, files: Certificates) -> None:
        self.fcm = fcm
        self.server = server
        self.files = files

    @property
    def certificate(self) -> credentials.Certificate:
        return credentials.Certificate(self.fcm.service_account(self.server.url))

    def sender(self, **options) -> FcmSender:
        return FcmSender(self.certificate, now=now, base_url=self.server.url, ca_file=str(self.files.ca), **options)


@pytest.fixture
async def google(files: Certificates) -> AsyncIterator[Google]:
    made = Fcm()
    async with fcm.serving(made, files) as server:
        yield Google(made, server, files)


@pytest.fixture
async def sender(google: Google) -> AsyncIterator[FcmSender]:
    made = google.sender()
    yield made
    await made.aclose()

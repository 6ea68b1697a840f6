"""All carriers at once, as settings name them: Firebase, a gateway for texts, and a mail server's place."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import orjson

from tests.standins import certificates, fcm
from tests.standins.fcm import Fcm
from tests.standins.http import Server
from tests.standins.sms import Gateway


@dataclass
class Carriers:
    """What each was given."""

    fcm: Fcm
    sms: Gateway
    settings: dict[str, Any]
    """Of a house that uses them."""


@asynccontextmanager
async def carriers(folder: Path) -> AsyncIterator[Carriers]:
    """Serve them for the block; certificates and the service account are put into a folder."""
    files, google, gateway = certificates.made(folder), Fcm(), Gateway()
    async with fcm.serving(google, files) as server, Server(gateway, 0, files.for_server()) as texts:
        account = folder / "service-account.json"
        account.write_bytes(orjson.dumps(google.service_account(server.url)))
        settings = {
            "redis_url": "redis://127.0.0.1:6379/15",  # Not spoken to: the test sends by itself.
            "fcm_credentials": account,
            "fcm_url": server.url,
            "sms_url": f"{texts.url}/texts",
            "sms_token": gateway.token,
            "ca_file": files.ca,
        }
        yield Carriers(google, gateway, settings)

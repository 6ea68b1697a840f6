"""`python -m api` serves the API; HOST and PORT say where."""

import contextlib
import socket
import sys

import uvicorn

from api.app import create_app
from api.manifests import ManifestBroken
from jobs.logs import configure_logs
from settings import Settings, settings


class _Server(uvicorn.Server):
    """Says where to look once it listens, not before."""

    def __init__(self, config: uvicorn.Config, welcome: str) -> None:
        super().__init__(config)
        self.welcome = welcome

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        await super().startup(sockets)
        if self.started:
            sys.stdout.write(self.welcome)
            sys.stdout.flush()


def _welcome(settings: Settings) -> str:
    at = f"http://{settings.host}:{settings.port}"
    if not settings.is_development:
        return f"Goodterms listens at {at}/graphql\n"
    workers = (
        "\n  Workers  python -m jobs worker   (REDIS_URL is set: they work in the background)"
        if settings.redis_url
        else ""
    )
    return f"""
  Goodterms is ready.

  Open     {at}/graphql   (GraphiQL, with examples in its tabs)
  Sign in  by phone: any tab's requestCode; the code appears here
           as a demo person: make token AS=customer   (officer, manager, marketer, auditor, admin)
           and put {{"Authorization": "Bearer TOKEN"}} under Headers
  Stop     Ctrl+C;  make reset forgets everything{workers}

"""


def main() -> None:
    """Serve until told to stop."""
    read = settings()
    configure_logs(as_json=read.logs_json)
    try:
        app = create_app(read)
    except ManifestBroken as broken:
        sys.exit(str(broken))
    config = uvicorn.Config(
        app,
        host=read.host,
        port=read.port,
        lifespan="on",
        log_config=None,  # What it says goes where everything goes.
        log_level="warning",
        access_log=False,
        server_header=False,
        proxy_headers=bool(read.trusted_proxies),
        forwarded_allow_ips=read.trusted_proxies,
        timeout_graceful_shutdown=read.shutdown_seconds,
        ws_max_size=read.max_body_bytes,
        ws_per_message_deflate=False,  # Answers are short, and what is secret in them is not told by its length.
    )
    server = _Server(config, _welcome(read))
    with contextlib.suppress(KeyboardInterrupt):
        server.run()
    if not server.started:
        sys.exit(3)


if __name__ == "__main__":
    main()

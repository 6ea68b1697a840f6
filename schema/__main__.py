"""`python -m schema` writes schema/schema.graphql anew: the promise, to be read in the change."""

import asyncio
from pathlib import Path

from models.database import connect, disconnect
from schema.build import schema

PRINTED = Path(__file__).parent / "schema.graphql"


async def printed() -> str:
    """Print the schema as it is declared now."""
    return schema().as_str() + "\n"


async def _write() -> None:
    await connect("sqlite://:memory:")
    try:
        PRINTED.write_text(await printed(), encoding="utf-8")
    finally:
        await disconnect()


if __name__ == "__main__":
    asyncio.run(_write())

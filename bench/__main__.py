"""`python -m bench` measures the product against the limit and prints one table; `--quick` takes about a minute."""

import argparse
import asyncio
import os
import sys
from datetime import UTC, datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import orjson

from bench import keys, report
from bench.answers import Disagreement
from bench.data.databases import FOLDER
from bench.fanout.measuring import measure_fan_out
from bench.fanout.report import told
from bench.load import WrongAnswer
from bench.measuring import Plan
from bench.postgres import measure_postgres
from bench.processes import cores
from bench.sqlite import measure_sqlite
from jobs.rooms import configure_rooms
from settings import Environment, Settings

FULL, QUICK = Plan(rounds=5, seconds=2.0), Plan(rounds=3, seconds=0.4)
CUSTOMERS = {"full": (20_000, 5_000), "quick": (2_000, 2_000)}
"""On PostgreSQL, on SQLite."""
REMINDERS = {"full": 100_000, "quick": 5_000}
JSON = FOLDER.parent / "bench.json"
PAGE = Path(__file__).parent.parent / "docs" / "performance.md"


def main() -> None:
    """Measure, print, and write var/bench.json."""
    parser = argparse.ArgumentParser(prog="python -m bench", description=__doc__)
    parser.add_argument("--quick", action="store_true", help="a small data set and short rounds, to see a direction")
    parser.add_argument("--document", action="store_true", help="put the table into docs/performance.md, too")
    arguments = parser.parse_args()
    os.sched_setaffinity(0, {cores()[1]})
    os.environ.update(keys.environment() | {"ENVIRONMENT": Environment.DEVELOPMENT})
    configure_rooms(Settings())
    try:
        text, found = asyncio.run(_measure(is_quick=arguments.quick))
    except (Disagreement, WrongAnswer) as problem:
        sys.exit(f"\nNothing is printed about speed: {problem}")
    JSON.write_bytes(orjson.dumps(found, option=orjson.OPT_INDENT_2))
    sys.stdout.write(f"\n{text}\n")
    if arguments.document:
        PAGE.write_text(report.replaced(PAGE.read_text("utf-8"), text), "utf-8")


async def _measure(*, is_quick: bool) -> tuple[str, dict[str, object]]:
    now = datetime.now(UTC)  # noqa: TID251  This is a front door.
    today = now.astimezone(ZoneInfo(Settings().lender_zone)).date()
    plan = QUICK if is_quick else FULL
    size = "quick" if is_quick else "full"
    on_postgres, on_sqlite = CUSTOMERS[size]
    server = os.environ.get("TEST_DATABASE_URL", "")
    texts: list[str] = []
    found: dict[str, object] = {}
    if server:
        measured = await measure_postgres(server, on_postgres, now, today, plan, _say)
        of_reminders = told(await measure_fan_out(server, REMINDERS[size], today, _say))
        texts += [measured.text, of_reminders.text]
        found |= {**measured.json, **of_reminders.json}
    else:
        texts.append("PostgreSQL was not measured: TEST_DATABASE_URL names none.")
    measured = await measure_sqlite(on_sqlite, now, today, plan, _say)
    _say("")
    return "\n\n".join([*texts, measured.text]), {**found, **measured.json}


def _say(text: str) -> None:
    """Show how far it is: one line that changes on a terminal, a line each elsewhere."""
    if sys.stderr.isatty():
        sys.stderr.write(f"\r\x1b[K{text}")
    elif text:
        sys.stderr.write(f"{text}\n")
    sys.stderr.flush()


if __name__ == "__main__":
    main()

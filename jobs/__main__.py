"""What an engineer asks for by hand: `python -m jobs --help`."""

import argparse
import getpass
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from zoneinfo import ZoneInfo

import uvloop
from tqdm import tqdm

from jobs import demo, demo_file, demo_house, demo_people, foundations
from jobs.background import work_until_told_to_stop
from jobs.logs import configure_logs
from jobs.rooms import NotReady, configure_rooms, opened_house
from jobs.verify import verify
from models import AccountingDay, Customer, Staff, Viewer, blind_index
from models.clock import SystemClock
from models.database import connect, disconnect, migrate, transaction
from resolvers.books import accounting_days
from resolvers.people import sessions, tokens
from resolvers.people.staff import create_staff
from rules.errors import Refused
from rules.people.access import SIGNED_IN, Role
from settings import Settings, settings


def main() -> None:
    """Run one command; the exit code says whether it succeeded."""
    arguments = _parser().parse_args()
    configure_logs(as_json=arguments.run is _worker and settings().logs_json)
    run: Callable[[Settings, argparse.Namespace], Awaitable[int]] = arguments.run
    if arguments.run is _create_admin:
        arguments.password = _read_password()
    sys.exit(uvloop.run(_exit_code(run(settings(), arguments))))


async def _exit_code(running: Awaitable[int]) -> int:
    try:
        return await running
    except demo_file.DatabaseInUse:
        return _fail("Another process has the database open: stop it first.")
    except NotReady as reason:
        return _fail(str(reason))
    except Refused as refusal:
        return _fail(f"{refusal.code}: {type(refusal).__doc__}")


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(prog="python -m jobs", description="What an engineer asks for by hand.")
    commands = parser.add_subparsers(required=True, metavar="COMMAND")

    def command(name: str, run: object, about: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=about, description=about)
        made.set_defaults(run=run)
        return made

    command("migrate", _migrate, "bring the database to this version")
    command("worker", _worker, "work in the background until told to stop; as many of them as you like, with REDIS_URL")
    command("verify", _verify, "recompute every balance, sum and owner; exit code 1 on a difference")
    admin = command("create-admin", _create_admin, "make an admin, and what an empty house needs before him")
    admin.add_argument("--login", required=True)
    admin.add_argument("--name", required=True, help="as colleagues know him; the password is asked for, or piped in")
    town = command("demo", _demo, "fill an empty house with invented people (development only)")
    town.add_argument("--few", action="store_true", help="a dozen people instead of two hundred, in seconds")
    command("daily", _daily, "end every business day that is over, one by one; harmless to repeat and to break off")
    command("tomorrow", _tomorrow, "end the business day (development only)")
    token = command("token", _token, "print a bearer token of a demo person (development only)")
    token.add_argument("role", choices=sorted(role.value.lower() for role in SIGNED_IN))
    return parser


def _read_password() -> str:
    """Ask at a terminal, read the first line of a pipe; never an argument, which other users can read."""
    return getpass.getpass("Password: ") if sys.stdin.isatty() else sys.stdin.readline().rstrip("\n")


@asynccontextmanager
async def _opened(settings: Settings, url: str = "") -> AsyncIterator[SystemClock]:
    """Connect, and give the clock, which knows no business date before a day is open."""
    configure_rooms(settings)
    await connect(url or settings.database_url, pool_size=settings.database_pool_size)
    try:
        clock = SystemClock(settings.lender_zone)
        if await AccountingDay.exists(is_open=True):
            await clock.refresh()
        yield clock
    finally:
        await disconnect()


async def _migrate(settings: Settings, _: argparse.Namespace) -> int:
    await migrate(settings.database_url)
    return 0


async def _worker(settings: Settings, _: argparse.Namespace) -> int:
    if not settings.redis_url:
        return _fail("REDIS_URL is not set: the API works in the background itself, and needs no workers.")
    async with opened_house(settings) as clock:
        await work_until_told_to_stop(clock, settings.redis_url, settings.shutdown_seconds)
    return 0


async def _verify(settings: Settings, _: argparse.Namespace) -> int:
    async with _opened(settings):
        found = await verify()
    _say("".join(f"{difference}\n" for difference in found) or "Everything adds up.\n")
    return 1 if found else 0


async def _create_admin(settings: Settings, arguments: argparse.Namespace) -> int:
    async with _opened(settings) as clock:
        system = Viewer.house(clock)
        await foundations.lay(system, clock.calendar_day())
        await create_staff(
            system, login=arguments.login, password=arguments.password, name=arguments.name, role=Role.ADMIN
        )
    return 0


async def _demo(settings: Settings, arguments: argparse.Namespace) -> int:
    if not settings.is_development:
        return _fail("The demo is for development: its passwords are known to everybody.")
    async with _opened(settings):
        if await Staff.exists():
            return 0
    people = demo_people.FEW if arguments.few else demo_people.town()
    with demo_file.draft(settings.database_url) as url:
        async with _opened(settings, url) as clock:
            is_new = await demo.fill(clock.now(), ZoneInfo(settings.lender_zone), _say, people)
    if is_new:
        logins = "".join(f"    {person.role.value.lower():10}{person.login}\n" for person in demo_house.STAFF)
        _say(f"""
  Demo people, staff with the password {demo_house.PASSWORD}:
{logins}    customer  {demo_house.CUSTOMER_LOGIN} (by phone code)
""")
    return 0


async def _daily(settings: Settings, _: argparse.Namespace) -> int:
    async with _opened(settings) as clock:
        if not await AccountingDay.exists(is_open=True):
            return _fail("No business day is open: `python -m jobs create-admin` opens the first.")
        bars: dict[date, Any] = {}

        def tell(on: date, done: int, total: int) -> None:
            if on not in bars:
                bars[on] = tqdm(desc=str(on), unit=" loans", disable=None)  # Only on a terminal.
            bars[on].total = total
            bars[on].update(done - bars[on].n)

        ended = await accounting_days.catch_up(clock, clock.calendar_day(), tell)
        for bar in bars.values():
            bar.close()
        _say(f"{ended} days ended; today is {(await AccountingDay.get(is_open=True)).on}.\n")
    return 0


async def _tomorrow(settings: Settings, _: argparse.Namespace) -> int:
    if not settings.is_development:
        return _fail("Days end by themselves: only development travels.")
    async with _opened(settings) as clock:
        day = await AccountingDay.get_or_none(is_open=True)
        if day is None:
            return _fail("No business day is open: `make run` opens the first.")
        await accounting_days.end_day(Viewer.house(clock), day.on)
        _say(f"Today is {(await AccountingDay.get(is_open=True)).on}.\n")
    return 0


async def _token(settings: Settings, arguments: argparse.Namespace) -> int:
    if not settings.is_development:
        return _fail("Tokens of demo people exist in development only.")
    async with _opened(settings) as clock:
        customer, staff = None, None
        if arguments.role == Role.CUSTOMER.value.lower():
            customer = await Customer.get_or_none(phone_index=blind_index(f"+86{demo_house.CUSTOMER_LOGIN}"))
        else:
            staff = await Staff.get_or_none(login=arguments.role)
        if customer is None and staff is None:
            return _fail("There are no demo people here: `python -m jobs demo` makes them.")
        async with transaction(Viewer.house(clock), "demo_token") as unit:
            session = await sessions.start_session(
                unit, customer_id=customer.id if customer else None, staff_id=staff.id if staff else None
            )
            unit.subject = customer or staff
        token, _ = tokens.issue(session.id, clock.now())
    _say(f"{token}\n")
    return 0


def _say(text: str) -> None:
    sys.stdout.write(text)
    sys.stdout.flush()


def _fail(text: str) -> int:
    sys.stderr.write(f"{text}\n")
    return 1


if __name__ == "__main__":
    main()

"""Before anything is timed: the same answers, the same rows, and how many statements each operation takes."""

import asyncio
from collections.abc import Mapping, Sequence
from itertools import cycle, islice
from typing import Protocol

from bench import load
from bench.answers import Written, check_agreement, check_same_rows
from bench.asking import READS, REPAY, Asking, take
from bench.processes import Server
from bench.wire import Counts

VARIABLES = 8
"""So many of those who ask are compared for each read."""
COUNTED = 7
IDLE_SECONDS = 3
"""So long a server is watched that nobody asks: what it runs meanwhile is not a read's."""
CHECKED_GROUPS = 16
"""So many of the last loans of each server are paid on here, and left out of the rounds."""


class Rows(Protocol):
    """Reads what was written."""

    async def last_ids(self) -> Mapping[str, int]:
        """Give the greatest id of every table a payment may write to."""
        ...

    async def since(self, last_ids: Mapping[str, int], loan: int) -> Written:
        """Give the rows after those, and the installments of a loan as they are now."""
        ...


async def check_reads(servers: Sequence[Server], asking: Asking) -> int:
    """Compare the answers of all servers; gives how many. Raises `Disagreement`."""
    compared = 0
    for name in READS:
        requests = asking.reads(name)
        for place in range(0, len(requests), max(1, len(requests) // VARIABLES)):
            bodies = {server.name: await load.ask(server.port, requests[place]) for server in servers}
            check_agreement(f"{name}, variables {place}", bodies)
            compared += 1
    return compared


async def check_repayments(servers: Sequence[Server], asking: Asking, rows: Rows) -> int:
    """Let each server book the same on a loan of its own, twice under one key; compare answers and rows."""
    for variant, share in enumerate(("1", "0.5", "2.5", "all")):
        bodies: dict[str, bytes] = {}
        written: dict[str, Written] = {}
        for slot, server in enumerate(servers):
            loan = asking.town.payable(slot)[-1 - variant]
            cents = 100_000_000 if share == "all" else int(float(share) * asking.installment(loan))
            request = asking.repayment(loan, cents, key=f"check-{slot}-{variant}")
            before = await rows.last_ids()
            bodies[server.name] = await load.ask(server.port, request)
            written[server.name] = await rows.since(before, loan)
            after = await rows.last_ids()
            check_agreement(
                f"{server.name}, the same payment again",
                {
                    "first": bodies[server.name],
                    "again": await load.ask(server.port, request),
                },
            )
            assert await rows.last_ids() == after, f"{server.name} booked a payment twice"
        check_agreement(f"repay {share} of an installment", bodies)
        check_same_rows(f"repay {share} of an installment", written)
    return variant + 1


async def count_statements(server: Server, asking: Asking, counts: Counts, slot: int) -> dict[str, tuple[int, int]]:
    """Count the statements of each operation, and what goes beside them (BEGIN, COMMIT, resets)."""
    before = len(counts.statements)
    await asyncio.sleep(IDLE_SECONDS)
    in_background = set(counts.statements[before:])
    found = {name: await _counted(server, asking.reads(name), counts, in_background) for name in READS}
    loans = asking.town.payable(slot)[-CHECKED_GROUPS:]
    # Here nothing is taken out: a payment itself reads the business date, as the background does.
    found[REPAY] = await _counted(
        server, [asking.repayment(loan, asking.installment(loan)) for loan in loans], counts, set()
    )
    return found


async def count_in_app(server: Server, asking: Asking, counts: Counts, slot: int) -> tuple[int, int]:
    """Count the statements of a customer's own payment."""
    return await _counted(server, take(asking.repayments_in_app(slot), COUNTED + 2), counts, set())


async def _counted(
    server: Server, requests: Sequence[bytes], counts: Counts, in_background: set[bytes]
) -> tuple[int, int]:
    """Ask one after the other; the first two only warm it up. The least counts, as the background adds to some."""
    found = []
    for place, request in enumerate(islice(cycle(requests), COUNTED + 2)):
        before = len(counts.statements), counts.beside
        await load.ask(server.port, request)
        if place > 1:
            new = [text for text in counts.statements[before[0] :] if text not in in_background]
            found.append((len(new), counts.beside - before[1]))
    return min(found)

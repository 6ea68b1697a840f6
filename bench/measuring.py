"""The measuring itself: servers side by side, rounds in turn, ratios round by round."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from bench.asking import PROOFS, READS, REPAY, Asking, take
from bench.checks import CHECKED_GROUPS
from bench.data.databases import Say
from bench.load import Round, run_round
from bench.processes import Server
from bench.table import Row, Spread, ratios, spread

WARM_SECONDS = 0.3
WARM_PAYMENTS = 96
SPARE = 1.5
"""More payments are written for a round than the last one took, by this factor."""


class Plan(NamedTuple):
    """How long it is measured."""

    rounds: int
    seconds: float


@dataclass
class Payer:
    """A server on which payments are made, under the name of the operation."""

    server: Server
    operation: str
    payments: Iterator[bytes]


async def measure_reads(servers: Sequence[Server], asking: Asking, plan: Plan, say: Say) -> None:
    """Time each read on each server, in turn."""
    for name in READS:
        requests = asking.reads(name)
        for server in servers:
            await run_round(server.port, requests, PROOFS[name], WARM_SECONDS)
        for place in range(plan.rounds):
            for server in servers:
                say(f"{name}: round {place + 1} of {plan.rounds}, {server.name}")
                before = server.cpu_seconds()
                done = await run_round(server.port, requests, PROOFS[name], plan.seconds)
                _keep(server, name, done, before)


def payments_for(asking: Asking, slot: int) -> Iterator[bytes]:
    """Give payments on one server's loans, without those that were paid on to compare."""
    checked = set(asking.town.payable(slot)[-CHECKED_GROUPS:])
    return asking.repayments(slot, without=checked)


async def measure_repayments(payers: Sequence[Payer], plan: Plan, say: Say) -> None:
    """Time payments on each server, in turn; every payment is another one."""
    rates = {}
    for payer in payers:
        warm = await _pay(payer, WARM_PAYMENTS, 10)
        rates[payer.server.name] = warm.rate
    for place in range(plan.rounds):
        for payer in payers:
            say(f"{payer.operation}: round {place + 1} of {plan.rounds}, {payer.server.name}")
            before = payer.server.cpu_seconds()
            wanted = int(SPARE * plan.seconds * rates[payer.server.name]) + WARM_PAYMENTS
            done = await _pay(payer, wanted, plan.seconds)
            rates[payer.server.name] = done.rate
            _keep(payer.server, payer.operation, done, before)


async def _pay(payer: Payer, number: int, seconds: float) -> Round:
    payments = take(payer.payments, number)
    assert payments, (
        f"{payer.server.name} has no loans left to be paid: make the data set larger, or the rounds shorter"
    )
    return await run_round(payer.server.port, payments, PROOFS[payer.operation], seconds, repeats=False)


def _keep(server: Server, name: str, done: Round, cpu_before: float) -> None:
    server.rates.setdefault(name, []).append(done.rate)
    server.cpu.setdefault(name, []).append(1e6 * (server.cpu_seconds() - cpu_before) / done.answers)


class Counted(NamedTuple):
    """Statements of the product and of the plain server, by operation; none where they cannot be counted."""

    product: dict[str, tuple[int, int]]
    naive: dict[str, tuple[int, int]]


def rows_of(
    product: Server,
    limit: Server,
    naive: Server | None,
    counted: Counted | None,
    in_app: tuple[Server, str] | None = None,
) -> list[Row]:
    """Sum up what the servers have kept."""
    rows = [_row(name, product, limit, naive, counted, name) for name in (*READS, REPAY)]
    if in_app is not None:
        server, name = in_app
        rows.append(_row(name, server, limit, None, counted, REPAY))
    return rows


def _row(
    name: str, product: Server, limit: Server, naive: Server | None, counted: Counted | None, at_the_limit: str
) -> Row:
    of_naive: Spread | None = None
    if naive is not None:
        of_naive = ratios(product.rates[name], naive.rates[name])
    return Row(
        operation=name,
        of_limit=ratios(product.rates[name], limit.rates[at_the_limit]),
        of_naive=of_naive,
        statements=None if counted is None else counted.product[name][0],
        statements_naive=None if counted is None or name not in counted.naive else counted.naive[name][0],
        cpu_us=spread(product.cpu[name]),
        cpu_us_limit=spread(limit.cpu[at_the_limit]),
        rate=spread(product.rates[name]),
    )

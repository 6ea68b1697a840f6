"""What is printed beside the table, and where it stands in the documentation."""

import os
import re
from collections.abc import Mapping, Sequence
from typing import NamedTuple

from bench.data.town import Town
from bench.measuring import Plan
from bench.processes import Server
from bench.table import Row, as_json, markdown, printed

BEGINS, ENDS = "<!-- measured by make bench -->", "<!-- end of what was measured -->"


class Measured(NamedTuple):
    """What came of one database."""

    text: str
    json: Mapping[str, object]


def about_run(town: Town, compared: int, plan: Plan) -> str:
    """Say what was measured, and what had to be true first."""
    return (
        f"{town.loans:,} loans of {town.customers:,} customers; {compared} answers and the rows of payments compared"
        f" equal, the books verified afterwards; {plan.rounds} rounds of {plan.seconds} s for each server;"
        f" {os.cpu_count()} cores, load {os.getloadavg()[1]:.1f} (of which the bench makes about 1.5)."
    )


def measured(title: str, rows: Sequence[Row], servers: Sequence[Server], about: str, prefix: str = "") -> Measured:
    """Put a database's tables together."""
    costs = [[server.name, f"{server.memory_mib():.0f}", f"{server.first_answer_seconds:.2f}"] for server in servers]
    second = markdown(["server", "MiB after the run", "seconds to the first answer"], costs)
    return Measured("\n\n".join([f"### {title}", about, printed(rows), second]), as_json(rows, prefix))


def replaced(page: str, text: str) -> str:
    """Put a new measurement where the last one stands."""
    pattern = re.compile(f"{re.escape(BEGINS)}.*{re.escape(ENDS)}", re.DOTALL)
    assert pattern.search(page), "the page has no place for a measurement"
    return pattern.sub(lambda _: f"{BEGINS}\n\n{text}\n\n{ENDS}", page)

"""What a new business date brings about for service."""

from datetime import date

from models import Viewer
from resolvers.books.day_steps import StepsFailed, once_a_day
from resolvers.service.cause_spikes import look_for_spikes


async def bring_about(viewer: Viewer, on: date) -> None:
    """Do what the date brings about; harmless to repeat, and to break off. Raises `StepsFailed`."""
    try:
        await once_a_day(viewer, "causes that spike", on, look_for_spikes)
    except Exception as error:  # noqa: BLE001  It is raised with what else failed.
        raise StepsFailed(f"what {on} brings about for service", [error]) from None

"""Tortoise's migrations, without building every model anew before each operation.

The stock executor hands each operation the models as they were before it. To build them takes most of its time, which grows
with the square of the number of tables; hardly any operation looks at them. So they are built for the one that does.
"""

from functools import cached_property
from typing import Any

from tortoise.migrations.executor import MigrationExecutor
from tortoise.migrations.schema_generator.state import ModelState, State
from tortoise.migrations.schema_generator.state_apps import StateApps


class Executor(MigrationExecutor):
    """Applies migrations forward."""

    async def _project_state(self, *arguments: Any, **named: Any) -> State:
        state = await super()._project_state(*arguments, **named)
        return Current(models=state.models, apps=state.apps)


class Current(State):
    """What the operations so far have made."""

    def clone(self) -> State:
        return Earlier({key: model.clone() for key, model in self.models.items()}, self.apps)


class Earlier(State):
    """What was there before an operation, built when it is asked for."""

    def __init__(self, models: dict[tuple[str, str], ModelState], later: StateApps) -> None:
        self.models = models
        self._later = later

    @cached_property
    def apps(self) -> StateApps:  # type: ignore[override]
        return self._later.clone(model_states=self.models)

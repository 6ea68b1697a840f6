"""Operations, compiled: a validated operation and the declarations become one plan, which asks the database once a root.

`plans` keeps and runs them, `documents` checks what is asked, `compiler` walks the selections, `selects` and
`dialects` write the SQL, `columns` turns what comes back into what is answered, and `running` holds what one run knows.
What is not understood here is declined, and answered by the stock executor.
"""

from api.operations.plans import Plans

__all__ = ["Plans"]

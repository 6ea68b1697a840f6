"""Causes of complaints, and what is done about them."""

from jobs.checks import Check

CAUSES = (
    Check(
        "cause {id} stands under one that is no group",
        """SELECT cause.id FROM cause JOIN cause AS parent ON parent.id = cause.parent_id
           WHERE parent.parent_id IS NOT NULL OR parent.status <> 'APPROVED'""",
    ),
    Check(
        "cause {id} is in use in a group that is not",
        """SELECT cause.id FROM cause JOIN cause AS parent ON parent.id = cause.parent_id
           WHERE cause.is_active AND NOT parent.is_active""",
    ),
    Check(
        "case {id} has a cause that no case can have",
        """SELECT named.case_id AS id FROM case_cause AS named JOIN cause ON cause.id = named.cause_id
           WHERE cause.parent_id IS NULL OR cause.status <> 'APPROVED'""",
    ),
    Check(
        "case {id} has a cause of which its log knows nothing",
        """SELECT case_id AS id FROM case_cause AS named WHERE NOT EXISTS (SELECT 1 FROM case_entry AS entry
           WHERE entry.case_id = named.case_id AND entry.kind = 'CAUSE_SET')""",
    ),
    Check(
        "case {id} is systemic, and nothing was ever to be done about its cause",
        """SELECT case_id AS id FROM case_cause AS named WHERE is_systemic AND NOT EXISTS (
             SELECT 1 FROM improvement_action WHERE improvement_action.cause_id = named.cause_id)""",
    ),
    Check(
        "improvement action {id} is about something that is no cause of cases",
        """SELECT doing.id FROM improvement_action AS doing JOIN cause ON cause.id = doing.cause_id
           WHERE cause.parent_id IS NULL OR cause.status <> 'APPROVED'""",
    ),
)

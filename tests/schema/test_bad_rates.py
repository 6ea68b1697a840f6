"""A rate is kept to the millionth: one that says more is refused before it is anywhere."""

import pytest

from rules.people.access import Role
from schema.build import schema
from schema.context import Context
from tests import make

DISCOUNT = "mutation P($i: ProposeChangeInput!) { proposeChange(input: $i) { __typename } }"
REFERENCE = "mutation P($i: ProposeReferenceRateInput!) { proposeReferenceRate(input: $i) { __typename } }"


@pytest.mark.parametrize("document", [DISCOUNT, REFERENCE])
async def test_a_rate_of_more_than_six_places_is_bad_input_and_changes_nothing(db, document):
    asked = {"annualRate": "0.0123456789"}
    if document is DISCOUNT:
        loan = await make.loan()
        manager = await make.manager_of(loan.customer_id)
        asked |= {"loanId": make.global_id("Loan", loan.id), "kind": "DISCOUNT", "reason": "Loyal."}
    else:
        manager = await make.signed_in(await make.staff(role=Role.MANAGER))
        asked |= {"code": "LPR5Y", "validFrom": make.TODAY.isoformat()}
    before = await make.everything()
    answer = await schema().execute(document, variable_values={"i": asked}, context_value=Context(manager))
    (error,) = answer.errors
    assert error.original_error.key == "input.too_many_places"
    assert await make.everything() == before

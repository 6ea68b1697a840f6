"""A declaration that cannot be kept fails when the schema is built, not when somebody asks."""

import pytest

import models
from rules.people.access import CUSTOMERS, OWNER
from rules.people.masks import hidden, one_and_one, three_and_four
from schema.declarations import Input, children, column, id_of, masked, money, mutation, relation, text
from schema.declarations.checks import DeclarationError, check_field, is_seen_with, require_index
from schema.declarations.fields import Computed
from schema.errors import BadInput


@pytest.mark.parametrize(
    ("model", "name", "declared", "target", "nullable", "complaint"),
    [
        (models.Loan, "colour", column(), None, False, "has no column colour"),
        (models.Customer, "phone", column(), None, False, "it can only be declared masked"),
        (models.Customer, "name", column(), None, True, "it can only be declared masked"),
        (models.Staff, "password_hash", column(), None, False, "it can only be declared masked"),
        (models.Customer, "greeting", Computed(str, ("name",)), None, False, "it can only be declared masked"),
        (models.Loan, "opened_on", column(), None, False, "may be null"),
        (models.Customer, "phone", masked(one_and_one, clear_to=OWNER), None, False, "under another mask"),
        (models.Customer, "identity_number", masked(one_and_one, clear_to=OWNER), None, False, "may be null"),
        (models.Loan, "term", masked(hidden, clear_to=OWNER), None, False, "nothing to mask"),
        (models.Loan, "customer", relation("customer_id"), models.Customer, False, "out of sight"),
        (models.Decision, "staff", relation("staff_id"), models.Staff, False, "out of sight"),
        (models.Loan, "next", relation(via="loan_id"), models.Installment, False, "may not exist"),
        (models.Loan, "lines", children(via="loan_id", order_by="due_on"), models.Installment, False, "needs an index"),
    ],
)  # fmt: skip
async def test_what_cannot_be_kept_is_refused(db, model, name, declared, target, nullable, complaint):
    with pytest.raises(DeclarationError, match=complaint):
        check_field(model, name, declared, target, nullable=nullable)


async def test_what_can_be_kept_passes(db):
    check_field(models.Customer, "phone", masked(three_and_four, clear_to=OWNER), None, nullable=False)
    check_field(models.Loan, "principal", money(), None, nullable=False)
    check_field(models.Loan, "customer", relation("customer_id"), models.Customer, nullable=True)
    check_field(models.Application, "customer", relation("customer_id"), models.Customer, nullable=False)
    check_field(models.Loan, "lines", children(via="loan_id", order_by="number"), models.Installment, nullable=False)


def test_a_row_seen_by_more_people_does_not_promise_one_seen_by_fewer():
    assert is_seen_with(models.Repayment, models.Loan)
    assert not is_seen_with(models.Loan, models.Repayment)
    assert not is_seen_with(models.Decision, models.Assessment)
    assert is_seen_with(models.Loan, models.ProductVersion)


async def test_an_index_serves_a_list_only_in_its_order(db):
    require_index(models.Installment, "loan_id", {"is_open"}, "number")
    with pytest.raises(DeclarationError, match=r"\(is_open, loan_id, due_on, id\)"):
        require_index(models.Installment, "loan_id", {"is_open"}, "due_on")


def test_a_mutation_says_who_may_call_it():
    with pytest.raises(TypeError, match="allow"):
        mutation()
    assert mutation(allow=CUSTOMERS)


class NoteInput(Input):
    """A note."""

    note: str = text(2, 5)
    loan_id: int = id_of(models.Loan)


class Sent:
    def __init__(self, note: str, loan_id: str) -> None:
        self.note, self.loan_id = note, loan_id


@pytest.mark.parametrize(
    ("note", "key"),
    [
        ("x" * 1_000_000, "input.too_long"),
        ("  a  ", "input.too_short"),
        ("a\0b", "input.forbidden_characters"),
        ("a\u202eb", "input.forbidden_characters"),
        ("a\ud800b", "input.forbidden_characters"),
    ],
)
async def test_a_text_is_checked_before_anything_else_sees_it(db, note, key):
    with pytest.raises(BadInput) as problem:
        NoteInput.checked(Sent(note, "x"))
    assert (problem.value.key, problem.value.path) == (key, ("note",))


@pytest.mark.parametrize(
    "sent",
    [
        "",
        "x",
        "TG9hbjow",
        "TG9hbjotMQ",
        "TG9hbjowMQ",
        "TG9hbjoxMA=",
        "TG9hbjo5OTk5OTk5OTk5OTk5OTk5OTk5",
        "💥",
        "TG9hbjrCsg",
    ],
)
async def test_an_id_we_never_gave_is_refused(db, sent):
    from schema.declarations.ids import decode_id

    with pytest.raises(BadInput) as problem:
        decode_id(sent)
    assert problem.value.key == "input.malformed_id"

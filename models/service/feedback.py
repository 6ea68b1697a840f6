"""What people say of us, and what we did about it."""

from typing import ClassVar

from tortoise import fields
from tortoise.migrations.constraints import CheckConstraint

from models.base import Public, StaffOnly
from models.fields import DateField, LongTextField, TextField, reference
from models.products.proposals import Proposed
from models.scopes import EVERYTHING, NOTHING, Asker, InBranches, Is, Says, Scope
from rules.people.access import ALL_STAFF, AUDITORS, C2, IN_CHARGE, MANAGERS, Role
from rules.products.states import ProposalStatus
from rules.service.feedback import FeedbackDesk, FeedbackKind, FeedbackStatus, FeedbackTopic


class Feedback(StaffOnly):
    """What somebody says. Of an anonymous one nothing is kept that leads to who said it, nor when on that day he did."""

    owner_key: ClassVar[str | None] = "customer_id"

    kind = fields.CharEnumField(FeedbackKind, max_length=7)
    topic = fields.CharEnumField(FeedbackTopic, max_length=6)
    desk = fields.CharEnumField(FeedbackDesk, max_length=8)
    status = fields.CharEnumField(FeedbackStatus, max_length=8)
    branch = reference("Branch")
    branch_id: int
    """That which looks after him; of somebody anonymous, the default one."""
    customer = reference("Customer", null=True)
    customer_id: int | None
    """Who said it; null where he stays anonymous."""
    loan = reference("Loan", null=True)
    loan_id: int | None
    screen: str | None = TextField(100, null=True)  # type: ignore[assignment]
    """Which screen, as the app calls it."""
    words = LongTextField(tier=C2)
    given_on = DateField()
    answer: str | None = LongTextField(tier=C2, null=True)
    answered_by = reference("Staff", null=True)
    answered_by_id: int | None
    notice = reference("FeedbackNotice", null=True)
    notice_id: int | None
    """What was said in public about it."""

    @classmethod
    def scope(cls, role: Role) -> Scope:
        if role is Role.CUSTOMER:
            return (Is("customer_id", Asker.CUSTOMER),)
        if role in IN_CHARGE:
            in_branches = InBranches("branch_id")
            return (in_branches,) if role in MANAGERS else (in_branches, Says("desk", FeedbackDesk.OFFICERS))
        return EVERYTHING if role in AUDITORS | {Role.SYSTEM} else NOTHING

    class Meta:
        table = "feedback"
        constraints = (
            CheckConstraint(
                name="feedback_answered",
                check='("status" = \'ANSWERED\') = ("answer" IS NOT NULL)'
                ' AND ("answer" IS NULL OR ("answered_by_id" IS NOT NULL AND "customer_id" IS NOT NULL))',
            ),
            CheckConstraint(name="feedback_anonymous", check='"customer_id" IS NOT NULL OR "loan_id" IS NULL'),
        )
        indexes = (("status", "id"), ("kind", "id"), ("customer_id", "id"), ("branch_id", "id"), ("notice_id", "id"))


class FeedbackNotice(Public, Proposed):
    """You said, we did: in public once another has approved it."""

    said_zh = TextField(500)
    said_en = TextField(500)
    did_zh = TextField(1_000)
    did_en = TextField(1_000)

    @classmethod
    def scope(cls, role: Role) -> Scope:
        return EVERYTHING if role in ALL_STAFF | {Role.SYSTEM} else (Says("status", ProposalStatus.APPROVED),)

    class Meta:
        table = "feedback_notice"
        indexes = (("status", "id"),)

"""Lessons that managers give to members of staff, and who completed which."""

from typing import ClassVar

from models.base import StaffOnly
from models.fields import DateField, TextField, reference
from models.scopes import EVERYTHING, NOTHING, Asker, Is, Scope
from rules.people.access import ALL_STAFF, AUDITORS, MANAGERS, Role

_SEE_ALL = MANAGERS | AUDITORS | {Role.SYSTEM}


class OfStaff(StaffOnly):
    """A row about a member of staff: he sees it, and so do managers and auditors."""

    staff = reference("Staff")
    staff_id: int

    class Meta:
        abstract = True

    @classmethod
    def scope(cls, role: Role) -> Scope:
        if role in _SEE_ALL:
            return EVERYTHING
        return (Is("staff_id", Asker.STAFF),) if role in ALL_STAFF else NOTHING


class StaffLessonCompletion(OfStaff):
    """A member of staff answered all questions of a lesson rightly: once, whatever versions come."""

    is_append_only: ClassVar[bool] = True

    lesson = reference("Article")
    lesson_id: int
    version = reference("ArticleVersion")
    version_id: int
    """The one that he was shown."""

    class Meta:
        table = "staff_lesson_completion"
        unique_together = (("lesson_id", "staff_id"),)
        indexes = (("staff_id", "id"), ("lesson_id", "id"))


class StaffLesson(OfStaff):
    """A lesson that a member of staff is to complete."""

    lesson = reference("Article")
    lesson_id: int
    assigned_by = reference("Staff")
    assigned_by_id: int
    due_on = DateField()
    reason = TextField(500)
    cause_code: str | None = TextField(40, null=True)  # type: ignore[assignment]
    """What made it necessary, by its code."""
    completion = reference("StaffLessonCompletion", null=True, unique=True)
    completion_id: int | None

    class Meta:
        table = "staff_lesson"
        unique_together = (("lesson_id", "staff_id"),)
        indexes = (("staff_id", "due_on", "id"), ("due_on", "id"), ("lesson_id", "id"))

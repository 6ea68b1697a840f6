"""The pages and questions of lessons, and which customer completed which."""

from typing import ClassVar

from models.base import Owned, StaffOnly
from models.fields import LongTextField, NumberField, TextField, reference
from models.scopes import Scope
from models.service.articles import readable_version
from rules.people.access import Role


class PartOfVersion(StaffOnly):
    """A part of what a version says, seen with it, in its place."""

    version = reference("ArticleVersion")
    version_id: int
    number = NumberField()
    """Its place, from 1."""

    class Meta:
        abstract = True

    @classmethod
    def scope(cls, role: Role) -> Scope:
        return readable_version(role, "version__")


class LessonPage(PartOfVersion):
    """A short page."""

    text_zh = LongTextField()
    text_en = LongTextField()

    class Meta:
        table = "lesson_page"
        unique_together = (("version_id", "number"),)


class LessonQuestion(PartOfVersion):
    """A question with choices, of which one is right."""

    text_zh = TextField(300)
    text_en = TextField(300)
    right_choice = NumberField()
    """The number of the choice."""

    class Meta:
        table = "lesson_question"
        unique_together = (("version_id", "number"),)


class LessonChoice(PartOfVersion):
    """What can be chosen; its place is that within its question."""

    question = reference("LessonQuestion")
    question_id: int
    text_zh = TextField(200)
    text_en = TextField(200)

    class Meta:
        table = "lesson_choice"
        unique_together = (("question_id", "number"),)
        indexes = (("version_id", "id"),)


class LessonCompletion(Owned):
    """A customer answered all questions of a lesson rightly: once, whatever versions come."""

    is_append_only: ClassVar[bool] = True

    lesson = reference("Article")
    lesson_id: int
    version = reference("ArticleVersion")
    version_id: int
    """The one that he was shown."""

    class Meta:
        table = "lesson_completion"
        unique_together = (("lesson_id", "customer_id"),)
        indexes = (("customer_id", "id"), ("lesson_id", "id"))

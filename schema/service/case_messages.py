"""What is said in a case."""

import models
from resolvers.documents import links
from resolvers.service import case_messages
from rules.applications.steps import WithColleague
from rules.documents.uploads import UploadNotUsable
from rules.people.access import CUSTOMERS, IN_CHARGE
from rules.people.staff import OwnAffairs
from rules.service.cases import MOST_FILES, TooManyMessages
from rules.states import NotPossibleNow
from schema.context import Info
from schema.declarations import Input, id_of, ids_of, input, mutation, text

WORKING_ON_CASE = (OwnAffairs, WithColleague, NotPossibleNow)
"""What whoever answers a case may be refused."""


@input
class WriteInCaseInput(Input):
    """In which case, and what."""

    case_id: int = id_of(models.Case)
    """One of yours that is not over."""
    words: str = text(1, 4_000)
    """What you want to say."""
    upload_ids: list[int] | None = ids_of(models.Upload, MOST_FILES)
    """Pictures and papers that arrived by `createUpload` for CASE."""


@mutation(allow=CUSTOMERS, refusals=(NotPossibleNow, TooManyMessages, UploadNotUsable))
async def write_in_case(info: Info, input: WriteInCaseInput) -> models.Case:
    """Say something in your case; where we asked you, it goes on."""
    return await case_messages.write_in_case(info.context.viewer, **input.values())


@input
class ReplyToCaseInput(Input):
    """To which case, and what."""

    case_id: int = id_of(models.Case)
    """One that is yours to answer, or nobody's."""
    words: str = text(1, 4_000)
    """What the customer reads."""


@mutation(allow=IN_CHARGE, refusals=WORKING_ON_CASE)
async def reply_to_case(info: Info, input: ReplyToCaseInput) -> models.Case:
    """Say something to the customer of a case; the first reply ends its first clock."""
    return await case_messages.reply_to_case(info.context.viewer, **input.values())


@input
class AskCustomerInput(Input):
    """In which case, and what."""

    case_id: int = id_of(models.Case)
    """One that is yours to answer, or nobody's."""
    words: str = text(1, 4_000)
    """What you have to know, in words for the customer."""


@mutation(allow=IN_CHARGE, refusals=WORKING_ON_CASE)
async def ask_customer(info: Info, input: AskCustomerInput) -> models.Case:
    """Ask the customer something. What we promised stands still until he answers; what the law says does not."""
    return await case_messages.ask_customer(info.context.viewer, **input.values())


@input
class ContinueCaseInput(Input):
    """Which case."""

    case_id: int = id_of(models.Case)
    """One that waits for its customer."""


@mutation(allow=IN_CHARGE, refusals=WORKING_ON_CASE)
async def continue_case(info: Info, input: ContinueCaseInput) -> models.Case:
    """Go on without the customer's answer."""
    return await case_messages.continue_case(info.context.viewer, **input.values())


@input
class NoteInCaseInput(Input):
    """In which case, and what."""

    case_id: int = id_of(models.Case)
    """One of a customer whom you look after."""
    words: str = text(1, 4_000)
    """What colleagues should know; the customer does not read it."""


@mutation(allow=IN_CHARGE, refusals=(OwnAffairs,))
async def note_in_case(info: Info, input: NoteInCaseInput) -> models.Case:
    """Write something down for colleagues."""
    return await case_messages.note_in_case(info.context.viewer, **input.values())


@input
class OpenCaseFileInput(Input):
    """Which file."""

    file_id: int = id_of(models.CaseFile)
    """One of a case that you may see."""


@mutation(allow=CUSTOMERS | IN_CHARGE, refusals=())
async def open_case_file(info: Info, input: OpenCaseFileInput) -> links.Opened:
    """Give a link to a file of a case, for five minutes; the audit keeps who opened it."""
    return await case_messages.open_case_file(info.context.viewer, **input.values())

"""Nobody reads what is not his: every type, field and row is read as everybody, and checked against a second opinion.

The second opinion is written here in plain Python on raw rows: it shares nothing with `visible_to`.
"""

from collections import Counter
from collections.abc import Iterable
from functools import cache

import pytest
from graphql import (
    GraphQLField,
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLOutputType,
    GraphQLSchema,
    execute,
    is_leaf_type,
    parse,
)

import models
from models.base import LoanOwned, Public, Row, StaffOnly
from models.secrets import Secret
from models.viewer import Viewer
from rules.ids import encode_id
from rules.loyalty.customer_events import CustomerEventStatus
from rules.people.access import ALL_STAFF, OWNER, STAFF_IN_CHARGE, ClearTo, PartyRole, Role
from rules.products.states import ProposalStatus
from rules.service.articles import ArticleAudience, ArticleStatus
from rules.service.entries import Audience
from rules.service.feedback import FeedbackDesk
from schema.build import schema
from schema.context import Context
from schema.declarations import registry
from schema.declarations.fields import Masked
from schema.declarations.ids import decode_id
from tests.databases import filled
from tests.schema.crowd import Crowd, make_crowd


def nodes() -> list[registry.DeclaredType]:
    """Every type that shows rows; there must be many, or nothing was declared yet."""
    found = [declared for declared in registry.types.values() if declared.is_node]
    assert len(found) > 20, "the schema has not been built"
    return found


@pytest.fixture
async def crowd(db) -> Crowd:
    schema()
    return await filled(db, make_crowd)


def unwrapped(kind: GraphQLOutputType) -> GraphQLOutputType:
    while isinstance(kind, GraphQLNonNull | GraphQLList):
        kind = kind.of_type
    return kind


def node_types() -> dict[str, type[Row]]:
    return {declared.name: declared.source for declared in nodes()}


STAFFS_OWN = (
    models.Assessment,
    models.LoanChange,
    models.Evaluation,
    models.EvaluatedFact,
    models.Contact,
    models.Relationship,
    models.Delivery,
    models.LeftOut,
    models.PointsAdjustment,
    models.Referral,
    models.RateDiscount,
    models.SurveyFollowUp,
    models.CaseCause,
    models.Visit,
)
"""What staff write about customers for each other."""


PROPOSED = (
    models.ProductVersion,
    models.Fee,
    models.EarningRule,
    models.Reward,
    models.FeedbackNotice,
    models.SurveyVersion,
    models.SurveyPage,
    models.SurveyQuestion,
)
"""What anybody sees once it is approved."""


async def is_approved(row: Row) -> bool:
    if isinstance(row, models.Fee):
        row = await models.ProductVersion.get(id=row.product_version_id)
    if isinstance(row, models.SurveyPage | models.SurveyQuestion):
        row = await models.SurveyVersion.get(id=row.version_id)
    return row.status is ProposalStatus.APPROVED


async def may_see(crowd: Crowd, viewer: Viewer, row: Row) -> bool:
    """The second opinion on who sees a row."""
    model = type(row)
    if model in PROPOSED:
        return await is_approved(row) or viewer.role in ALL_STAFF
    if issubclass(model, Public):
        return True
    if model is models.Session:
        own = (row.customer_id, row.staff_id) == (viewer.customer_id, viewer.staff_id)
        return own and row.ended_at is None
    if model is models.Feedback:
        return is_heard(viewer, row)
    if model is models.CustomerEvent and viewer.role is Role.CUSTOMER:
        return await is_invited(crowd, viewer, row)
    if model in TAUGHT:
        return await may_learn(viewer, row)
    if issubclass(model, StaffOnly):
        allowed = {
            models.Staff: ALL_STAFF - {Role.MARKETER}, models.AuditEntry: {Role.AUDITOR}, models.Account: {Role.AUDITOR},
            models.Entry: {Role.AUDITOR}, models.Posting: {Role.AUDITOR},
            models.LedgerAccount: {Role.AUDITOR, Role.MANAGER},
            models.SuspenseItem: {Role.OFFICER, Role.MANAGER, Role.AUDITOR},
            models.StaffSkill: ALL_STAFF - {Role.MARKETER}, models.AccessGrant: {Role.MANAGER, Role.AUDITOR},
            models.Policy: {Role.OFFICER, Role.MANAGER, Role.AUDITOR}, models.PolicyRule: {Role.OFFICER, Role.MANAGER, Role.AUDITOR},
            models.PriceBand: {Role.OFFICER, Role.MANAGER, Role.AUDITOR},
            models.ReminderPlan: {Role.OFFICER, Role.MANAGER, Role.AUDITOR}, models.DeadLetter: {Role.ADMIN, Role.AUDITOR},
            models.PromotionTemplate: {Role.MARKETER, Role.MANAGER, Role.AUDITOR},
            models.Promotion: {Role.MARKETER, Role.MANAGER, Role.AUDITOR},
            models.CustomerEvent: {Role.OFFICER, Role.MANAGER, Role.MARKETER, Role.AUDITOR},
            models.CustomerEventBranch: {Role.OFFICER, Role.MANAGER, Role.MARKETER, Role.AUDITOR},
            models.TierPlan: ALL_STAFF, models.TierLevel: ALL_STAFF,
            models.RateDiscountPolicy: {Role.OFFICER, Role.MANAGER, Role.AUDITOR},
            models.Partner: {Role.MANAGER, Role.ADMIN, Role.AUDITOR, Role.MARKETER},
            models.MarketChange: ALL_STAFF, models.MarketChangeDay: ALL_STAFF,
            models.ReferralProgramme: {Role.OFFICER, Role.MANAGER, Role.AUDITOR},
            models.ReferralBonus: {Role.OFFICER, Role.MANAGER, Role.AUDITOR},
            models.Survey: {Role.OFFICER, Role.MANAGER, Role.MARKETER, Role.AUDITOR},
            models.SurveyGuest: {Role.MANAGER, Role.AUDITOR},
            models.Cause: ALL_STAFF, models.ImprovementAction: {Role.OFFICER, Role.MANAGER, Role.AUDITOR},
        }  # fmt: skip
        is_near = model is not models.SurveyGuest or viewer.role is Role.AUDITOR or row.branch_id in viewer.branch_ids
        return viewer.role in allowed[model] and is_near
    return viewer.role is Role.AUDITOR or (await is_of_my_cases(viewer, row) and await is_mine(crowd, viewer, row))


async def is_mine(crowd: Crowd, viewer: Viewer, row: Row) -> bool:
    """The second opinion on whose a customer's row is, for everybody but auditors."""
    model = type(row)
    owner = row.pk if model is models.Customer else row.customer_id
    if viewer.role in (Role.OFFICER, Role.MANAGER):
        if not await may_read_scores(viewer, row):
            return False
        is_shut = viewer.role is Role.OFFICER and owner in crowd.shut and (owner, viewer.staff_id) not in crowd.let_in
        return crowd.branch_of[owner] in viewer.branch_ids and not is_shut
    if viewer.role is not Role.CUSTOMER or model in STAFFS_OWN:
        return False
    if not issubclass(model, LoanOwned):
        return owner == viewer.customer_id
    loan = row.pk if model is models.Loan else row.loan_id
    party = crowd.party.get((loan, viewer.customer_id))
    if party is PartyRole.GUARANTOR:
        return model in (models.Loan, models.Installment)
    return party is not None


async def is_of_my_cases(viewer: Viewer, row: Row) -> bool:
    """The second opinion on cases: nobody reads one about himself, and no customer what is not for him, or not approved."""
    if viewer.role is Role.CUSTOMER:
        is_for_him = not isinstance(row, models.CaseEntry) or row.audience is Audience.EVERYBODY
        is_given = (
            not isinstance(row, models.CaseRedress | models.CaseExtension) or row.status is ProposalStatus.APPROVED
        )
        return is_for_him and is_given
    if not type(row).__name__.startswith("Case"):
        return True
    case_id = row.pk if isinstance(row, models.Case) else row.case_id
    return not await models.CaseRecusal.exists(case_id=case_id, staff_id=viewer.staff_id)


def is_heard(viewer: Viewer, row: models.Feedback) -> bool:
    """The second opinion on who reads what somebody says of us."""
    if viewer.role is Role.OFFICER:
        return row.branch_id in viewer.branch_ids and row.desk is FeedbackDesk.OFFICERS
    if viewer.role is Role.MANAGER:
        return row.branch_id in viewer.branch_ids
    is_own = viewer.customer_id is not None and row.customer_id == viewer.customer_id
    return viewer.role is Role.AUDITOR or is_own


SCORES = (models.SurveyInvitation, models.SurveyResponse, models.SurveyAnswer)


async def may_read_scores(viewer: Viewer, row: Row) -> bool:
    """The second opinion on who of staff reads a score: managers, never he whose work it is about."""
    if isinstance(row, models.SurveyFollowUp):
        return row.about_id != viewer.staff_id
    if type(row) not in SCORES:
        return True
    scored = await models.SurveyResponse.get(id=row.response_id) if isinstance(row, models.SurveyAnswer) else row
    return viewer.role is Role.MANAGER and scored.about_id != viewer.staff_id


TAUGHT = (
    models.Article,
    models.ArticleVersion,
    models.LessonPage,
    models.LessonQuestion,
    models.LessonChoice,
    models.ArticleVote,
    models.StaffLesson,
    models.StaffLessonCompletion,
)


async def may_learn(viewer: Viewer, row: Row) -> bool:
    """The second opinion on who reads what, and what came of it: nothing in this crowd is over."""
    if isinstance(row, models.ArticleVote):
        return row.customer_id == viewer.customer_id
    if isinstance(row, models.StaffLesson | models.StaffLessonCompletion):
        return viewer.role in (Role.MANAGER, Role.AUDITOR) or row.staff_id == viewer.staff_id
    if viewer.role in (Role.MARKETER, Role.MANAGER, Role.AUDITOR):
        return True
    version = row if isinstance(row, models.ArticleVersion) else None
    if not isinstance(row, models.Article | models.ArticleVersion):
        version = await models.ArticleVersion.get(id=row.version_id)
    if version is not None and version.status is not ProposalStatus.APPROVED:
        return False
    article = row if version is None else await models.Article.get(id=version.article_id)
    is_for_him = article.audience is ArticleAudience.CUSTOMERS or viewer.role in ALL_STAFF
    return article.status is ArticleStatus.PUBLISHED and is_for_him


async def is_invited(crowd: Crowd, viewer: Viewer, event: models.CustomerEvent) -> bool:
    """The second opinion on who is invited: everybody in this crowd is in the lowest tier."""
    if await models.Registration.exists(event_id=event.id, customer_id=viewer.customer_id):
        return True
    branches = {row.branch_id for row in await models.CustomerEventBranch.filter(event_id=event.id)}
    means_him = not branches or crowd.branch_of[viewer.customer_id] in branches
    return event.status is CustomerEventStatus.PUBLISHED and means_him


def is_clear(clear_to: ClearTo, viewer: Viewer, row: Row) -> bool:
    """The second opinion on who reads a masked value."""
    owner = row.pk if isinstance(row, models.Customer) else getattr(row, "customer_id", None)
    if OWNER in clear_to and viewer.role is Role.CUSTOMER and viewer.customer_id == owner:
        return True
    return STAFF_IN_CHARGE in clear_to and viewer.role in (Role.OFFICER, Role.MANAGER)


async def read(viewer: Viewer, document: str, **variables: object) -> dict:
    result = await schema().execute(document, variable_values=variables, context_value=Context(viewer))
    assert not result.errors, result.errors
    return result.data


def leaves(name: str) -> list[str]:
    kind = schema()._schema.type_map[name]
    assert isinstance(kind, GraphQLObjectType)
    return [field for field, declared in kind.fields.items() if is_leaf_type(unwrapped(declared.type))]


def links(name: str) -> str:
    """A selection of the ids of everything a node leads to."""
    kind = schema()._schema.type_map[name]
    assert isinstance(kind, GraphQLObjectType)
    parts = []
    for field, declared in kind.fields.items():
        target = unwrapped(declared.type)
        if isinstance(target, GraphQLObjectType) and "id" in target.fields:
            parts.append(f"{field} {{ id }}")
        elif isinstance(target, GraphQLObjectType) and "nodes" in target.fields:
            parts.append(f"{field}(first: 100) {{ nodes {{ id }} }}")
    return " ".join(parts)


def ids_in(value: object) -> Iterable[str]:
    if isinstance(value, dict):
        for key, inner in value.items():
            if key == "id":
                yield inner
            yield from ids_in(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from ids_in(inner)


async def test_a_row_out_of_sight_does_not_exist(crowd):
    foreign, seen = Counter(), Counter()
    for viewer in crowd.viewers:
        for name, model in node_types().items():
            for row in await model.all():
                found = await read(viewer, "query($id: ID!) { node(id: $id) { id } }", id=encode_id(name, row.pk))
                expected = await may_see(crowd, viewer, row)
                assert (found["node"] is not None) == expected, (viewer.role, name, row.pk)
                (seen if expected else foreign)[name] += 1
    everywhere = {name for name, model in node_types().items() if not issubclass(model, Public)}
    assert set(seen) == set(node_types()), "some type was never seen by anybody"
    proposed = {"Reward", "FeedbackNotice", "SurveyVersion", "SurveyPage", "SurveyQuestion"}
    assert set(foreign) - proposed == everywhere, "some type was never hidden from anybody"  # Until it is approved.


async def test_nothing_leads_to_a_row_out_of_sight(crowd):
    """Each stock resolver is handed every row, also those its viewer may not see, and must give only what he may."""
    rows = {(name, row.pk): row for name, model in node_types().items() for row in await model.all()}
    met = Counter()
    for viewer in crowd.viewers:
        for declared in nodes():
            selection = links(declared.name)
            for row in [row for (name, _), row in rows.items() if name == declared.name] if selection else []:
                document = f"query {{ start {{ {selection} }} }}"
                answer = await start_at(viewer, declared.name, row, document)
                for found in ids_in(answer):
                    name, key = decode_id(found)
                    assert await may_see(crowd, viewer, rows[name, key]), (viewer.role, declared.name, name, key)
                if not await may_see(crowd, viewer, row):
                    met[declared.name] += 1
    linked = {declared.name for declared in nodes() if links(declared.name)}
    assert len(linked) > 10
    owned = {name for name in linked if not issubclass(node_types()[name], Public)}
    assert owned <= set(met), f"no foreign row of {owned - set(met)} was met"


@cache
def schema_that_starts_at(name: str) -> GraphQLSchema:
    built = schema()._schema
    start = GraphQLField(built.type_map[name], resolve=lambda row, _: row)
    return GraphQLSchema(GraphQLObjectType("Start", {"start": start}), types=list(built.type_map.values()))


async def start_at(viewer: Viewer, name: str, row: Row, document: str) -> dict:
    """Execute a selection on a row as if it had been reached, whoever may see it."""
    result = execute(schema_that_starts_at(name), parse(document), row, Context(viewer))
    answered = await result if hasattr(result, "__await__") else result
    data = answered.data or {}
    for error in answered.errors or ():  # A non-null relation out of sight: the row itself was never to be reached.
        assert "Cannot return null" in error.message, error
    return data


async def test_masked_fields_are_masked_for_everybody_else(crowd):
    clear, covered = Counter(), Counter()
    for declared in nodes():
        for field, how in declared.fields.items():
            if not isinstance(how, Masked):
                continue
            for viewer in crowd.viewers:
                for row in await declared.source.visible_to(viewer):
                    name = registry_name(field)
                    document = f"query($id: ID!) {{ node(id: $id) {{ ... on {declared.name} {{ value: {name} }} }} }}"
                    answer = await read(viewer, document, id=encode_id(declared.name, row.pk))
                    value = getattr(row, how.column or field)
                    value = value.read() if isinstance(value, Secret) else value
                    if value is None:
                        assert answer["node"]["value"] is None
                    elif is_clear(how.clear_to, viewer, row):
                        assert answer["node"]["value"] == value
                        clear[declared.name, field] += 1
                    else:
                        assert answer["node"]["value"] == how.mask(value) != value
                        covered[declared.name, field] += 1
    everyone = {(d.name, field) for d in nodes() for field, how in d.fields.items() if isinstance(how, Masked)}
    assert everyone
    assert set(clear) == set(covered) == everyone


def registry_name(field: str) -> str:
    head, *rest = field.split("_")
    return head + "".join(word.capitalize() for word in rest)


async def test_no_secret_is_read_by_any_other_way(crowd):
    """Every leaf of every row that somebody sees is read, and searched for the secrets of others."""
    secrets = await crowd.secrets()
    canary, values = Counter(), Counter()
    for viewer in crowd.viewers:
        others = {text for owner, texts in secrets.items() if owner != viewer.customer_id for text in texts}
        for name, model in node_types().items():
            for row in await model.visible_to(viewer):
                document = f"query($id: ID!) {{ node(id: $id) {{ ... on {name} {{ {' '.join(leaves(name))} }} }} }}"
                answer = await read(viewer, document, id=encode_id(name, row.pk))
                for field, value in answer["node"].items():
                    values[name, field] += value is not None
                    assert not any(secret in str(value) for secret in others), (viewer.role, name, field)
                own = secrets.get(viewer.customer_id or 0, set())
                canary["found"] += sum(secret in str(answer) for secret in own)
    assert canary["found"] > 0, "not even their own secrets were found"
    never = {(name, field) for name in node_types() for field in leaves(name)} - {key for key in values if values[key]}
    assert never == set(), f"no value was ever met for {never}"

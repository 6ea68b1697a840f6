"""Every table of the data set in the order in which rows may point at each other, with the columns that are filled."""

from collections.abc import Callable
from typing import NamedTuple

from bench.data import house, loans
from bench.data.house import Rows
from bench.data.town import Town


class Table(NamedTuple):
    """A table, the columns its rows give (others stay null or at what the database says), and the rows."""

    name: str
    columns: tuple[str, ...]
    rows: Callable[[Town], Rows]


def _table(rows: Callable[[Town], Rows], columns: str) -> Table:
    return Table(rows.__name__, ("id", "created_at", *columns.split()), rows)


_TERMS = "annual_rate currency min_amount max_amount min_term max_term valid_from is_current"
_SECRETS = "phone phone_mask phone_index identity_number identity_number_mask identity_number_index birth_on sex"
TABLES = (
    _table(house.accounting_day, "on is_open closed_at"),
    _table(house.tier, "code rank name_zh name_en"),
    _table(house.branch, "code name_zh name_en is_default"),
    _table(house.staff, "login password_hash name role currency is_active"),
    _table(house.staff_branch, "staff_id branch_id"),
    _table(house.product, "code is_offered"),
    _table(house.product_version, f"product_id number name_zh name_en method {_TERMS}"),
    _table(house.account, "code kind currency"),
    _table(house.customer, f"version name {_SECRETS} locale branch_id"),
    _table(house.bank_account, "bank number number_mask number_index customer_id"),
    _table(house.points_account, "balance pending tier_id customer_id"),
    _table(house.session, "expires_at customer_id staff_id"),
    _table(
        loans.application,
        "version amount currency term purpose status submitted_at branch_id customer_id product_version_id",
    ),
    _table(loans.application_step, "status entered_on customer_id application_id"),
    _table(loans.contract, "locale text text_hash customer_id application_id"),
    _table(loans.signature, "text_hash session_number signed_at customer_id contract_id"),
    _table(
        loans.loan,
        "currency principal outstanding rate term method current_rate status is_open opened_on next_action_on"
        " customer_id product_version_id contract_id",
    ),
    _table(loans.loan_party, "role customer_id loan_id"),
    _table(
        loans.payout,
        "provider provider_reference currency amount status asked_at released_by_id released_on settled_by_id"
        " bank_account_id customer_id loan_id",
    ),
    _table(loans.disbursement, "currency amount fees value_on customer_id loan_id payout_id"),
    _table(
        loans.installment,
        "number starts_on ends_on due_on currency principal interest costs penalty"
        " paid_principal paid_interest paid_costs paid_penalty is_open paid_on customer_id loan_id",
    ),
    _table(
        loans.receipt,
        "provider provider_reference currency amount received_at value_on customer_id loan_id",
    ),
    _table(loans.repayment, "currency amount channel value_on received_at customer_id loan_id receipt_id"),
    _table(
        loans.allocation,
        "event_number value_on currency costs penalty interest principal excess customer_id loan_id repayment_id",
    ),
    _table(loans.loan_event, "kind value_on currency amount customer_id loan_id repayment_id"),
    _table(loans.entry, "booked_on source customer_number loan_id"),
    _table(loans.posting, "amount currency account_id entry_id"),
    _table(
        loans.points_entry,
        "kind points spendable pending qualifying source act booked_on installment_number"
        " customer_id loan_id repayment_id rule_id",
    ),
    _table(loans.point_lot, "earned remaining expired state expires_on customer_id entry_id"),
    _table(loans.points_posting, "side points customer_id entry_id lot_id"),
    _table(loans.outbox_event, "kind body delivered_at tries customer_id"),
    _table(loans.notification, "kind body is_read read_at customer_id event_id"),
)

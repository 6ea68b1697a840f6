"""Nobody settles his own affairs, or his family's, at his desk."""

from models import Loan, LoanParty, Staff, Viewer
from resolvers.people.relationships import kin_of
from rules.people.staff import check_not_own


async def check_not_party(viewer: Viewer, loan: Loan) -> None:
    """Let a member of staff act on a loan that neither he nor his family is party to. Raises `OwnAffairs`."""
    staff = await Staff.get(id=viewer.staff_id)
    parties = await LoanParty.filter(loan_id=loan.id)
    check_not_own(await kin_of(staff), [party.customer_id for party in parties])

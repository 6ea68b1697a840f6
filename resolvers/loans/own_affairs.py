"""Nobody settles his own affairs, or his family's, at his desk."""

from models import Loan, LoanParty, Viewer
from resolvers.people.relationships import check_not_ones_own


async def check_not_party(viewer: Viewer, loan: Loan) -> None:
    """Let a member of staff act on a loan that neither he nor his family is party to. Raises `OwnAffairs`."""
    parties = await LoanParty.filter(loan_id=loan.id)
    await check_not_ones_own(viewer, *[party.customer_id for party in parties])

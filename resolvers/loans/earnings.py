"""What a loan's life earns: points are given and taken back beside its rows and books."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from models.loans.stored import Stored, StoredAward
from resolvers.loyalty.moves import Moves, What
from rules.books.accounts import AccountCode
from rules.loans.ledger import Ledger
from rules.loans.states import LoanStatus
from rules.loyalty.earning import Conduct, Done, EarningTerms, Line, award, earned, standing
from rules.loyalty.kinds import Act


def conduct_of(
    stored: Stored, ledger: Ledger, lines: Iterable[Sequence[Any]], moved: Collection[AccountCode] = ()
) -> Conduct:
    """Say how a loan was repaid, as far as that earns points; `lines` are its installments' rows.

    `moved` are the accounts that money comes into or goes out of just now: what is settled out of a new loan earns nothing.
    """
    is_settled = stored.loan.status is LoanStatus.CLOSED and AccountCode.REFINANCING not in {*moved, *stored.balances}
    return Conduct(
        lines=[_line(row) for row in lines],
        settled_on=max((part.on for part in ledger.booked if part.repays), default=None) if is_settled else None,
        ends_on=ledger.schedule.periods[-1].due_on,
        is_undone=ledger.is_withdrawn or stored.loan.status is LoanStatus.CANCELLED,
    )


def _line(row: Sequence[Any]) -> Line:
    paid_on = row[-1]
    return Line(
        number=row[0],
        due_on=date.fromisoformat(row[3]),
        paid_on=date.fromisoformat(paid_on) if paid_on else None,
        was_asked=any(row[4:7]),
    )


def reward(stored: Stored, conduct: Conduct, today: date, moves: Moves) -> None:
    """Give the points that were earned, and take back those that are not any more."""
    given = {what: had for what, had in stored.awards.items() if had.is_given}
    stands = standing(conduct, {what: had.at_least for what, had in given.items()})
    for what, rule in earned(conduct, stored.earning_rules, stands).items():
        if what not in given:
            _give(stored, what, rule, stored.awards.get(what, StoredAward()), today, moves)
    for what, had in given.items():
        if had.points and what not in stands:
            assert had.lot_id is not None, "something was given"
            about = _about(stored, what, had)
            moves.take_back(about, had.lot_id, had.points, qualifying=had.qualifying, is_pending=had.is_pending)


def _give(stored: Stored, what: Done, rule: EarningTerms, had: StoredAward, today: date, moves: Moves) -> None:
    about = replace(_about(stored, what, had), rule_id=rule.id)
    points = award(rule, stored.points_percent, stored.points_used)
    if points:
        moves.earn_by(about, rule, points, today)
        stored.points_used[rule.act] = stored.points_used.get(rule.act, 0) + points
    else:
        moves.note_capped(about, rule.points)


def _about(stored: Stored, what: Done, had: StoredAward) -> What:
    act = "" if what.act is Act.ON_TIME else f":{what.act}"
    source = f"Loan:{stored.loan.id}:{what.number}{act}"
    return What(
        customer_id=stored.loan.customer_id,
        source=f"{source}:{had.movements}" if had.movements else source,
        act=what.act,
        loan_id=stored.loan.id,
        installment_number=what.number,
    )

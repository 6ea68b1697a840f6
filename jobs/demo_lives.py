"""What people do in the demo, and what is done for them: every step calls a resolver."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Protocol

import resolvers
from jobs import demo_house, demo_people
from jobs.demo_people import DemoCustomer
from jobs.demo_wishes import GIVEN_UP_AFTER_DAYS, RECOVERED_AFTER_DAYS, SIGNED, Stage, Wish
from models import (
    Application,
    Contract,
    CostDisclosure,
    Installment,
    Loan,
    Offer,
    Payout,
    Product,
    ProductVersion,
    Viewer,
)
from models.clock import TravellingClock
from resolvers.applications import applications, contracts, corrections, decisions, disclosures, drafts, offers
from resolvers.loans import cancellations, repayments, write_offs
from resolvers.payments import payouts
from resolvers.payments.providers.manual import Manual
from resolvers.people import bank_accounts, customers, sessions, sign_in
from rules.applications.disclosures import READING_TIME
from rules.applications.kinds import DecisionReason, DisclosureStep, Outcome
from rules.loans.states import LoanStatus
from rules.money import ZERO, Money
from rules.payments.payouts import PayoutFailure
from rules.payments.states import PaymentChannel
from rules.people.access import Role

Act = Callable[[], Awaitable[None]]


class House(Protocol):
    """What a life needs of the demo around it."""

    clock: TravellingClock
    codes: dict[str, str]
    staff: dict[str, Viewer]
    branch_ids: list[int]

    def plan(self, days_ago: int, act: Act) -> None: ...

    def plan_on(self, day: date, act: Act) -> None: ...


_BY_HAND = SIGNED - {Stage.LOAN, Stage.DOUBTFUL, Stage.WRITTEN_OFF, Stage.RECOVERED}


class Person:
    """A customer, signed in once he first wishes for something."""

    def __init__(self, house: House, who: DemoCustomer, number: int) -> None:
        self.house, self.who, self.number = house, who, number
        self.viewer: Viewer | None = None
        self.bank_account_id = 0

    def plan(self) -> None:
        """Put each wish on its day."""
        for number, wish in enumerate(self.who.wishes, start=1):
            self.house.plan(wish.days_ago, _Story(self, wish, number).apply)

    async def arrive(self) -> Viewer:
        """Sign in, and say who he is; the second time, only be there."""
        if self.viewer is None:
            self.viewer = await self._sign_in()
        return self.viewer

    async def _sign_in(self) -> Viewer:
        phone, house = demo_people.phone_of(self.number), self.house
        visitor = Viewer(role=Role.VISITOR, clock=house.clock, address="127.0.0.1")
        await sign_in.request_code(visitor, phone)
        signed_in = await sign_in.sign_in_with_code(visitor, phone, house.codes[f"+86{phone}"])
        viewer = await sessions.viewer_of(signed_in.access_token, house.clock, None, "127.0.0.1")
        await customers.identify(viewer, self.who.name, demo_people.identity_number_of(self.who, self.number))
        if self.who.locale is not None:
            await customers.choose_language(viewer, self.who.locale)
            viewer = viewer.speaking(self.who.locale)
        account = await bank_accounts.add_bank_account(viewer, "工商银行", demo_people.card_of(self.number))
        self.bank_account_id = account.id
        return viewer


class _Story:
    """What becomes of one wish."""

    def __init__(self, person: Person, wish: Wish, number: int) -> None:
        self.person, self.wish, self.number = person, wish, number
        self.house = person.house

    @property
    def officer(self) -> Viewer:
        return self.house.staff["officer2" if self.person.who.branch else "officer"]

    @property
    def manager(self) -> Viewer:
        return self.house.staff["manager"]

    async def apply(self) -> None:
        """Go as far as he goes on the first day."""
        viewer = await self.person.arrive()
        product = await Product.get(code=self.wish.product)
        amount = Money(self.wish.amount, "CNY")
        branch_id = self.house.branch_ids[self.person.who.branch]
        application = await applications.start_application(
            viewer, product_id=product.id, amount=amount, term=self.wish.term, branch_id=branch_id
        )
        if self.wish.stage is Stage.DRAFT:
            return
        await self._acknowledge(application, DisclosureStep.SUBMIT)
        application = await applications.submit_application(
            viewer, application_id=application.id, purpose=self.wish.purpose, version=application.version
        )
        if self.wish.stage is Stage.WITHDRAWN:
            await applications.withdraw_application(viewer, application_id=application.id, version=application.version)
        elif self.wish.stage is not Stage.SUBMITTED:
            look = self._send_back if self.wish.stage in {Stage.RETURNED, Stage.CORRECTED} else self._decide
            self.house.plan(max(self.wish.days_ago - 1, 0), lambda: look(application.id))

    async def _send_back(self, application_id: int) -> None:
        application = await Application.get(id=application_id)
        reason = "收入证明不清晰，请核对后下调借款金额，并重新提交。"
        await corrections.return_application(
            self.officer, application_id=application.id, reason=reason, version=application.version
        )
        if self.wish.stage is Stage.CORRECTED:
            self.house.plan(max(self.wish.days_ago - 2, 0), lambda: self._correct(application.id))

    async def _correct(self, application_id: int) -> None:
        viewer, application = await self.person.arrive(), await Application.get(id=application_id)
        terms = await ProductVersion.get(id=application.product_version_id)
        less = Money(max(application.amount - 1000, terms.min_amount), application.currency)
        application = await drafts.save_application(
            viewer, application_id=application.id, amount=less, term=application.term, version=application.version
        )
        await self._acknowledge(application, DisclosureStep.SUBMIT)
        await applications.submit_application(
            viewer, application_id=application.id, purpose=self.wish.purpose, version=application.version
        )

    async def _acknowledge(self, application: Application, step: DisclosureStep) -> None:
        viewer = await self.person.arrive()
        disclosure = await CostDisclosure.get(application_id=application.id, step=step, is_current=True)
        self.house.clock.moment += READING_TIME
        await disclosures.acknowledge_disclosure(viewer, disclosure.id)

    async def _decide(self, application_id: int) -> None:
        application = await Application.get(id=application_id)
        decider = self.officer
        if application.amount > demo_house.OFFICER_LIMIT:
            comment = "收入稳定，还款能力充足，建议批准。"
            application = await decisions.recommend_application(
                self.officer, application.id, Outcome.APPROVE, comment, application.version
            )
            decider = self.manager
        if self.wish.stage is Stage.RECOMMENDED:
            return
        declined = self.wish.stage is Stage.DECLINED
        outcome = Outcome.DECLINE if declined else Outcome.APPROVE
        reason = DecisionReason.INCOME_TOO_LOW if declined else DecisionReason.AFFORDABLE
        await decisions.decide_application(decider, application.id, outcome, reason, application.version)
        if self.wish.stage is Stage.ACCEPTED or self.wish.stage in SIGNED:
            self.house.plan(max(self.wish.days_ago - 2, 0), lambda: self._accept(application.id))

    async def _accept(self, application_id: int) -> None:
        viewer = await self.person.arrive()
        offer = await Offer.get(application_id=application_id, is_current=True)
        application = await offers.accept_offer(viewer, offer.id)
        if self.wish.stage is Stage.ACCEPTED:
            return
        await self._acknowledge(application, DisclosureStep.SIGN)
        contract = await Contract.get(application_id=application.id)
        if self.wish.stage in _BY_HAND:
            await self._sign_for_a_transfer_by_hand(contract)
        else:
            await self._plan_what_follows(await self._sign(contract))

    async def _sign(self, contract: Contract) -> Loan:
        viewer, account_id = await self.person.arrive(), self.person.bank_account_id
        key = f"demo-sign-{self.number}"
        signed = await contracts.sign_contract(viewer, contract_id=contract.id, bank_account_id=account_id, key=key)
        return signed.loan

    async def _sign_for_a_transfer_by_hand(self, contract: Contract) -> None:
        """Sign while nobody but the staff moves money."""
        before = resolvers.configured()
        resolvers.configure(replace(before, payment_provider=Manual()))
        try:
            loan = await self._sign(contract)
        finally:
            resolvers.configure(before)
        assert loan.status is LoanStatus.PENDING
        if self.wish.stage is Stage.CANCELLED:
            await cancellations.cancel_loan(await self.person.arrive(), loan_id=loan.id)
        elif self.wish.stage is not Stage.UNPAID:
            self.house.plan(max(self.wish.days_ago - 3, 0), lambda: self._send_by_hand(loan.id))

    async def _send_by_hand(self, loan_id: int) -> None:
        payout = await Payout.get(loan_id=loan_id)
        await payouts.release_payout(self.officer, payout_id=payout.id, key=f"demo-release-{payout.id}")
        key = f"demo-settle-{payout.id}"
        if self.wish.stage is Stage.NOT_ARRIVED:
            await payouts.fail_payout(self.manager, payout_id=payout.id, reason=PayoutFailure.ACCOUNT_UNKNOWN, key=key)
        elif self.wish.stage is Stage.PAID_BY_HAND:
            today = self.house.clock.today()
            reference = f"ICBC{payout.id:08d}"
            await payouts.confirm_payout(self.manager, payout_id=payout.id, reference=reference, paid_on=today, key=key)
            await self._plan_what_follows(await Loan.get(id=loan_id))

    async def _plan_what_follows(self, loan: Loan) -> None:
        for installment in await Installment.filter(loan_id=loan.id, number__lte=self.wish.pays).order_by("number"):
            on = installment.due_on + timedelta(days=self.wish.delay_days)
            self.house.plan_on(on, partial(self._pay, loan.id, installment.number))
        if self.wish.stage in {Stage.DOUBTFUL, Stage.WRITTEN_OFF, Stage.RECOVERED}:
            self.house.plan(self.wish.days_ago - GIVEN_UP_AFTER_DAYS, lambda: self._give_up(loan.id))
        if self.wish.stage is Stage.RECOVERED:
            self.house.plan(self.wish.days_ago - RECOVERED_AFTER_DAYS, lambda: self._repay_after_all(loan.id))

    async def _give_up(self, loan_id: int) -> None:
        reason = "逾期超过 180 天，多次联系未果，建议核销。"
        change = await write_offs.propose_write_off(self.officer, loan_id=loan_id, reason=reason)
        if self.wish.stage is not Stage.DOUBTFUL:
            key = f"demo-write-off-{change.id}"
            await write_offs.approve_write_off(self.manager, change_id=change.id, key=key)

    async def _repay_after_all(self, loan_id: int) -> None:
        owed = await Installment.filter(loan_id=loan_id, is_open=True)
        amount = sum((each.principal + each.interest for each in owed), ZERO)
        await repayments.record_repayment(
            self.officer,
            loan_id=loan_id,
            amount=Money(amount, owed[0].currency),
            channel=PaymentChannel.TRANSFER,
            reference=f"RECOVERY{loan_id:08d}",
            received_on=self.house.clock.today(),
            key=f"demo-recovery-{loan_id}",
        )

    async def _pay(self, loan_id: int, number: int) -> None:
        viewer, loan = await self.person.arrive(), await Loan.get(id=loan_id)
        assert loan.status is LoanStatus.ACTIVE
        installment = await Installment.get(loan_id=loan_id, number=number)
        amount = Money(installment.principal + installment.interest, installment.currency)
        await repayments.repay(viewer, loan_id=loan_id, amount=amount, key=f"demo-{loan_id}-{number}")

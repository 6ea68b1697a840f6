"""Why customers of the demo may have to complain: one manager proposes, another approves."""

from models import Cause, Viewer
from resolvers.service import causes

TREE = {
    ("PAYMENTS", "扣款与到账", "Payments and debits"): (
        ("DEBITED_TWICE", "重复扣款", "Debited twice"),
        ("DEBITED_WRONG_DAY", "扣款日期有误", "Debited on a wrong day"),
        ("BOOKED_LATE", "还款入账延迟", "Repayment booked late"),
        ("PAYOUT_LATE", "放款延迟", "Paid out late"),
    ),
    ("COSTS", "息费", "Costs"): (
        ("COST_NOT_EXPLAINED", "息费说明不清", "Cost not explained well"),
        ("COST_RECKONED_WRONG", "息费计算有误", "Cost reckoned wrongly"),
        ("PREPAYMENT_COST", "提前还款费用争议", "Cost of paying early"),
    ),
    ("DECISIONS", "申请与审批", "Applications and decisions"): (
        ("DECIDED_LATE", "审批超时", "Decided late"),
        ("DECLINE_NOT_EXPLAINED", "拒绝理由不清", "Decline not explained well"),
        ("PAPERS_ASKED_TWICE", "重复索要材料", "Asked for the same papers again"),
    ),
    ("CONTACT", "联系与服务", "Contact and service"): (
        ("CALLED_TOO_OFTEN", "催收联系过于频繁", "Called too often about debts"),
        ("CALLED_AT_WRONG_TIME", "联系时间不当", "Called at a wrong time"),
        ("RUDE", "服务态度", "Behaviour of staff"),
        ("NO_ANSWER", "无人答复", "Nobody answered"),
    ),
    ("DATA", "信息与隐私", "Data and privacy"): (
        ("DATA_WRONG", "信息有误", "Data that is wrong"),
        ("DATA_DISCLOSED", "信息被他人知悉", "Data known to others"),
        ("UNWANTED_ADVERTISING", "未经同意的营销", "Advertising without consent"),
    ),
    ("APP", "应用与系统", "App and systems"): (
        ("APP_FAILED", "应用故障", "The app failed"),
        ("SIGN_IN", "无法登录", "Signing in failed"),
        ("MESSAGE_MISSING", "未收到通知", "A message did not arrive"),
    ),
}
"""Groups with their causes, each by code, Chinese and English name."""


async def keep(first: Viewer, second: Viewer) -> None:
    """Write the tree as one manager, and approve it as another."""
    for group, parts in TREE.items():
        parent = await _kept(first, second, group)
        for part in parts:
            await _kept(first, second, part, parent)


async def _kept(first: Viewer, second: Viewer, names: tuple[str, str, str], parent: Cause | None = None) -> Cause:
    code, name_zh, name_en = names
    parent_id = None if parent is None else parent.id
    cause = await causes.propose_cause(first, code=code, name_zh=name_zh, name_en=name_en, parent_id=parent_id)
    return await causes.approve_cause(second, cause_id=cause.id)

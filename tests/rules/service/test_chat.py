"""What the automated service names to do next, and what becomes of a conversation."""

from rules.service.chat import (
    HAND_OVERS,
    LONGEST_TRANSCRIPT,
    ChatAction,
    ChatOutcome,
    actions_after,
    transcript,
)
from rules.service.intents import HANDED_OVER, ChatIntent, sign_in


def test_what_can_be_done_next_is_named_for_every_intent():
    for intent in ChatIntent:
        outcome = ChatOutcome.HANDED_OVER if intent in HANDED_OVER else ChatOutcome.ANSWERED
        assert actions_after(outcome, intent)
    assert actions_after(ChatOutcome.ANSWERED, ChatIntent.LOST_INCOME)[0] is ChatAction.ASK_FOR_HELP
    assert actions_after(ChatOutcome.HANDED_OVER, None)[0] is ChatAction.SHOW_CASE
    assert actions_after(ChatOutcome.MISSED, None) == [ChatAction.BOOK_CALLBACK, ChatAction.OPEN_CASE]


def test_whatever_a_person_answers_has_a_case_to_become():
    assert set(HAND_OVERS) == set(HANDED_OVER)


def test_of_a_long_conversation_the_end_is_kept():
    whole = transcript([("a" * 3_000, "b" * 3_000)], "the end")
    assert len(whole) <= LONGEST_TRANSCRIPT
    assert whole.endswith("> the end")
    assert transcript([("one", "two")], "three") == "> one\ntwo\n> three"


def test_the_most_urgent_sign_counts():
    assert sign_in("我要投诉,我不想活了") is ChatIntent.DISTRESS
    assert sign_in("this scam: i want to complain") is ChatIntent.FRAUD
    assert sign_in("你是人工智能吗") is None
    assert sign_in("how much do i owe") is None

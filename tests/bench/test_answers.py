import json

import pytest

from bench.answers import Disagreement, check_agreement, check_same_rows, hashed

HOME = {
    "data": {
        "viewer": {"serverNow": "2026-03-16T04:00:00.5Z", "customer": {"loans": [{"id": "TG9hbjox", "paid": "1.00"}]}}
    }
}


def body(answer, **dumped):
    return json.dumps(answer, **dumped).encode()


def planted(path, value):
    """The same answer, in which one thing is otherwise."""
    answer = json.loads(json.dumps(HOME))
    *way, last = path
    place = answer["data"]
    for step in way:
        place = place[step]
    place[last] = value
    return answer


def test_answers_are_the_same_whatever_their_spaces_order_and_time():
    other = {"data": {"viewer": dict(reversed(HOME["data"]["viewer"].items()))}}
    other["data"]["viewer"]["serverNow"] = "2026-03-16T04:00:01Z"
    check_agreement("home", {"product": body(HOME), "limit": body(other, indent=2)})


@pytest.mark.parametrize(
    ("path", "value"),
    [
        (("viewer", "customer", "loans", 0, "paid"), "1.0"),
        (("viewer", "customer", "loans", 0, "paid"), 1.00),
        (("viewer", "customer", "loans", 0, "id"), "TG9hbjoy"),
        (("viewer", "customer", "loans"), []),
        (("viewer", "serverNow"), "yesterday"),
        (("viewer", "customer"), None),
    ],
)
def test_a_planted_difference_is_caught_and_named(path, value):
    with pytest.raises(
        Disagreement, match=f"home: limit and product differ at answer.*{path[-1] if path[-1] != 'paid' else 'paid'}"
    ):
        check_agreement("home", {"product": body(HOME), "limit": body(planted(path, value))})


def test_an_error_agrees_with_nothing_not_even_with_itself():
    for wrong in ({"data": None, "errors": [{"message": "no"}]}, {"message": "no"}):
        with pytest.raises(Disagreement, match="an error"):
            check_agreement("home", {"product": body(wrong), "limit": body(wrong)})


def test_the_id_of_a_new_repayment_may_differ_and_what_it_paid_may_not():
    def repaid(id, principal):
        allocation = {"principal": {"amount": principal}}
        return body({"data": {"recordRepayment": {"repayment": {"id": id, "allocation": allocation}}}})

    assert hashed(repaid("a", "1.00")) == hashed(repaid("b", "1.00")) != hashed(repaid("a", "1.01"))


POSTING = {
    "id": 7,
    "entry_id": 3,
    "amount": 100,
    "currency": "CNY",
    "lot_id": None,
    "created_at": "2026-03-16 04:00:00",
}
EVENT = {"id": 9, "kind": "PointsEarned", "body": '{"customer_id":5,"points":10}', "source": "Installment:12"}


def test_rows_are_the_same_whatever_their_ids_times_and_order():
    one = {"posting": [POSTING, POSTING | {"id": 8, "amount": -100}], "event": [EVENT]}
    other = {
        "posting": [POSTING | {"id": 2, "amount": -100, "entry_id": 4, "created_at": "later"}, POSTING],
        "event": [EVENT | {"id": 1, "body": '{"customer_id":6,"points":10}', "source": "Installment:13"}],
    }
    check_same_rows("repay", {"product": one, "limit": other})


@pytest.mark.parametrize(
    "changed",
    [
        {"posting": [POSTING | {"amount": 101}], "event": [EVENT]},
        {"posting": [POSTING | {"lot_id": 1}], "event": [EVENT]},
        {"posting": [POSTING, POSTING], "event": [EVENT]},
        {"posting": [POSTING], "event": []},
        {"posting": [POSTING], "event": [EVENT | {"body": '{"customer_id":5,"points":20}'}]},
        {"posting": [POSTING], "event": [EVENT | {"source": "Repayment:12"}]},
    ],
)
def test_a_row_that_differs_is_missing_or_too_many_is_caught(changed):
    with pytest.raises(Disagreement, match="limit and product write differently"):
        check_same_rows("repay", {"product": {"posting": [POSTING], "event": [EVENT]}, "limit": changed})

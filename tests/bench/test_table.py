import pytest

from bench import report
from bench.table import Row, as_json, markdown, printed, ratios, spread


def row(**changed):
    measured = {
        "operation": "home",
        "of_limit": spread([0.5, 0.25, 0.75]),
        "of_naive": spread([12.0, 10.0, 11.0]),
        "statements": 2,
        "statements_naive": 9,
        "cpu_us": spread([310.0]),
        "cpu_us_limit": spread([95.0]),
        "rate": spread([2_000.0]),
    }
    return Row(**(measured | changed))


def test_measurements_are_summed_up_by_their_middle_and_how_far_they_went():
    assert spread([3.0, 1.0, 10.0]) == (3.0, 1.0, 10.0)
    assert spread([4.0, 2.0]) == (3.0, 2.0, 4.0)
    with pytest.raises(AssertionError, match="nothing was measured"):
        spread([])


def test_ratios_are_taken_round_by_round_so_that_a_slow_round_disturbs_none():
    assert ratios([50.0, 5.0, 50.0], [100.0, 10.0, 200.0]) == (0.5, 0.25, 0.5)
    with pytest.raises(ValueError, match="longer"):
        ratios([1.0], [1.0, 2.0])


def test_the_table_has_the_ratios_first_and_says_where_nothing_was_measured():
    text = printed([row(), row(operation="repay in the app", of_naive=None, statements_naive=None)])
    head, _, first, second = text.splitlines()
    assert [cell.strip() for cell in head.split("|")][1:4] == ["operation", "of the limit", "× naive"]
    assert [cell.strip() for cell in first.split("|")][1:-1] == [
        "home",
        "0.50 (0.25–0.75)",
        "11 (10–12)",
        "2 (9)",
        "310 (95)",
        "2000",
    ]
    assert [cell.strip() for cell in second.split("|")][3:5] == ["–", "2 (–)"]


def test_columns_stand_under_each_other():
    lines = markdown(["a", "long head"], [["a long cell", "b"]]).splitlines()
    assert len({len(line) for line in lines}) == 1


def test_a_program_reads_the_medians_by_operation():
    assert as_json([row(), row(operation="export", of_naive=None, statements=None)], "sqlite ") == {
        "sqlite home": {"limit_ratio": 0.5, "naive_ratio": 11.0, "statements": 2, "cpu_us": 310.0},
        "sqlite export": {"limit_ratio": 0.5, "naive_ratio": None, "statements": None, "cpu_us": 310.0},
    }


def test_a_new_measurement_takes_the_place_of_the_last_one_and_leaves_the_rest_of_the_page():
    page = f"Before.\n{report.BEGINS}\nold\n{report.ENDS}\nAfter."
    assert report.replaced(page, r"new \1") == f"Before.\n{report.BEGINS}\n\nnew \\1\n\n{report.ENDS}\nAfter."
    with pytest.raises(AssertionError):
        report.replaced("no place", "new")


def test_the_documentation_has_a_place_for_the_measurement():
    from bench.__main__ import PAGE

    assert report.replaced(PAGE.read_text("utf-8"), "new") != PAGE.read_text("utf-8")

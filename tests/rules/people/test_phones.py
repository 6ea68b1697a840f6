import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.people.phones import PhoneInvalid, parse_phone


@pytest.mark.parametrize(
    "written",
    ["13812345678", "138 1234 5678", "138-1234-5678", "+86 138 1234 5678", "+8613812345678", "008613812345678",
     " 13812345678 ", "１３８１２３４５６７８", "＋８６13812345678", "(138) 1234.5678"],
)  # fmt: skip
def test_a_number_is_kept_in_one_form_however_it_is_written(written):
    assert parse_phone(written) == "+8613812345678"


def test_a_number_of_another_country_says_which():
    assert parse_phone("+44 7400 123456") == "+447400123456"
    assert parse_phone("+852 5123 4567") == "+85251234567"


@pytest.mark.parametrize(
    "written",
    ["", " ", "1381234567", "138123456789", "12345678901", "+", "+86", "+1 200 000 0000", "138123456ab",
     "1-800-FLOWERS", "13812345678 ext. 5", "13812345678/13812345679", "13812345678;ext=5", "tel:13812345678",
     "138\n12345678", "138\x0012345678", "９" * 300, "+999123456789", "١٣٨١٢٣٤٥٦٧٨"],
)  # fmt: skip
def test_what_is_no_number_is_refused(written):
    with pytest.raises(PhoneInvalid):
        parse_phone(written)


@given(st.text(max_size=300) | st.text("+0123456789 ()-.", max_size=300))
def test_any_text_is_read_or_refused_and_what_was_read_reads_the_same_again(text):
    try:
        phone = parse_phone(text)
    except PhoneInvalid:
        return
    assert parse_phone(phone) == phone
    assert phone[0] == "+"
    assert phone[1:].isdecimal()

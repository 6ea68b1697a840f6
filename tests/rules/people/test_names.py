import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.people.names import NameInvalid, check_name
from rules.text import find_forbidden


@pytest.mark.parametrize(
    "name",
    ["张小三", "李雷", "〇一", "𠮷野", "阿卜杜·热合曼", "Anna-Maria O'Neill", "Jean‐Luc".replace("‐", "-"), "José",
     "Nguyễn Văn A", "Дмитрий", "مريم", "प्रिया", "佐々木", "葛\U000e0100城", "St. John", "\U000323b0氏", "D’Arcy"],
)  # fmt: skip
def test_names_in_any_script_stay_as_they_are(name):
    assert check_name(name) == name


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("  张小三 ", "张小三"),
        ("\u3000张\u3000三\u3000", "张 三"),
        ("Anna   Maria", "Anna Maria"),
        ("Jose\u0301", "José"),
        ("阿卜杜•热合曼", "阿卜杜·热合曼"),
        ("阿卜杜・热合曼", "阿卜杜·热合曼"),
    ],
)
def test_spaces_accents_and_dots_are_put_in_order(text, name):
    assert check_name(text) == name


@pytest.mark.parametrize(
    "text",
    ["", " ", "\u3000", "张三😀", "😀", "❤️", "张\ufe0f三", "1️⃣", "张3", "R2D2", "张\x00三", "张\n三", "张\t三", "张\r三",
     "张\u202e三", "张\u2066三\u2069", "\u200f张三", "张\u200b三", "张\u200d三", "\ufeff张三", "张\ud800三", "张\u0378三",
     "<b>张三</b>", "张;三", "=张三", "@li", "-李", "'李", "·李", "\u0301李", "李\ue000", "☺"],
)  # fmt: skip
def test_digits_emoji_and_invisible_characters_are_refused(text):
    with pytest.raises(NameInvalid):
        check_name(text)


@given(st.text(st.characters(), max_size=50))
def test_what_passes_has_no_forbidden_character_and_passes_again(text):
    try:
        name = check_name(text)
    except NameInvalid:
        return
    assert find_forbidden(name) is None
    assert check_name(name) == name
    assert name == name.strip()

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rules.notifications.email_addresses import EmailInvalid, parse_email


@pytest.mark.parametrize(
    ("written", "kept"),
    [
        ("li@example.com", "li@example.com"),
        (" Li.Xiaoyu+bank@Mail.Example.COM ", "Li.Xiaoyu+bank@mail.example.com"),
        ("ｌｉ＠ｅｘａｍｐｌｅ．ｃｏｍ", "li@example.com"),
        ("12345678@qq.com", "12345678@qq.com"),
        ("li@xn--fiqs8s.xn--fiqs8s", "li@xn--fiqs8s.xn--fiqs8s"),
        (f"{'a' * 64}@example.com", f"{'a' * 64}@example.com"),
    ],
)
def test_an_address_is_kept_in_one_form(written, kept):
    assert parse_email(written) == kept


@pytest.mark.parametrize(
    "written",
    ["", "li", "@example.com", "li@", "li@localhost", "li@example", "li@@example.com", "a@b@example.com",
     "li xiao@example.com", ".li@example.com", "li.@example.com", "l..i@example.com", "li@-example.com",
     "li@example-.com", "li@exa mple.com", "li@example..com", "li@example.c", "li@example.123", "li@127.0.0.1",
     "li@[127.0.0.1]", '"li"@example.com', "<li@example.com>", "Li <li@example.com>", "mailto:li@example.com?cc=x",
     "li@example.com,b@example.com", "li@example.com\nBcc: all@example.com", "li\r\n@example.com", "李@example.com",
     "li@例子.com", f"{'a' * 65}@example.com", f"li@{'a' * 64}.com", f"li@{'a.' * 130}com"],
)  # fmt: skip
def test_what_is_no_address_or_two_is_refused(written):
    with pytest.raises(EmailInvalid):
        parse_email(written)


@given(st.text(max_size=300) | st.text("abc.@-_ +\r\n\0", max_size=40))
def test_any_text_is_read_or_refused_and_what_was_read_reads_the_same_again(text):
    try:
        address = parse_email(text)
    except EmailInvalid:
        return
    assert parse_email(address) == address
    assert address.isascii()
    assert not set(address) & set(" \r\n\t,;<>\0")

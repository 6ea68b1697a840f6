from rules.people.kinds import Locale, in_language


def test_a_text_kept_in_two_languages_is_read_in_the_viewers():
    assert in_language("随心贷", "Easy Loan", Locale.ZH_CN) == "随心贷"
    assert in_language("随心贷", "Easy Loan", Locale.EN) == "Easy Loan"

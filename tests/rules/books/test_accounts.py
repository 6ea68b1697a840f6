from rules.books.accounts import KINDS, AccountCode


def test_every_account_stands_on_a_side():
    assert set(KINDS) == set(AccountCode)

import pytest

from rules.products.currencies import CurrencyUnsupported, check_currency


@pytest.mark.parametrize("currency", ["CNY", "USD", "EUR", "HKD"])
def test_a_currency_of_hundredths_is_supported(currency):
    check_currency(currency)


@pytest.mark.parametrize("currency", ["JPY", "KRW", "KWD", "BHD", "XXQ", "cny", "", "CNYX"])
def test_a_currency_that_hundredths_cannot_hold_is_refused(currency):
    with pytest.raises(CurrencyUnsupported) as refused:
        check_currency(currency)
    assert refused.value.currency == currency

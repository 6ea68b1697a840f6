"""Settings: what they refuse, what they keep to themselves, and the keys of a first start."""

import base64
import json
import stat
from concurrent.futures import ThreadPoolExecutor
from decimal import Decimal

import pytest
from pydantic import ValidationError

from rules.notifications.caps import Caps
from rules.service.business_time import DEFAULT_HOURS
from rules.service.case_clocks import DayKind
from settings import AdHocDocuments, Environment, PaymentProviderName, Settings, settings

KEY_BYTES = bytes(range(100, 132))
KEY = base64.b64encode(KEY_BYTES).decode()
PRODUCTION = {
    "ENVIRONMENT": "production",
    "TOKEN_KEYS": json.dumps({"t1": KEY}),
    "TOKEN_KEY_ID": "t1",
    "ENCRYPTION_KEYS": json.dumps({"e1": KEY}),
    "ENCRYPTION_KEY_ID": "e1",
    "BLIND_INDEX_KEY": KEY,
    "DATABASE_URL": "postgres://goodterms@localhost/goodterms",
}


@pytest.fixture(autouse=True)
def empty_environment(monkeypatch):
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)


def read(monkeypatch, **environment: str) -> Settings:
    for name, value in environment.items():
        monkeypatch.setenv(name, value)
    return Settings()


def test_nothing_has_to_be_set_in_development():
    settings = Settings()
    assert (settings.environment, settings.port) == (Environment.DEVELOPMENT, 8000)
    assert settings.provider is PaymentProviderName.SANDBOX


def test_every_setting_says_what_it_means():
    fields = Settings.model_fields
    assert len(fields) > 20
    assert [name for name, field in fields.items() if len(field.description or "") < 20] == []


def test_settings_come_from_the_environment(monkeypatch):
    settings = read(monkeypatch, PORT="9000", LENDER_ZONE="Europe/Berlin", PAYMENT_PROVIDER="manual", HOST="")
    assert (settings.port, settings.lender_zone, settings.host) == (9000, "Europe/Berlin", "127.0.0.1")
    assert settings.provider is PaymentProviderName.MANUAL


def test_a_point_costs_a_cent_unless_told_otherwise(monkeypatch):
    assert read(monkeypatch).cost_of_a_point == Decimal("0.01")
    dear = read(monkeypatch, COST_OF_A_POINT="0.25", POINTS_CURRENCY="EUR")
    assert (dear.cost_of_a_point, dear.points_currency) == (Decimal("0.25"), "EUR")


@pytest.mark.parametrize("url", ["", "redis://localhost", "rediss://me:secret@redis.internal:6380/2"])
def test_redis_is_used_where_it_is_named_and_nowhere_else(monkeypatch, url):
    assert read(monkeypatch, REDIS_URL=url).redis_url == url


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PORT", "0"),
        ("PORT", "eight thousand"),
        ("LENDER_ZONE", "Asia/Atlantis"),
        ("LENDER_ZONE", "../etc/passwd"),
        ("DATABASE_URL", "mysql://localhost/goodterms"),
        ("REDIS_URL", "http://localhost:6379"),
        ("REDIS_URL", "redis://"),
        ("COST_OF_A_POINT", "0"),
        ("COST_OF_A_POINT", "-0.01"),
        ("COST_OF_A_POINT", "0.005"),
        ("COST_OF_A_POINT", "NaN"),
        ("COST_OF_A_POINT", "Infinity"),
        ("POINTS_CURRENCY", "JPY"),
        ("POINTS_CURRENCY", "points"),
        ("ENVIRONMENT", "staging"),
        ("TOKEN_LIFETIME_SECONDS", "86400"),
        ("SANDBOX_BEHAVIOUR", "sometimes"),
        ("AD_HOC_DOCUMENTS", "sometimes"),
        ("BLIND_INDEX_KEY", "c2hvcnQ="),
        ("BLIND_INDEX_KEY", "not base64"),
        ("TOKEN_KEY_ID", "t1"),
        ("TOKEN_KEYS", json.dumps({"t1": KEY})),
    ],
)
def test_a_setting_that_cannot_be_is_refused(monkeypatch, name, value):
    with pytest.raises(ValidationError):
        read(monkeypatch, **{name: value})


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("PORT", "70000", "PORT Input should be less"),
        ("TOKEN_KEYS", '{"t1": "swordfish"}', "TOKEN_KEYS Value error, a key is 32 bytes"),
        ("TOKEN_KEYS", "swordfish", "token_keys"),
    ],
)
def test_a_process_whose_settings_cannot_be_ends_with_a_plain_word(monkeypatch, name, value, said):
    settings.cache_clear()
    monkeypatch.setenv(name, value)
    with pytest.raises(SystemExit) as ended:
        settings()
    assert said in str(ended.value)
    assert "swordfish" not in str(ended.value)


@pytest.mark.parametrize("missing", ["TOKEN_KEYS", "ENCRYPTION_KEYS", "BLIND_INDEX_KEY", "TOKEN_KEY_ID"])
def test_production_does_not_start_without_its_keys(monkeypatch, missing):
    with pytest.raises(ValidationError):
        read(monkeypatch, **{name: value for name, value in PRODUCTION.items() if name != missing})


def refusal_of(monkeypatch, **environment: str) -> str:
    with pytest.raises(ValidationError) as refused:
        read(monkeypatch, **environment)
    return str(refused.value)


@pytest.mark.parametrize("missing", ["TOKEN_KEYS", "ENCRYPTION_KEYS", "BLIND_INDEX_KEY"])
def test_production_says_which_key_is_missing_and_how_to_make_one(monkeypatch, missing):
    present = {name: value for name, value in PRODUCTION.items() if not name.startswith(missing.removesuffix("S"))}
    assert f"{missing} is missing: make a key with `openssl rand -base64 32`" in refusal_of(monkeypatch, **present)


@pytest.mark.parametrize("name", ["TOKEN_KEYS", "ENCRYPTION_KEYS", "BLIND_INDEX_KEY"])
def test_production_refuses_a_key_that_development_made_and_one_that_was_typed(monkeypatch, tmp_path, name):
    Settings(key_directory=tmp_path).secret_keys()
    (made,) = tmp_path.glob("encryption.key")
    for key in (made.read_text(), base64.b64encode(b"k" * 32).decode()):
        value = key if name == "BLIND_INDEX_KEY" else json.dumps({"t1": KEY, "e1": key})
        said = refusal_of(monkeypatch, **PRODUCTION | {name: value, "KEY_DIRECTORY": str(tmp_path)})
        assert f"{name} has a development key in it" in said
        assert key not in said


def test_production_keeps_its_books_in_sqlite_only_where_that_is_said(monkeypatch):
    sqlite = PRODUCTION | {"DATABASE_URL": "sqlite://var/goodterms.sqlite3"}
    assert "ALLOW_SQLITE=true" in refusal_of(monkeypatch, **sqlite)
    assert read(monkeypatch, **sqlite, ALLOW_SQLITE="true").database_url == sqlite["DATABASE_URL"]


def test_production_says_everything_that_is_wrong_at_once(monkeypatch):
    said = refusal_of(monkeypatch, ENVIRONMENT="production", PAYMENT_PROVIDER="sandbox")
    names = ("TOKEN_KEYS", "ENCRYPTION_KEYS", "BLIND_INDEX_KEY", "PAYMENT_PROVIDER", "DATABASE_URL")
    assert [name for name in names if f"- {name}" not in said] == []


def test_production_does_not_start_with_the_sandbox(monkeypatch):
    assert read(monkeypatch, **PRODUCTION).provider is PaymentProviderName.MANUAL
    with pytest.raises(ValidationError, match="sandbox"):
        read(monkeypatch, **PRODUCTION, PAYMENT_PROVIDER="sandbox")


def test_documents_that_nobody_registered_are_answered_in_development_only(monkeypatch):
    assert Settings().answers_ad_hoc is AdHocDocuments.EVERYBODY
    assert read(monkeypatch, **PRODUCTION).answers_ad_hoc is AdHocDocuments.NOBODY
    assert read(monkeypatch, **PRODUCTION, AD_HOC_DOCUMENTS="staff").answers_ad_hoc is AdHocDocuments.STAFF
    assert "AD_HOC_DOCUMENTS=staff" in refusal_of(monkeypatch, **PRODUCTION, AD_HOC_DOCUMENTS="everybody")


def test_production_makes_no_keys_of_its_own(monkeypatch, tmp_path):
    settings = read(monkeypatch, **PRODUCTION, KEY_DIRECTORY=str(tmp_path / "keys"))
    assert settings.signing_keys().current == "t1"
    assert settings.secret_keys().by_id == {"e1": KEY_BYTES}
    assert not (tmp_path / "keys").exists()


def test_keys_do_not_show_in_what_is_printed_or_complained_about(monkeypatch):
    assert KEY not in repr(read(monkeypatch, **PRODUCTION))
    monkeypatch.setenv("BLIND_INDEX_KEY", "swordfish")
    with pytest.raises(ValidationError) as refused:
        Settings()
    assert "swordfish" not in str(refused.value)


def test_development_makes_its_keys_once_for_its_owner_alone(tmp_path):
    settings = Settings(key_directory=tmp_path / "keys")
    first, again = settings.secret_keys(), Settings(key_directory=tmp_path / "keys").secret_keys()
    assert (first.by_id, first.blind_index) == (again.by_id, again.blind_index)
    assert (
        len({first.by_id[first.current], first.blind_index, settings.signing_keys().by_id["dev"].private_bytes_raw()})
        == 3
    )
    kept = sorted((tmp_path / "keys").iterdir())
    assert [path.name for path in kept] == ["blind-index.key", "encryption.key", "token.key"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}


def test_many_first_starts_at_once_agree_on_one_key(tmp_path):
    with ThreadPoolExecutor(16) as pool:
        keys = list(pool.map(lambda _: Settings(key_directory=tmp_path).secret_keys().blind_index, range(64)))
    assert len(set(keys)) == 1
    assert [path.name for path in tmp_path.glob(".*")] == []


def test_no_bound_on_offers_and_none_at_all_are_two_things(monkeypatch):
    assert read(monkeypatch).caps == Caps(1, 3, 8)
    said = read(monkeypatch, PROMOTIONS_A_DAY="0", PROMOTIONS_A_WEEK="none", PROMOTIONS_A_MONTH="")
    assert said.caps == Caps(0, None, 8)
    for wrong in ("-1", "many", "1.5"):
        with pytest.raises(ValidationError):
            read(monkeypatch, PROMOTIONS_A_DAY=wrong)


def test_pages_elsewhere_that_may_connect_are_named_as_browsers_name_them(monkeypatch):
    two = read(monkeypatch, ALLOWED_ORIGINS="https://app.example.com,http://localhost:3000")
    assert two.origins == ("https://app.example.com", "http://localhost:3000")
    assert read(monkeypatch, ALLOWED_ORIGINS="").origins == ()
    for wrong in ("*", "app.example.com", "https://app.example.com/", "https://a@b.example", "wss://app.example.com"):
        with pytest.raises(ValidationError, match="an origin looks like"):
            read(monkeypatch, ALLOWED_ORIGINS=wrong)


def test_branches_are_open_around_noon_on_chinese_business_days_unless_told_otherwise(monkeypatch):
    usual = read(monkeypatch)
    assert (usual.opening_hours, usual.business_region) == (DEFAULT_HOURS, "CN")
    other = read(monkeypatch, BUSINESS_HOURS="08:00-16:00", BUSINESS_REGION="none")
    assert (len(other.opening_hours.openings), other.business_region) == (1, None)


def test_the_law_counts_calendar_days_for_complaints_unless_told_otherwise(monkeypatch):
    assert read(monkeypatch).complaint_days is DayKind.CALENDAR
    assert read(monkeypatch, COMPLAINT_DAYS="BUSINESS").complaint_days is DayKind.BUSINESS


@pytest.mark.parametrize(
    ("name", "wrong"), [("BUSINESS_HOURS", "9 to 5"), ("BUSINESS_REGION", "XX"), ("COMPLAINT_DAYS", "WORKING")]
)
def test_hours_and_regions_that_are_none_are_refused(monkeypatch, name, wrong):
    with pytest.raises(ValidationError):
        read(monkeypatch, **{name: wrong})

"""Colleagues read every message before a customer gets it."""

import pytest

from tests.journeys.client import World, do

DOCUMENT = "query P($i: MessagePreviewsInput!) { messagePreviews(input: $i) { __typename } }"


@pytest.mark.parametrize("role", ["officer", "marketer", "auditor"])
async def test_staff_read_every_message_in_every_language(world: World, role: str):
    someone = await world.sign_in_staff(role)
    english, chinese = [
        {each["kind"]: each for each in (await do(someone, "staff/message-previews", locale=locale))["messages"]}
        for locale in ("EN", "ZH_CN")
    ]
    assert english.keys() == chinese.keys() >= {"LoanRepaid", "CreditLeft", "OverdueNotice"}
    assert (english["OverdueNotice"]["messageClass"], chinese["LoanRepaid"]["pushTitle"]) == (
        "OVERDUE",
        "全部付清，感谢您",
    )
    assert english["CreditLeft"]["inbox"] != chinese["CreditLeft"]["inbox"]


async def test_customers_do_not(world: World):
    customer = await world.sign_in_by_phone("139 0000 0021")
    (error,) = (await customer.send(DOCUMENT, i={"locale": "EN"}))["errors"]
    assert error["extensions"]["code"] == "FORBIDDEN"

"""Files over HTTP: a picture of a paper goes in, a contract comes out."""

import asyncio
import io
import os
from hashlib import sha256

from pypdf import PdfReader

import resolvers
from models import Paper, Upload
from resolvers.documents.papers import make_waiting
from tests import make
from tests.files import picture
from tests.journeys.client import Person, World, do

PAPERS = """query($id: ID!) { node(id: $id) { ... on Loan { papers { id type status size sha256 } } } }"""


async def test_a_picture_is_put_once_and_what_is_wrong_is_said(world: World):
    customer = await world.sign_in_by_phone("139 0000 0011")
    content = picture()
    announced = {"purpose": "PAPER", "size": len(content), "sha256": sha256(content).hexdigest()}
    place = await do(customer, "customers/create-upload", **announced)
    assert place["url"].startswith("/files/")
    wrong = await world.http.put(place["url"], content=content[:-1], headers={"Accept-Language": "en"})
    assert (wrong.status_code, wrong.json()["code"]) == (422, "FILE_DIFFERS")
    assert wrong.json()["message"] == "What arrived is not the file that was announced. Please send it again."
    more = await world.http.put(place["url"], content=content + b"more")
    assert (more.status_code, more.json()["code"]) == (422, "FILE_DIFFERS")

    async def chunks():
        for start in range(0, len(content), 100):
            yield content[start : start + 100]

    taken = await world.http.put(place["url"], content=chunks())
    assert (taken.status_code, taken.content) == (201, b"")
    again = await world.http.put(place["url"], content=content)
    assert (again.status_code, again.json()["code"]) == (404, "UPLOAD_EXPIRED")
    for url in (place["url"][:-2] + "xx", "/files/x.y.z", "/files/none"):
        assert (await world.http.put(url, content=content)).status_code == 404
        assert (await world.http.get(url)).status_code == 404
    assert (await world.http.get(place["url"])).status_code == 404, "a place is not for reading"
    assert await Upload.filter(status="STORED").count() == 1
    refused = await do(customer, "customers/create-upload", **announced | {"size": 50_000_000})
    assert refused["code"] == "FILE_TOO_LARGE"


async def test_a_program_called_a_picture_is_not_taken(world: World):
    customer = await world.sign_in_by_phone("139 0000 0012")
    content = b"MZ" + b"\0" * 500
    place = await do(
        customer,
        "customers/create-upload",
        purpose="PAPER",
        size=len(content),
        sha256=sha256(content).hexdigest(),
    )
    headers = {"Content-Type": "image/jpeg", "Content-Disposition": "attachment; filename=payslip.jpg"}
    refused = await world.http.put(place["url"], content=content, headers=headers)
    assert (refused.status_code, refused.json()["code"]) == (422, "FILE_TYPE_NOT_ALLOWED")
    assert (await Upload.get()).status == "OPEN"


async def placed(world: World, phone: str) -> tuple[str, bytes]:
    """A place for a picture, and the picture."""
    customer, content = await world.sign_in_by_phone(phone), picture()
    announced = {"purpose": "PAPER", "size": len(content), "sha256": sha256(content).hexdigest()}
    return (await do(customer, "customers/create-upload", **announced))["url"], content


async def test_a_file_is_received_once_at_a_time(world: World):
    url, content = await placed(world, "139 0000 0013")
    is_under_way, may_go_on = asyncio.Event(), asyncio.Event()

    async def slowly():
        yield content[:100]
        is_under_way.set()
        await may_go_on.wait()
        yield content[100:]

    first = asyncio.create_task(world.http.put(url, content=slowly()))
    await is_under_way.wait()
    second = await world.http.put(url, content=content)
    assert (second.status_code, second.json()["code"]) == (422, "UPLOAD_UNDER_WAY")
    assert second.json()["message"]
    may_go_on.set()
    assert (await first).status_code == 201


async def test_a_full_disk_is_our_mistake_said_as_all_are_and_fills_no_further(world: World, monkeypatch, caplog):
    url, content = await placed(world, "139 0000 0014")

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr(os, "fsync", full)
        failed = await world.http.put(url, content=content, headers={"Accept-Language": "en"})
    assert (failed.status_code, failed.json()["code"]) == (500, "INTERNAL")
    request_id = failed.headers["x-request-id"]
    assert request_id in failed.json()["message"]
    assert f"Unexpected error with a file, request {request_id}" in caplog.text
    assert not list(resolvers.configured().files.path.rglob("*.part"))
    assert (await world.http.put(url, content=content)).status_code == 201


async def read(world: World, person: Person, document: str, **named: object) -> bytes:
    """Ask for a link, and read what it leads to."""
    opened = await do(person, document, **named)
    answer = await world.http.get(opened["url"])
    assert answer.status_code == 200
    assert answer.headers["cache-control"] == "private, no-store"
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.headers["content-security-policy"].startswith("sandbox")
    return answer.content


async def test_a_contract_is_asked_for_made_and_read(world: World):
    customer, _, _, loan_id = await world.with_loan("139 0000 0013")
    asked = await do(customer, "everybody/make-paper", loanId=loan_id, type="CONTRACT", locale="EN", key="contract")
    assert asked["paper"]["status"] == "MAKING"
    paper_id = asked["paper"]["id"]
    assert (await do(customer, "everybody/open-paper", paperId=paper_id))["code"] == "PAPER_NOT_READY"
    assert await make_waiting(make.clock) == 1
    ((paper),) = (await customer.ask(PAPERS, id=loan_id))["node"]["papers"]
    content = await read(world, customer, "everybody/open-paper", paperId=paper_id)
    assert (paper["status"], paper["size"], paper["sha256"]) == (
        "READY",
        len(content),
        sha256(content).hexdigest(),
    )
    text = "".join(page.extract_text() for page in PdfReader(io.BytesIO(content)).pages)
    assert "Loan contract" in text
    assert (await Paper.get()).file_key not in text

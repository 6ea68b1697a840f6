import asyncio
import itertools
from contextlib import asynccontextmanager

import pytest

from bench import load
from bench.load import WrongAnswer, http_request, run_round


@asynccontextmanager
async def server(answer, asked=None):
    """Answers every request with these parts, each sent by itself."""

    serving = []

    async def serve(reader, writer):
        serving.append(asyncio.current_task())
        while head := await reader.read(65_536):
            if asked is not None:
                asked.append(head)
            for part in answer:
                writer.write(part)
                await writer.drain()
                await asyncio.sleep(0)
        writer.close()
        await writer.wait_closed()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    try:
        yield listening.sockets[0].getsockname()[1]
    finally:
        listening.close()
        await asyncio.gather(*serving, return_exceptions=True)


def answered(body, status=b"200 OK"):
    return b"HTTP/1.1 %s\r\nServer: x\r\nContent-Length: %d\r\n\r\n%s" % (status, len(body), body)


REQUESTS = [http_request(f"token-{number}", b"{}") for number in range(50)]


async def test_each_request_is_sent_once_if_they_do_not_repeat():
    asked = []
    async with server([answered(b'{"data": 1}')], asked) as port:
        done = await run_round(port, REQUESTS, b'"data"', 30, repeats=False)
    assert done.answers == 50
    assert sorted(asked) == sorted(REQUESTS)
    assert done.rate == 50 / done.seconds > 0


async def test_an_answer_is_counted_once_however_it_is_cut():
    whole = answered(b'{"data": "' + b"x" * 1_000 + b'"}')
    for cuts in ([20], [len(whole) - 1_000], [20, 60, 200]):
        edges = [0, *cuts, len(whole)]
        parts = [whole[start:end] for start, end in itertools.pairwise(edges)]
        async with server(parts) as port:
            assert (await run_round(port, REQUESTS[:5], b'"data"', 30, repeats=False)).answers == 5


async def test_requests_begin_anew_until_the_time_is_over():
    async with server([answered(b'{"data": 1}')]) as port:
        done = await run_round(port, REQUESTS[:2], b'"data"', 0.2)
    assert done.answers > 2
    assert done.seconds >= 0.2


async def test_anything_but_the_right_answer_ends_the_round():
    for wrong in ([answered(b'{"errors": []}')], [answered(b'{"data": 1}')[:-1].replace(b"data", b"date") + b"}"]):
        async with server(wrong) as port:
            with pytest.raises(WrongAnswer):
                await run_round(port, REQUESTS, b'"data"', 30)
    async with server([answered(b"no", b"500 Oh")]) as port:
        with pytest.raises(WrongAnswer, match="500"):
            await load.ask(port, REQUESTS[0])


async def test_a_request_is_one_http_message_with_its_token():
    head, _, body = http_request("abc", '{"query": "名"}'.encode()).partition(b"\r\n\r\n")
    assert b"Authorization: Bearer abc" in head.split(b"\r\n")
    assert f"Content-Length: {len(body)}".encode() in head.split(b"\r\n")

"""The client reads answers to their end and no further."""

from __future__ import annotations

import asyncio

import pytest

from benchmarks.client import Connection, Request
from benchmarks.load import Times

ANSWERS = {
    "/plain": b"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello",
    "/chunked": b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n3\r\nyou\r\n0\r\n\r\n",
    "/missing": b"HTTP/1.1 404 Not Found\r\ncontent-length: 0\r\n\r\n",
}


async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    while line := await reader.readline():
        await reader.readuntil(b"\r\n\r\n")
        writer.write(ANSWERS[line.split()[1].decode()])
    writer.close()


async def ask(*paths: str) -> list[tuple[int, int]]:
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    connection = Connection(server.sockets[0].getsockname()[1], "token")
    try:
        answers = [await connection.ask(Request("name", path, "cookie")) for path in paths]
    finally:
        connection.close()
        server.close()
    return [(answer.status, answer.size) for answer in answers]


def test_answers_follow_each_other_on_one_connection() -> None:
    found = asyncio.run(ask("/plain", "/chunked", "/missing", "/plain"))
    assert found == [(200, 5), (200, 8), (404, 0), (200, 5)]


def test_failures_are_counted_and_not_timed() -> None:
    answers = asyncio.run(_answers("/plain", "/missing"))
    times = Times.of(answers)
    assert (times.count, times.failures) == (1, 1)
    assert times.median == pytest.approx(answers[0].seconds * 1000)


async def _answers(*paths: str) -> list:  # type: ignore[type-arg]
    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    connection = Connection(server.sockets[0].getsockname()[1], "token")
    try:
        return [await connection.ask(Request("name", path, "cookie")) for path in paths]
    finally:
        connection.close()
        server.close()

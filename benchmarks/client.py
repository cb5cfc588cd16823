"""A small HTTP client that keeps its connection and knows nothing but status, size and time: a larger one would be measured too."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass
from itertools import count

#: Makes the value of each save another one, or nothing would be written.
SERIALS = count(time.time_ns() % 10**9)


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask for; ``name`` groups the results."""

    name: str
    path: str
    cookie: str
    #: Form data of a POST, in which {serial} stands for a new number each time; None for a GET.
    form: str | None = None
    #: From within a page, as htmx asks.
    target: str = ""
    #: For the API.
    token: str = ""


@dataclass(frozen=True, slots=True)
class Answer:
    """One measured answer."""

    name: str
    status: int
    seconds: float
    size: int


class Connection:
    """One keep-alive connection."""

    def __init__(self, port: int, csrf: str) -> None:
        self.port = port
        self.csrf = csrf
        self._streams: tuple[asyncio.StreamReader, asyncio.StreamWriter] | None = None

    async def ask(self, request: Request) -> Answer:
        """Send and read to the end; a connection that the server closed is opened again once."""
        data = self._encoded(request)
        try:
            return await self._exchange(request, data)
        except (ConnectionError, asyncio.IncompleteReadError):
            self._streams = None
            return await self._exchange(request, data)

    async def _exchange(self, request: Request, data: bytes) -> Answer:
        if self._streams is None:
            self._streams = await asyncio.open_connection("127.0.0.1", self.port)
        reader, writer = self._streams
        started = time.perf_counter()
        writer.write(data)
        head = await reader.readuntil(b"\r\n\r\n")
        size = await self._body(reader, head)
        return Answer(request.name, int(head[9:12]), time.perf_counter() - started, size)

    async def _body(self, reader: asyncio.StreamReader, head: bytes) -> int:
        lowered = head.lower()
        if b"\r\ncontent-length:" in lowered:
            size = int(lowered.partition(b"\r\ncontent-length:")[2].partition(b"\r\n")[0])
            await reader.readexactly(size)
            return size
        size = 0
        while b"chunked" in lowered:
            chunk = int(await reader.readline(), 16)
            await reader.readexactly(chunk + 2)
            size += chunk
            if not chunk:
                break
        return size

    def _encoded(self, request: Request) -> bytes:
        lines = [
            f"{'GET' if request.form is None else 'POST'} {request.path} HTTP/1.1",
            f"Host: 127.0.0.1:{self.port}",
            f"Cookie: {request.cookie}; zhike_csrf={self.csrf}",
            "Accept-Encoding: gzip",
            "Accept-Language: zh-CN",
        ]
        if request.target:
            lines += ["HX-Request: true", f"HX-Target: {request.target}"]
        if request.token:
            lines.append(f"Authorization: Bearer {request.token}")
        body = (request.form or "").replace("{serial}", f"{next(SERIALS)}").encode()
        if request.form is not None:
            lines += [
                "Content-Type: application/x-www-form-urlencoded",
                f"Content-Length: {len(body)}",
                f"X-CSRFToken: {self.csrf}",
            ]
        return "\r\n".join(lines).encode() + b"\r\n\r\n" + body

    def close(self) -> None:
        if self._streams is not None:
            self._streams[1].close()

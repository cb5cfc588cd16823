"""Load: the same request over some connections, and many people who read before they click again."""

from __future__ import annotations

import asyncio
import random
import time
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

from benchmarks.client import Answer, Connection, Request

CSRF = "b" * 32
#: A slow task ends after so many times its seconds, with however many answers it has.
PATIENCE = 4
#: So many times their time to think people are left to warm up.
WARMING = 2


@dataclass(frozen=True, slots=True)
class Times:
    """Milliseconds of one kind of request."""

    count: int
    median: float
    p95: float
    worst: float
    size: int
    failures: int

    @staticmethod
    def of(answers: Sequence[Answer]) -> Times:
        good = sorted(answer.seconds * 1000 for answer in answers if answer.status < 400)
        failures = len(answers) - len(good)
        if not good:
            return Times(0, 0, 0, 0, 0, failures)
        p95 = good[min(len(good) - 1, int(len(good) * 0.95))]
        return Times(len(good), median(good), p95, good[-1], max(answer.size for answer in answers), failures)


def repeated(port: int, requests: Sequence[Request], *, connections: int, seconds: float, least: int = 20) -> Times:
    """The requests in turn over so many connections, each sending the next when it has the answer.

    The first two answers of a connection are for warming up.
    """

    async def one(place: int, started: float) -> list[Answer]:
        connection = Connection(port, CSRF)
        answers: list[Answer] = []
        turn = place
        while (past := time.monotonic() - started) < seconds or (len(answers) < least and past < seconds * PATIENCE):
            answers.append(await connection.ask(requests[turn % len(requests)]))
            turn += connections
        connection.close()
        return answers[2:] or answers

    async def every() -> list[Answer]:
        started = time.monotonic()
        found = await asyncio.gather(*(one(place, started) for place in range(connections)))
        return [answer for answers in found for answer in answers]

    return Times.of(asyncio.run(every()))


def people(
    port: int, chores: Sequence[Sequence[tuple[float, Request]]], *, think: float, seconds: float
) -> dict[str, Times]:
    """People at work: each has weighted requests, and thinks for an exponential time between two of them.

    What is asked in the first seconds, while everybody signs on at once, is for warming up.
    """
    started = time.monotonic()

    async def one(own: Sequence[tuple[float, Request]], until: float, rng: random.Random) -> list[Answer]:
        connection = Connection(port, CSRF)
        answers = []
        await asyncio.sleep(rng.random() * think)
        while time.monotonic() < until:
            (request,) = rng.choices([chore for _weight, chore in own], [weight for weight, _chore in own])
            answer = await connection.ask(request)
            if time.monotonic() > started + WARMING * think:
                answers.append(answer)
            await asyncio.sleep(rng.expovariate(1 / think))
        connection.close()
        return answers

    async def every() -> list[Answer]:
        until = started + seconds + WARMING * think
        work = (one(own, until, random.Random(place)) for place, own in enumerate(chores))
        return [answer for answers in await asyncio.gather(*work) for answer in answers]

    answers = asyncio.run(every())
    names = dict.fromkeys(answer.name for answer in answers)
    return {name: Times.of([answer for answer in answers if answer.name == name]) for name in names}

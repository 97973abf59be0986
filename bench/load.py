"""Load on one core for a server on another, and a look at which of the two was the limit."""

import http.client
import json
import os
import resource
import shutil
import statistics
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path

CONNECTIONS = 16
SECONDS = 5
LUA = Path(__file__).with_name("load.lua")


@dataclass(frozen=True, kw_only=True)
class Figures:
    """One run of load; how busy the server's core and the client were, from 0 to 1."""

    rps: float
    p50_ms: float
    p99_ms: float
    server: float
    client: float


@cache
def cores() -> tuple[int, int]:
    """The server's core and the client's: found once, for later we may be bound to one of them."""
    usable = sorted(os.sched_getaffinity(0))
    if len(usable) < 2:
        raise SystemExit("This benchmark needs two cores: one for the server, one for the load.")
    return usable[0], usable[-1]


def require_wrk() -> None:
    if shutil.which("wrk") is None:
        raise SystemExit(
            "This benchmark needs wrk: install it with `apt-get install wrk` or `brew install wrk`."
        )


def at_random(
    port: int, lines: Iterable[str], *, headers: dict[str, str], refused: bool = False, seconds: int = SECONDS
) -> Figures:
    """wrk asks for addresses at random; a line may name an ETag after its address.

    `refused` says whether every answer should be an error: 404s are.
    """
    with tempfile.NamedTemporaryFile("w", suffix=".txt") as file:
        file.write("\n".join(lines))
        file.flush()
        _wrk(port, file.name, headers, seconds=1)
        with _watched() as busy:
            found = _wrk(port, file.name, headers, seconds=seconds)
    if found["broken"] or found["refused"] != (found["requests"] if refused else 0):
        raise SystemExit(f"Not the answers that were asked for: {found}")
    return Figures(
        rps=found["requests"] / found["seconds"], p50_ms=found["p50_ms"], p99_ms=found["p99_ms"], **busy
    )


def _wrk(port: int, file: str, headers: dict[str, str], *, seconds: int) -> dict[str, float]:
    given = [f"{name}={value}" for name, value in headers.items()]
    command = ["wrk", "-t1", f"-c{CONNECTIONS}", f"-d{seconds}s", "-s", str(LUA), f"http://127.0.0.1:{port}"]
    core = cores()[1]
    done = subprocess.run(
        [*command, "--", file, *given],
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=lambda: os.sched_setaffinity(0, {core}),
    )
    found: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return found


def once_each(port: int, addresses: Sequence[str], *, headers: dict[str, str]) -> Figures:
    """Ask for each address once, over as many connections."""
    waiting, taken = iter(addresses), threading.Lock()
    times: list[float] = []

    def ask() -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port)
        for address in _shared(waiting, taken):
            started = time.monotonic()
            connection.request("GET", address, headers=headers)
            response = connection.getresponse()
            response.read()
            times.append((time.monotonic() - started) * 1000)
            if response.status != 200:
                raise SystemExit(f"{response.status} for {address}")
        connection.close()

    before = os.sched_getaffinity(0)
    threads = [threading.Thread(target=ask) for _ in range(CONNECTIONS)]
    os.sched_setaffinity(0, {cores()[1]})
    try:
        with _watched() as busy:
            started = time.monotonic()
            for thread in threads:
                thread.start()
            for thread in threads:
                thread.join()
            seconds = time.monotonic() - started
    finally:
        os.sched_setaffinity(0, before)
    if len(times) != len(addresses):
        raise SystemExit(f"{len(times)} of {len(addresses)} addresses were answered.")
    cuts = statistics.quantiles(times, n=100, method="inclusive")
    return Figures(rps=len(times) / seconds, p50_ms=cuts[49], p99_ms=cuts[98], **busy)


def _shared(addresses: Iterator[str], taken: threading.Lock) -> Iterator[str]:
    while True:
        with taken:
            address = next(addresses, None)
        if address is None:
            return
        yield address


@contextmanager
def _watched() -> Iterator[dict[str, float]]:
    """How busy the server's core and we with our children were meanwhile."""
    busy: dict[str, float] = {}
    idle, spent, started = _idle(cores()[0]), _spent(), time.monotonic()
    yield busy
    seconds = time.monotonic() - started
    busy["server"] = 1 - (_idle(cores()[0]) - idle) / seconds
    busy["client"] = (_spent() - spent) / seconds


def _idle(core: int) -> float:
    """Seconds that a core has been idle."""
    lines = Path("/proc/stat").read_text().splitlines()
    fields = next(line.split() for line in lines if line.startswith(f"cpu{core} "))
    return (int(fields[4]) + int(fields[5])) / os.sysconf("SC_CLK_TCK")


def _spent() -> float:
    """Seconds of processor time that we and our ended children took."""
    both = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    return sum(usage.ru_utime + usage.ru_stime for usage in both)

"""Where a container's result stands, and reading it from there: only from hosts that an admin allows.

A result is rows, an address, or nothing, and then the agent's file in PhantomBuster's storage. Addresses come from
outside, so the host must be one of a list, exactly, over https; no redirect is followed, and no key goes along.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

import httpx2

from services.config_checks import LOOPBACK
from services.vendors.http import Answer, VendorHttp, failure
from services.vendors.phantombuster_answers import AgentSettings
from services.vendors.phantombuster_errors import VENDOR, NoResult, NotAllowed

# A large file over a slow line.
TIMEOUT_S = 600.0
SLACK = 4 << 20
_CSV, _JSON = ("csvurl", "csv_url"), ("jsonurl", "json_url", "url", "resulturl")


@dataclass(frozen=True)
class Result:
    """rows: the result itself, as JSON text; "" where it is in a file. addresses: where that may be, best first.

    shared: the file is the agent's, and holds what its earlier launches found, too.
    """

    rows: str = ""
    addresses: tuple[str, ...] = ()
    shared: bool = False


def of_object(raw: str) -> Result:
    """What a container's result object says: rows, or where they are; neither where it says nothing."""
    text = raw.strip()
    if text.startswith(("https://", "http://")):
        return Result(addresses=(text,))
    try:
        found = json.loads(text) if text else None
    except ValueError:
        return Result()
    if isinstance(found, str) and found.startswith(("https://", "http://")):
        return Result(addresses=(found,))
    if isinstance(found, Mapping):
        named = {str(key).lower(): value for key, value in found.items() if isinstance(value, str) and value}
        addresses = [named[key] for key in (*_CSV, *_JSON) if key in named and named[key].startswith("http")]
        if addresses:
            return Result(addresses=tuple(addresses))
        found = [found]
    if isinstance(found, list) and found and all(isinstance(row, Mapping) for row in found):
        return Result(rows=json.dumps(found, ensure_ascii=False))
    return Result()


def of_storage(agent: AgentSettings, storage_url: str) -> Result:
    """The agent's file in PhantomBuster's storage, for a container that names none. Raises NoResult."""
    if not (agent.s3_folder and agent.org_s3_folder):
        raise NoResult
    base = f"{storage_url.rstrip('/')}/{quote(agent.org_s3_folder, safe='')}/{quote(agent.s3_folder, safe='')}"
    # People name files "people" or "people.csv".
    name = quote(agent.result_name.removesuffix(".csv").removesuffix(".json") or "result", safe="")
    return Result(addresses=(f"{base}/{name}.csv", f"{base}/{name}.json"), shared=True)


def is_allowed(address: str, hosts: Sequence[str]) -> bool:
    """Whether a file may be read from there. hosts: exactly as they may be, with a port only where it is another."""
    try:
        parts = urlsplit(address)
        host, port = parts.hostname, parts.port
    except ValueError:
        return False
    if not host or "@" in parts.netloc or any(c.isspace() or c == "\\" or not c.isprintable() for c in address):
        return False
    if parts.scheme != "https" and not (parts.scheme == "http" and host in LOOPBACK):
        return False
    usual = {"https": 443, "http": 80}[parts.scheme]
    return (host if port in (None, usual) else f"{host}:{port}") in hosts


@contextmanager
def opened(
    addresses: Sequence[str],
    hosts: Sequence[str],
    most: int,
    *,
    timeout_s: float = TIMEOUT_S,
    transport: httpx2.BaseTransport | None = None,
) -> Iterator[tuple[str, Iterator[bytes]]]:
    """The first of these files that is there: its address and its bytes, at most `most`.

    Raises NotAllowed, before anything is asked; NoResult where none is there; VendorError for what else goes wrong.
    """
    if not all(is_allowed(address, hosts) for address in addresses):
        raise NotAllowed
    for address in addresses:
        parts = urlsplit(address)
        base = f"{parts.scheme}://{parts.netloc}"
        with VendorHttp(VENDOR, base, {}, timeout_s=timeout_s, transport=transport) as http:
            # Some pieces more than may be: whoever stores it says that it is too large.
            with http.stream("GET", address, most=most + SLACK) as (status, headers, content):
                if status == 200:
                    yield address, content
                    return
                _check(status, headers)
    raise NoResult


def _check(status: int, headers: Mapping[str, str]) -> None:
    """Of a file that is not there the next one is tried; the storage says 403 for most of what is not there."""
    if 300 <= status < 400:
        raise NotAllowed
    if status not in (403, 404):
        raise failure(VENDOR, Answer(status, headers, None))

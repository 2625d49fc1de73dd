"""The demo: a database of its own with 10,000 synthetic people, and a stub model, so that every button works.

It never mixes with real work: it only ever fills an empty database, which it marks in the audit log
before anything else, and `reset` empties marked databases only.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from uuid import UUID

import psycopg
from psycopg.rows import dict_row

import sql
from services import ROOT, db
from services.access import identity
from services.access.identity import Actor, audit
from services.config import SETTINGS, Settings, child_environ
from services.demo import demo_filters, demo_import, synthetic
from services.demo.demo_job import CRITERIA, JOB
from services.errors import BadInput, Unavailable
from services.privacy import erasure_log
from services.runtime import Runtime
from services.screening import rubrics
from services.servers import home as homes
from services.servers import run_state
from services.servers.children import Child
from services.servers.servers import attached
from services.storage import Storage

PEOPLE = 10_000
SEED = 1
USER = "demo@example.com"
TITLE = "Backend engineers (demo)"
NOT_A_DEMO = (
    "This database is in use and is not the demo's; nothing was changed. "
    "Set SOURCINGX_HOME to a folder of the demo's own and leave DATABASE_URL empty."
)
# What a stub on this machine can take; the limits' work can still be seen.
RPM, TPM = 2_000, 4_000_000

_Q = sql.queries("demo")
_STUB = "tests.stubs.openai_server"
_VENDOR_STUBS = "tests.stubs.vendors"
_PHANTOM = "tests.stubs.phantombuster_server"


def home_of(settings: Settings) -> Settings:
    """The demo's own folder within the usual one; a folder that was named is taken as it is."""
    usual = next(setting for setting in SETTINGS if setting.field == "home")
    own = settings.home == usual.parse(usual.default)
    return replace(settings, home=settings.home / "demo") if own else settings


def prepare(settings: Settings) -> tuple[Settings, Sequence[Child]]:
    """For supervisor.run(): the people, and the stub model and PhantomBuster as children that settings point to.

    Raises BadInput for a database that is not the demo's, Unavailable without the stub.
    """
    if not (ROOT / "tests" / "stubs" / "openai_server.py").exists():
        raise Unavailable("The demo's stub model is part of the source checkout; run the demo from there.")
    port, phantom = _free_port(), _free_port()
    pointed = replace(
        settings,
        phantombuster_api_key="demo",
        phantombuster_base_url=f"http://127.0.0.1:{phantom}/api/v2",
        phantombuster_storage_url=f"http://127.0.0.1:{phantom}/storage",
        phantombuster_file_hosts=f"127.0.0.1:{phantom}",
        openai_api_key="demo",
        openai_base_url=f"http://127.0.0.1:{port}/v1",
        openai_api="responses",
        openai_rpm=RPM,
        openai_tpm=TPM,
    )
    vendors = {name: _free_port() for name in ("salesql", "crustdata")}
    pointed = replace(
        pointed,
        salesql_api_key="demo",
        salesql_base_url=f"http://127.0.0.1:{vendors['salesql']}/v1",
        crustdata_api_key="demo",
        crustdata_base_url=f"http://127.0.0.1:{vendors['crustdata']}",
        crustdata_api_generation="current",
        salesql_credit_usd=Decimal("0.05"),
        crustdata_credit_usd=Decimal("0.01"),
    )
    rt = Runtime(pointed, kind="worker")
    rt.open()
    try:
        _fill(rt)
    finally:
        rt.close()
    command = [
        sys.executable,
        "-m",
        _STUB,
        "--port",
        str(port),
        "--seed",
        str(SEED),
        "--latency",
        "0.2",
        "--spread",
        "0.5",
    ]
    ports = [part for name, port in vendors.items() for part in (f"--{name}", str(port))]
    return pointed, [
        Child(name, words, child_environ(pointed), settings.home / "logs" / f"{name}.log")
        for name, words in (
            ("model", command),
            ("vendors", [sys.executable, "-m", _VENDOR_STUBS, *ports]),
            ("phantombuster", [sys.executable, "-m", _PHANTOM, "--port", str(phantom)]),
        )
    ]


def reset(settings: Settings) -> None:
    """Empty the demo's database; the next start fills it anew. Raises BadInput, Conflict while it runs."""
    ready = homes.prepare(settings)
    with run_state.only_one(ready.home), attached(ready) as (ready, _):
        _empty(ready)


def _fill(rt: Runtime) -> None:
    with rt.db.connection() as conn:
        marks, anything = db.one(conn, _Q.fetch_marks), db.one(conn, _Q.fetch_anything)
    assert marks is not None and anything is not None
    if marks["ready"]:
        return
    if not marks["begun"] and anything["found"]:
        raise BadInput(NOT_A_DEMO)
    if marks["begun"]:
        # An earlier start was ended in the middle.
        _empty(rt.settings)
    actor = identity.find_user(rt, USER) or identity.create_user(rt, USER, "Demo Recruiter", "recruiter")
    _mark(rt, actor, "demo.begin")
    search_id = synthetic.generate(rt, actor, PEOPLE, TITLE, SEED)
    rubrics.save(rt, actor, search_id, JOB, CRITERIA)
    demo_filters.make(rt, actor, UUID(search_id))
    demo_import.load(rt, actor, SEED, PEOPLE)
    _mark(rt, actor, "demo.ready")


def _mark(rt: Runtime, actor: Actor, mark: str) -> None:
    with rt.db.connection() as conn:
        audit(conn, actor, mark)


def _empty(settings: Settings) -> None:
    try:
        with psycopg.connect(
            settings.database_owner_url or settings.database_url, connect_timeout=5, row_factory=dict_row
        ) as conn:
            marks = db.one(conn, _Q.fetch_marks)
            if marks is None or not marks["begun"]:
                raise BadInput(NOT_A_DEMO)
            keys = [row["storage_key"] for row in db.rows(conn, _Q.fetch_storage_keys)]
            db.run(conn, _Q.empty)
    except psycopg.errors.UndefinedTable as error:
        raise BadInput("There is no demo here yet: sourcingx demo makes one.") from error
    except psycopg.OperationalError as error:
        raise Unavailable("Postgres does not answer, so the demo could not be emptied.") from error
    storage = Storage.of(settings)
    for key in keys:
        storage.delete(key)
    # The same made-up people come again.
    erasure_log.path_in(settings.home).unlink(missing_ok=True)


def _free_port() -> int:
    with closing(socket.create_server(("127.0.0.1", 0))) as probe:
        port: int = probe.getsockname()[1]
        return port

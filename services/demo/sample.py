"""Sample data for an installation without people: a file of made-up ones, imported as any other file is."""

from __future__ import annotations

import csv
import io
from typing import Literal

import sql
from services import db
from services.access.identity import Actor
from services.demo import demo_job
from services.errors import Conflict, Forbidden
from services.imports import import_mapping, imports, uploads
from services.runtime import Runtime
from services.screening import rubrics
from services.searches import searches

TITLE = "Sample search (made-up people)"
FILE = "sample-people.csv"
PEOPLE = 300
SEED = 7
HEADERS = ("Full name", "LinkedIn URL", "Job title", "Company", "Location", "Skills", "Email", "Summary")
# What kind of search it is made.
SOURCE = "sample"
BY_A_COLLEAGUE = "A colleague is loading sample data just now. Ask them to share its search, or import a file."
REMOVING = "The sample data is being removed. When that is done, it can be loaded again."
NOT_EMPTY = "People are known here by now, and made-up ones do not go among them. Import a file instead."

_Q = sql.queries("first_steps")


# removing: it was there, and a job is at work to take it away.
State = Literal["offered", "removing", "off"]


def state(rt: Runtime, actor: Actor) -> State:
    """Whether start() would do it: nobody is known here, and the actor may add people."""
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_anybody)
    assert row is not None
    if row["removing"]:
        return "removing"
    return "offered" if actor.may_edit and not row["found"] else "off"


def start(rt: Runtime, actor: Actor) -> tuple[str, int]:
    """Make a search with a job description and criteria, and start to import people into it.

    Returns (search's id, run's id). What an earlier attempt left is used again, and while its import is on the way that
    one is meant: twice, people without an address of their own would be there twice. Raises Forbidden for viewers,
    Conflict where people are known already or a colleague is loading them, Unavailable (disk full).
    """
    if not actor.may_edit:
        raise Forbidden("Viewers cannot create searches. Ask an admin for another role.")
    with rt.db.connection() as conn:
        # Of two starts at once the second one finds what the first one made.
        db.one(conn, _Q.lock_sample)
        return _start(rt, actor)


def _start(rt: Runtime, actor: Actor) -> tuple[str, int]:
    if (now := state(rt, actor)) != "offered":
        raise Conflict(REMOVING if now == "removing" else NOT_EMPTY)
    with rt.db.connection() as conn:
        begun = db.one(conn, _Q.fetch_begun, actor.params)
    if begun is not None and not begun["own"]:
        raise Conflict(BY_A_COLLEAGUE)
    if begun is not None and begun["run_id"] is not None:
        return str(begun["id"]), int(begun["run_id"])
    upload, _ = uploads.store(rt, actor, FILE, [people_csv()], uploads.max_bytes(rt))
    made = begun or {"id": searches.create_search(rt, actor, TITLE, "private", source=SOURCE).id}
    search_id = str(made["id"])
    rubrics.save(rt, actor, search_id, demo_job.JOB, demo_job.CRITERIA)
    mapping = import_mapping.suggest(list(HEADERS))
    return search_id, imports.start_import(rt, actor, search_id, [{"upload_id": upload}], mapping)


def people_csv() -> bytes:
    """The file; some of the people have no LinkedIn address, as in real ones."""
    # Here, since its vocabulary is nothing that each web worker should hold.
    from services.demo import synthetic_people

    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow(HEADERS)
    for p in synthetic_people.people(SEED, 0, PEOPLE):
        url = f"https://www.linkedin.com/in/{p.slug}" if p.slug else ""
        rows.writerow((p.full_name, url, p.title, p.company, p.location, ", ".join(p.skills), p.email, p.summary))
    return out.getvalue().encode()

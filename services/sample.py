"""Sample data for an installation without people: a file of made-up ones, imported as any other file is."""

from __future__ import annotations

import csv
import io

import sql
from services import db, demo_job, import_mapping, imports, rubrics, searches, uploads
from services.errors import Conflict, Forbidden
from services.identity import Actor
from services.runtime import Runtime
from services.storage import Storage

TITLE = "Sample search (made-up people)"
FILE = "sample-people.csv"
PEOPLE = 300
SEED = 7
HEADERS = ("Full name", "LinkedIn URL", "Job title", "Company", "Location", "Skills", "Email", "Summary")
NOT_EMPTY = "People are known here by now, and made-up ones do not go among them. Import a file instead."

_Q = sql.queries("first_steps")


def offered(rt: Runtime, actor: Actor) -> bool:
    """Whether start() would do it: nobody is known here, and the actor may add people."""
    if not actor.may_edit:
        return False
    with rt.db.connection() as conn:
        row = db.one(conn, _Q.fetch_anybody)
    return row is not None and not row["found"]


def start(rt: Runtime, actor: Actor) -> tuple[str, int]:
    """Make a search with a job description and criteria, and start to import people into it.

    Returns (search's id, run's id). What an earlier attempt left is used again, and while its import is on the way that
    one is meant: twice, people without an address of their own would be there twice. Raises Forbidden for viewers,
    Conflict where people are known already, Unavailable (disk full).
    """
    if not actor.may_edit:
        raise Forbidden("Viewers cannot create searches. Ask an admin for another role.")
    if not offered(rt, actor):
        raise Conflict(NOT_EMPTY)
    with rt.db.connection() as conn:
        begun = db.one(conn, _Q.fetch_begun, {"title": TITLE, **actor.params})
    if begun is not None and begun["run_id"] is not None:
        return str(begun["id"]), int(begun["run_id"])
    storage, key = Storage.of(rt.settings), Storage.new_key()
    size = storage.save_stream(key, iter([people_csv()]), uploads.max_bytes(rt))
    upload = uploads.record_upload(rt, actor, FILE, size, key)
    search_id = str(begun["id"] if begun else searches.create_search(rt, actor, TITLE, "private").id)
    rubrics.save(rt, actor, search_id, demo_job.JOB, demo_job.CRITERIA)
    mapping = import_mapping.suggest(list(HEADERS))
    return search_id, imports.start_import(rt, actor, search_id, [{"upload_id": upload}], mapping)


def people_csv() -> bytes:
    """The file; some of the people have no LinkedIn address, as in real ones."""
    # Here, since its vocabulary is nothing that each web worker should hold.
    from services import synthetic_people

    out = io.StringIO(newline="")
    rows = csv.writer(out)
    rows.writerow(HEADERS)
    for p in synthetic_people.people(SEED, 0, PEOPLE):
        url = f"https://www.linkedin.com/in/{p.slug}" if p.slug else ""
        rows.writerow((p.full_name, url, p.title, p.company, p.location, ", ".join(p.skills), p.email, p.summary))
    return out.getvalue().encode()

"""What a vendor said of people, into the database: careers by the rules of imports, contacts, raw answers apart.

In the caller's transaction. What a person wrote by hand stays, and what the vendor says of it is kept beside it
(services/people/profile_edits.py); every value that changes is noted by the database with its source and time
(migration 0005).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from psycopg.types.json import Jsonb

import sql
from services import db
from services.config import Settings
from services.enrichment import vendor_budget
from services.imports import import_history
from services.imports.import_batch import Slot
from services.imports.import_load import Load
from services.imports.import_normalise import Normaliser
from services.imports.import_readers import Row
from services.imports.import_rows import LIMITS, Person, clean, phone_key, storable
from services.people import known
from services.privacy import suppression
from services.runs.jobs import RunHandle
from services.vendors import crustdata_people
from services.vendors.lookups import Contact, Found, public_key

# A person is known already: neither their names nor how they are found change with what a vendor calls them.
_KEPT = ("full_name", "first_name", "last_name", "guess_first", "guess_last", "email", "phone", "public_url",
         "opaque_url")  # fmt: skip

# Where vendors say which address of LinkedIn someone has.
ADDRESSES = ("linkedin_url", *crustdata_people.ADDRESSES)

_Q = sql.queries("enrichment")


def save(
    conn: db.Conn,
    settings: Settings,
    handle: RunHandle,
    vendor: str,
    call_id: int,
    found: Mapping[int, Found],
    missed: Sequence[int],
    now: datetime,
) -> tuple[dict[int, list[str]], set[UUID]]:
    """found, missed: by profile id. Returns what was got of each profile (history, email, phone), and the searches
    that it touched, whose versions are to be bumped last. Raises Conflict."""
    # Whoever was deleted since is nobody's any more.
    there = {row["id"]: row["full_name"] for row in db.rows(conn, _Q.lock_profiles, {
        "people": sorted({*found, *missed})})}  # fmt: skip
    people = list(there)
    found = _not_erased(conn, settings, there, {who: one for who, one in found.items() if who in there})
    known.from_source(conn, vendor)
    changed = _careers(conn, settings, handle, vendor, call_id, found, now)
    changed |= _contacts(conn, settings, vendor, found, now)
    outcomes = ["found" if one in found else "missed" for one in people]
    db.run(conn, _Q.upsert_lookups, {"vendor": vendor, "people": people, "outcomes": outcomes, "now": now})
    touched: set[UUID] = set()
    if changed:
        conn.execute(_Q.lock_candidates_of, {"people": sorted(changed)})
        synced = db.one(conn, _Q.sync_members, {"people": sorted(changed)})
        touched = set(synced["searches"]) if synced else set()
    return {who: got_of(one) for who, one in found.items()}, touched


def _not_erased(
    conn: db.Conn, settings: Settings, names: Mapping[int, str], found: Mapping[int, Found]
) -> dict[int, Found]:
    """Answers that tell nothing of an erased person: someone who is told to have their address, e-mail or telephone is
    not learnt about, as no import takes such a row."""
    erased = suppression.erased_among(conn, settings, ((who, _known_by(one, names[who])) for who, one in found.items()))
    return {who: one for who, one in found.items() if who not in erased}


def _known_by(found: Found, full_name: str) -> Iterator[suppression.Known]:
    for name in ADDRESSES:
        if key := public_key(found.raw.get(name)):
            yield "url", key, ""
    for one in found.contacts:
        value = one.value.strip().lower() if one.kind == "email" else phone_key(one.value)
        if value:
            yield one.kind, value, full_name


def got_of(found: Found) -> list[str]:
    """What an answer gives: a career, and contacts that are worth stopping for."""
    lists = (found.row.get(name) for name in (*crustdata_people.LISTS, "skills"))
    got = ["history"] if any(lists) else []
    return got + [kind for kind in ("email", "phone") if any(c.good for c in found.contacts if c.kind == kind)]


def best(contacts: Sequence[Contact], kind: str, first: str) -> str:
    """The contact that becomes the person's own, "" for none: a good one, of the type that comes first, as told."""
    good = [one for one in contacts if one.kind == kind and one.good and len(one.value) <= LIMITS[kind]]
    ranked = sorted(good, key=lambda one: (one.type != first, one.status != "valid"))
    return clean(ranked[0].value) if ranked else ""


def _careers(
    conn: db.Conn,
    settings: Settings,
    handle: RunHandle,
    vendor: str,
    call_id: int,
    found: Mapping[int, Found],
    now: datetime,
) -> set[int]:
    told = {who: one for who, one in sorted(found.items()) if one.row}
    other = [{"id": who, "raw": storable(one.raw)} for who, one in found.items() if not one.row]
    if other:
        db.run(conn, _Q.upsert_raw, {"vendor": vendor, "raw": Jsonb(other)})
    if not told:
        return set()
    header = crustdata_people.HEADER
    today = now.date()
    normaliser = Normaliser(crustdata_people.COLUMNS, import_history.plan_of(header), today, vendor, header)
    load = Load(handle.run_id, handle.actor, str(handle.search_id), vendor, today, normaliser, settings)
    slots = [Slot(_person(normaliser, one), who) for who, one in told.items()]
    return load.merge(conn, slots, call_id)


def _person(normaliser: Normaliser, found: Found) -> Person:
    """As an import would read it, but for what stays as it is."""
    # A row without a name is nobody to an import.
    person = normaliser.person(Row(1, {**found.row, "name": found.row.get("name") or "-"}, 0))
    assert person is not None
    person.values |= {name: "" for name in _KEPT}
    person.keys, person.raw, person.row_hash, person.phone_key = [], storable(found.raw), None, ""
    return person


def _contacts(conn: db.Conn, settings: Settings, vendor: str, found: Mapping[int, Found], now: datetime) -> set[int]:
    given = {who: _clean(one.contacts) for who, one in found.items()}
    told = [{"id": who, **vars(one)} for who, contacts in given.items() for one in contacts]
    db.run(conn, _Q.replace_contacts, {
        "vendor": vendor, "people": sorted(found), "contacts": Jsonb(told), "now": now})  # fmt: skip
    first = settings.enrich_email_first
    own = [
        {"id": who, "email": best(contacts, "email", first), "phone": best(contacts, "phone", first)}
        for who, contacts in sorted(given.items())
    ]
    filled = [one for one in own if one["email"] or one["phone"]]
    if not filled:
        return set()
    vendors = list(vendor_budget.LABELS)
    db.run(conn, _Q.keep_told, {"best": Jsonb(filled), "vendors": vendors, "vendor": vendor, "now": now})
    return {row["id"] for row in db.rows(conn, _Q.fill_contacts, {"best": Jsonb(filled), "vendors": vendors})}


def _clean(contacts: Sequence[Contact]) -> list[Contact]:
    """What can be kept; of two that are the same, the first."""
    made: dict[tuple[str, str], Contact] = {}
    for one in contacts[:50]:
        value = clean(one.value, 320)
        if value:
            made.setdefault((one.kind, value), Contact(one.kind, value, one.type[:50], one.status[:50]))
    return list(made.values())

"""The demo's second search, loaded as people do it: a file of another source, by an import.

Some of its people are in the first search too and get marks of who is known; some are there under
another address and become duplicates to decide about; the others are new.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator

from services.access.identity import Actor
from services.demo import synthetic_people
from services.demo.synthetic_people import Person
from services.imports import import_mapping, imports, uploads
from services.people import duplicates
from services.runs.job_runner import Runner
from services.runtime import Runtime
from services.searches import searches

TITLE = "Spring campaign (demo)"
FILE = "spring-campaign.csv"
KNOWN, MOVED, NEW = 120, 40, 240
HEADERS = ("Full name", "LinkedIn URL", "Job title", "Company", "Location", "Skills", "Email", "Summary")


def load(rt: Runtime, actor: Actor, seed: int, largest: int) -> str:
    """Make the search and import into it; returns its id. largest: of that many people some are taken again.

    The comparison of people is left to the job worker: of everyone, since who was generated was never compared.
    """
    search_id = str(searches.create_search(rt, actor, TITLE).id)
    parts = [{"upload_id": uploads.store(rt, actor, FILE, [_file(seed, largest)], 1 << 24)[0]}]
    params = imports.read_params(rt, actor, parts, import_mapping.suggest(list(HEADERS)))
    # Here, since the workers are not there yet.
    Runner(rt, "demo").execute_inline(actor, "import", search_id, params)
    duplicates.start_find(rt, actor)
    return search_id


def _file(seed: int, largest: int) -> bytes:
    text = io.StringIO(newline="")
    rows = csv.writer(text)
    rows.writerow(HEADERS)
    rows.writerows(_rows(seed, largest))
    return text.getvalue().encode()


def _rows(seed: int, largest: int) -> Iterator[tuple[str, ...]]:
    first = synthetic_people.people(seed, 0, min(largest, synthetic_people.CHUNK))
    there = [person for person in first if person.slug and person.title and person.company]
    for person in there[:KNOWN]:
        yield _row(person, person.slug, person.email)
    for person in there[KNOWN : KNOWN + MOVED]:
        # A second profile of the same person: nothing that is equal proves it.
        yield _row(person, f"{person.slug}-2", "")
    for person in synthetic_people.people(seed + 1, 0, NEW):
        yield _row(person, person.slug, person.email)


def _row(p: Person, slug: str, email: str) -> tuple[str, ...]:
    url = f"https://www.linkedin.com/in/{slug}" if slug else ""
    return (p.full_name, url, p.title, p.company, p.location, ", ".join(p.skills), email, p.summary)

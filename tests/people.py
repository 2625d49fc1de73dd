"""A search full of varied people for tests, and a database of a module's own to keep it in.

The people are few, so every sort has ties and every column blanks; names, titles and companies hold
what breaks naive filters: accents, other scripts, signs of LIKE, quotes, one value in several spellings.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from random import Random
from typing import Any

import psycopg
from psycopg import sql as pgsql
from psycopg.rows import dict_row
from psycopg.types.json import Jsonb

import sql
from services.access.identity import Actor
from services.config import Settings
from services.runtime import Runtime
from services.servers.servers import Servers, ServerUrls

START = datetime(2026, 6, 1, 22, 30, tzinfo=UTC)

FIRST = ("Ada", "Émile", "zoë", "Łukasz", "ANNA", "Bo", "שלמה", "محمد", "田中", "Ωμέγα", "Strauß")
LAST = ("Example", "example", "Ødegård", "O'Neil", "de la Cruz", "Müller-Lüdenscheidt", "כהן", "", "Ng", "50%_\\")
TITLES = (
    "Senior Engineer", "senior ENGINEER", "Sénior Engineer", "Machine Learning Engineer", "Engineer, Machine Learning",
    "C++ Developer", "C# Developer", ".NET Developer", "Developer", "HR", "Head of HR", "", "100% Owner_of\\things",
)  # fmt: skip
COMPANIES = ("Go Digital", "Google", "Łódź Works", "AT&T", "Ünïcode GmbH", "unicode gmbh", "50%_off\\shop", "R", "", "")
LOCATIONS = ("Zürich", "zurich", "Paris", "São Paulo", "תל אביב", "New York", "York", "")
HEADLINES = ("", "Builds data platforms", "machine tools; learning to sail", "“Ninja” -- 'quoted'; DROP TABLE x")
SKILLS = ("Python", "python", "Go", "C++", "C#", ".NET", "machine learning", "SQL", "R", "Node.js", "R&D", "learning")
SOURCES = ("linkedin", "LinkedIn", " csv ", "")
INDUSTRIES = ("Software", "software", "Éducation", "Banking", "")
STATUSES = ("active", "active", "active", "filtered_exclusion", "filtered_no_title")
STAGES = ("new", "new", "new", "shortlisted", "contacted", "interviewing", "hired", "rejected")
TAGS = ("call", "Call back", "émigré", "x")


@dataclass(frozen=True)
class Person:
    """One person, and their place in a search."""

    full_name: str = "Ada Example"
    last_name: str = "Example"
    title: str = ""
    company: str = ""
    location: str = ""
    headline: str = ""
    industry: str = ""
    source: str = ""
    skills: tuple[str, ...] = ()
    tags: tuple[str, ...] = ()
    years_experience: float | None = None
    current_tenure_months: int | None = None
    average_tenure_months: int | None = None
    has_email: bool = False
    note_count: int = 0
    filter_status: str = "active"
    stage: str = "new"
    fit: str | None = None
    score: float | None = None
    added_at: datetime = START
    screened_at: datetime | None = None


def varied(count: int, seed: int = 1) -> list[Person]:
    """People with many ties and blanks; the same for a seed."""
    draw = Random(seed)
    return [_person(draw) for _ in range(count)]


def _person(draw: Random) -> Person:
    first, last = draw.choice(FIRST), draw.choice(LAST)
    score = draw.choice((None, None, *(n / 2 for n in range(21))))
    return Person(
        full_name=draw.choice((f"{first} {last}".strip(), f"{first} {last}".strip(), "")),
        last_name=last,
        title=draw.choice(TITLES),
        company=draw.choice(COMPANIES),
        location=draw.choice(LOCATIONS),
        headline=draw.choice(HEADLINES),
        industry=draw.choice(INDUSTRIES),
        source=draw.choice(SOURCES),
        skills=tuple(draw.sample(SKILLS, draw.choice((0, 1, 2, 4)))),
        tags=tuple(draw.sample(TAGS, draw.choice((0, 0, 0, 1, 2)))),
        years_experience=draw.choice((None, 0.0, 0.5, 3.0, 7.5, 12.0, 12.0, 41.3)),
        current_tenure_months=draw.choice((None, 0, 5, 12, 300)),
        average_tenure_months=draw.choice((None, 7, 24)),
        has_email=draw.random() < 0.4,
        note_count=draw.choice((0, 0, 0, 1, 2)),
        filter_status=draw.choice(STATUSES),
        stage=draw.choice(STAGES),
        fit=None if score is None else "strong" if score >= 7 else "weak" if score < 4 else "possible",
        score=score,
        # Half an hour on either side of a midnight, somewhere.
        added_at=START + timedelta(hours=draw.choice((0, 1, 2, 3, 26, 240))),
        screened_at=None if score is None else START + timedelta(days=draw.choice((1, 2, 30))),
    )


def add_search(conn: psycopg.Connection[Any], owner: Actor, visibility: str = "team") -> uuid.UUID:
    row = conn.execute(
        "INSERT INTO searches (user_id, title, visibility) VALUES (%s, 'Backend Bern', %s) RETURNING id",
        (owner.user_id, visibility),
    ).fetchone()
    assert row is not None
    found = next(iter(row.values())) if isinstance(row, dict) else row[0]
    assert isinstance(found, uuid.UUID)
    return found


def add_people(conn: psycopg.Connection[Any], search_id: uuid.UUID, people: Sequence[Person]) -> list[int]:
    """Put people into a search, as an import would, version bumped; returns their candidates' ids."""
    with conn.cursor(row_factory=dict_row) as cursor:
        given = Jsonb([asdict(person) for person in people], dumps=_dumps)
        cursor.execute(_INSERT_PROFILES, {"people": given})
        profiles = [row["id"] for row in cursor.fetchall()]
        cursor.execute(_INSERT_CANDIDATES, {"people": given, "profiles": profiles, "search_id": search_id})
        ids = [row["id"] for row in cursor.fetchall()]
        cursor.execute("UPDATE searches SET profile_count = profile_count + %s WHERE id = %s", (len(people), search_id))
        cursor.execute("SELECT bump_version(%s)", (search_id,))
    assert len(ids) == len(people)
    return ids


def _dumps(value: Any) -> str:
    import json

    return json.dumps(value, default=str)


_GIVEN = """
    ROWS FROM (jsonb_to_recordset(%(people)s) AS (full_name text, last_name text, title text, company text,
        location text, headline text, industry text, source text, skills text[], tags text[],
        years_experience numeric, current_tenure_months smallint, average_tenure_months smallint, has_email boolean,
        note_count integer, filter_status text, stage text, fit text, score numeric, added_at timestamptz,
        screened_at timestamptz)) WITH ORDINALITY
"""
_INSERT_PROFILES = f"""
INSERT INTO profiles (full_name, last_name, title, company, location, headline, industry, source, skills, email,
    years_experience, current_tenure_months, average_tenure_months)
SELECT full_name, last_name, title, company, location, headline, industry, source, skills,
    CASE WHEN has_email THEN 'p' || ordinality || '@example.com' ELSE '' END,
    years_experience, current_tenure_months, average_tenure_months
FROM {_GIVEN} ORDER BY ordinality RETURNING id
"""
_INSERT_CANDIDATES = f"""
INSERT INTO candidates (search_id, profile_id, tags, note_count, filter_status, stage, fit, score, added_at,
    screened_at, source, industry, name_key, last_name_key, title_key, company_key, location_key, years_experience,
    current_tenure_months, average_tenure_months, has_email, skills, search_tsv)
SELECT %(search_id)s, p.id, g.tags, g.note_count, g.filter_status, g.stage, g.fit, g.score, g.added_at,
    g.screened_at, p.source, p.industry, p.name_key, p.last_name_key, p.title_key, p.company_key, p.location_key,
    p.years_experience, p.current_tenure_months, p.average_tenure_months, p.email <> '', p.skills, p.search_tsv
FROM {_GIVEN} AS g JOIN profiles p ON p.id = (%(profiles)s::bigint[])[g.ordinality]
ORDER BY g.ordinality RETURNING id
"""


@contextmanager
def own_database(servers: Servers, template: str) -> Iterator[ServerUrls]:
    """A migrated, empty database for a whole module; conftest's `database` is one a test."""
    assert servers.postgres is not None
    queries, name = sql.queries("servers"), f"module_{uuid.uuid4().hex}"
    with psycopg.connect(servers.urls.superuser_url, autocommit=True) as conn:
        servers.postgres.create_database(conn, name, template)
    yield replace(
        servers.urls,
        database_url=servers.postgres.url("sourcingx_app", name),
        database_owner_url=servers.postgres.url("sourcingx_owner", name),
        superuser_url=servers.postgres.url("postgres", name),
    )
    with psycopg.connect(servers.urls.superuser_url, autocommit=True) as conn:
        conn.execute(pgsql.SQL(queries.drop_database).format(name=pgsql.Identifier(name)))


@contextmanager
def runtime(urls: ServerUrls, home: Path, kind: str = "web", **settings: Any) -> Iterator[Runtime]:
    """A web or job process's runtime on servers; settings by their field's name."""
    given = Settings.from_env(
        {"SOURCINGX_HOME": str(home), "DATABASE_URL": urls.database_url, "REDIS_URL": urls.redis_url}
    )
    rt = Runtime(replace(given, **settings), kind)
    rt.open()
    try:
        yield rt
    finally:
        rt.close()

"""A database of the SourcingX of before, as it stood in its last months, with made-up people."""

from __future__ import annotations

import json
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql as pgsql

from services.servers.servers import Servers

PROFILES = """
CREATE TABLE profiles (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), linkedin_url text UNIQUE, original_url text, original_urls text[],
    raw_data jsonb, name text, location text, current_title text, current_company text, all_employers text[],
    all_titles text[], all_schools text[], skills text[], email text, email_source text, enrichment_status text,
    words tsvector, status text DEFAULT 'enriched', created_at timestamptz DEFAULT now(), enriched_at timestamptz,
    contacted_at timestamptz)"""
# As they were before screenings had a table of their own.
SCREENED_PROFILES = """
ALTER TABLE profiles ADD screening_score integer, ADD screening_fit_level text, ADD screening_summary text,
    ADD screening_reasoning text, ADD screened_at timestamptz"""
SCREENINGS = """
CREATE TABLE screening_results (
    id uuid PRIMARY KEY DEFAULT gen_random_uuid(), linkedin_url text NOT NULL, source_project text, jd_hash text,
    jd_title text, screening_score integer, screening_fit_level text, screening_summary text, screening_reasoning text,
    ai_model text, screened_at timestamptz, UNIQUE (linkedin_url, jd_hash, source_project))"""
HISTORY = """
CREATE TABLE search_history (
    id bigserial PRIMARY KEY, agent_id text, csv_name text, launched_at text, profiles_requested integer,
    search_name text)"""
# As the plan for the database had it.
SEARCHES = """
CREATE TABLE searches (id uuid PRIMARY KEY DEFAULT gen_random_uuid(), user_id text NOT NULL, source text,
    source_ref text, profile_count int, created_at timestamp DEFAULT now());
ALTER TABLE profiles ADD search_id uuid REFERENCES searches, ADD filter_status text DEFAULT 'active'"""


@contextmanager
def old_database(servers: Servers, *parts: str) -> Iterator[tuple[str, psycopg.Connection[Any]]]:
    """An empty database with these tables: its address, and a connection that commits by itself."""
    assert servers.postgres is not None
    name = f"old_{uuid.uuid4().hex}"
    with psycopg.connect(servers.urls.superuser_url, autocommit=True) as conn:
        conn.execute(pgsql.SQL("CREATE DATABASE {}").format(pgsql.Identifier(name)))
    url = servers.postgres.url("postgres", name)
    with psycopg.connect(url, autocommit=True) as old:
        for part in parts:
            old.execute(part.encode())
        yield url, old
    with psycopg.connect(servers.urls.superuser_url, autocommit=True) as conn:
        conn.execute(pgsql.SQL("DROP DATABASE {} WITH (FORCE)").format(pgsql.Identifier(name)))


def answer(name: str, **more: Any) -> dict[str, Any]:
    """What the vendor said of somebody."""
    return {
        "name": name, "headline": f"{name} at work", "summary": "Builds things.", "skills": ["Go", "SQL"],
        "location": "Haifa, Israel", "num_of_connections": 500, "languages": ["Hebrew"],
        "all_employers": ["Acme", "Globex"],
        "current_employers": [{"employer_name": "Acme", "employee_title": "Engineer", "start_date": "2022-03-01"}],
        "past_employers": [{"employer_name": "Globex", "employee_title": "Developer", "start_date": "2018-01-01",
                            "end_date": "2022-02-01"}],
        "education_background": [{"institute_name": "Technion", "degree_name": "BSc"}],
    } | more  # fmt: skip


def add_person(old: psycopg.Connection[Any], slug: str, name: str, raw: Any = None, **columns: Any) -> str:
    """Somebody; returns their address."""
    url = f"https://www.linkedin.com/in/{slug}"
    given = {
        "linkedin_url": url, "name": name, "raw_data": json.dumps(answer(name) if raw is None else raw),
        "current_title": "Engineer", "current_company": "Acme", "skills": ["Go"], "all_employers": ["Acme"],
        "enriched_at": "2025-11-01T10:00:00+00:00",
    } | columns  # fmt: skip
    names = pgsql.SQL(", ").join(map(pgsql.Identifier, given))
    marks = pgsql.SQL(", ").join(pgsql.Placeholder() * len(given))
    old.execute(pgsql.SQL("INSERT INTO profiles ({}) VALUES ({})").format(names, marks), list(given.values()))
    return url


def add_screening(old: psycopg.Connection[Any], url: str, score: int | None, fit: str | None, **more: Any) -> None:
    given = {
        "linkedin_url": url, "source_project": "sourcingx", "jd_hash": "abc123", "jd_title": "Go engineer",
        "screening_score": score, "screening_fit_level": fit, "screening_summary": "Knows Go.",
        "screening_reasoning": "Six years of it.", "screened_at": "2026-01-05T08:00:00+00:00",
    } | more  # fmt: skip
    names = pgsql.SQL(", ").join(map(pgsql.Identifier, given))
    marks = pgsql.SQL(", ").join(pgsql.Placeholder() * len(given))
    old.execute(pgsql.SQL("INSERT INTO screening_results ({}) VALUES ({})").format(names, marks), list(given.values()))

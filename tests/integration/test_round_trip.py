"""What is exported can be imported into an empty database, and is what it was."""

from __future__ import annotations

import json
from typing import Any

import pytest

from services.access.identity import Actor
from services.exports.exports import start_export
from services.grid.grid_view import View
from services.runs import runs
from services.runtime import Runtime
from services.searches import searches
from tests.integration.test_export import content
from tests.integration.test_import import start as start_import
from tests.integration.test_import import table, work

# The kinds of files that the importer reads as well.
FORMATS = ("csv", "ndjson", "xlsx", "parquet")
FIELDS = (
    "full_name", "first_name", "last_name", "headline", "title", "company", "location", "country", "industry",
    "summary", "email", "phone", "linkedin_url", "skills", "years_experience", "current_tenure_months",
)  # fmt: skip
PEOPLE: tuple[dict[str, Any], ...] = (
    # Formulas, and texts that begin like a guarded one.
    {"full_name": 'Ana "Q" Lima', "first_name": 'Ana "Q"', "last_name": "Lima", "company": "=cmd|' /C calc'!A0",
     "title": "'=1+1", "headline": "@handle; 😀, done", "summary": "-dash\nline, two\n\n'quoted' \"x\"",
     "phone": "+351 912 000 000", "skills": ["-x", "C++", "C#", ".NET"], "years_experience": 7.5,
     "current_tenure_months": 26, "linkedin_url": "https://www.linkedin.com/in/ana-lima", "email": "ana@example.com"},
    {"full_name": "=HYPERLINK(0)", "last_name": "=HYPERLINK(0)", "title": "''=x", "industry": "+Éducation",
     "company": "\uff1d1", "email": "formula@example.com", "linkedin_url": "https://www.linkedin.com/in/formula"},
    # From right to left.
    {"full_name": "محمد عبد الله", "first_name": "محمد", "last_name": "عبد الله", "location": "ירושלים, ישראל",
     "country": "ישראל", "company": "Łódź Works", "linkedin_url": "https://www.linkedin.com/in/muhammad"},
    # Emoji of several signs, quotes of all kinds.
    {"full_name": "👩‍💻 Zoë Ødegård", "first_name": "👩‍💻 Zoë", "last_name": "Ødegård",
     "title": "Head | R&D, “Cloud”; 'x'", "summary": "'", "company": 'He said ""no""', "email": "zoe@example.com"},
    # Dates before 1900, numbers and words that programs like to read as something else.
    {"full_name": "1899-12-31", "last_name": "1899-12-31", "title": "0123", "company": "1e5", "headline": "TRUE",
     "location": "1/2", "industry": "NULL", "country": "NaN", "email": "dates@example.com", "years_experience": 0.0,
     "current_tenure_months": 0},
    # As long as it may be.
    {"full_name": "L" * 200, "last_name": "L" * 200, "summary": "word, \"two\"\n" * 1_500 + "end",
     "skills": [f"skill {n} " + "y" * 80 for n in range(100)], "email": "long@example.com"},
    {"full_name": "Ada Only", "first_name": "Ada", "last_name": "Only", "email": "only@example.com"},
    # Skills that hold what skills are separated by, and texts that look like lists and objects.
    {"full_name": "Sep Arator", "last_name": "Arator", "title": '["CTO"]', "company": "{}", "headline": "'[1]",
     "industry": "[draft] for [you]", "email": "separator@example.com",
     "skills": ["Planning, budgeting", "SQL; PL/SQL", "a|b", 'say "x"', "'=x", "-y", "[1]", "{}", "•", "'[z]"]},
    {"full_name": "One Skill", "last_name": "Skill", "email": "one@example.com", "skills": ["[\"a\", \"b\"]"]},
    {"full_name": "Object Skill", "last_name": "Skill", "email": "object@example.com", "skills": ["{}"]},
    {"full_name": "Guarded Skill", "last_name": "Skill", "email": "guarded@example.com", "skills": ["Go", "'=x"]},
)  # fmt: skip


@pytest.mark.parametrize("fmt", FORMATS)
def test_people_come_back_as_they_were(rt: Runtime, alice: Actor, fmt: str) -> None:
    search = str(searches.create_search(rt, alice, "Leads").id)
    for person in PEOPLE:
        names, marks = ", ".join(person), ", ".join(f"%({name})s" for name in person)
        with rt.db.connection() as conn:
            row = conn.execute(f"INSERT INTO profiles ({names}) VALUES ({marks}) RETURNING id", person).fetchone()
            assert row is not None
            conn.execute("SELECT add_candidates(%s, %s, %s)", (search, [row["id"]], alice.user_id))
    before = table(rt, f"SELECT {', '.join(FIELDS)} FROM profiles ORDER BY full_name")
    run_id = start_export(rt, alice, View.of(search, status="all"), None, {"all": True}, fmt)
    work(rt, run_id)
    data = content(rt, runs.get_run(rt, alice, run_id))

    table(rt, "DELETE FROM profiles RETURNING id")
    run_id = start_import(rt, alice, str(searches.create_search(rt, alice, "Again").id), data)
    work(rt, run_id)

    assert runs.get_run(rt, alice, run_id)["counts"]["added"] == len(PEOPLE)
    assert table(rt, f"SELECT {', '.join(FIELDS)} FROM profiles ORDER BY full_name") == before


@pytest.mark.parametrize("fmt", FORMATS)
def test_cells_of_32767_signs_come_back(rt: Runtime, alice: Actor, fmt: str) -> None:
    """As long as a cell of a spreadsheet can be; what no field holds is kept with the person."""
    long = "😀x" * 10_922 + "e"
    raw = f"name,email,essay\nAda,ada@example.com,{long}\n"
    first = str(searches.create_search(rt, alice, "Leads").id)
    work(rt, start_import(rt, alice, first, raw))
    run_id = start_export(rt, alice, View.of(first), None, {"all": True}, fmt, variant="combined")
    work(rt, run_id)
    data = content(rt, runs.get_run(rt, alice, run_id))
    table(rt, "DELETE FROM profiles RETURNING id")
    work(rt, start_import(rt, alice, str(searches.create_search(rt, alice, "Again").id), data))
    kept = table(rt, "SELECT raw ->> 'essay' AS essay FROM profile_raw")
    assert kept == [{"essay": long}]
    assert len(long.encode("utf-16-le")) == 2 * 32_767


# What a vendor's file brings: lists, objects, texts that look like either, and texts that look guarded.
VENDOR: dict[str, Any] = {
    "name": "Ana Lima", "email": "ana@example.com", "skills": ["Planning, budgeting", "SQL", "'=x", 'say "x"'],
    "past_employers": [
        {"employer_name": "Acme; Inc.", "employee_title": "Engineer, senior", "start_date": "2019-01",
         "end_date": "2021-02"},
        {"employer_name": "Globex", "employee_title": "Analyst", "start_date": "2015-01", "end_date": "2018-12"},
    ],
    "education_background": [{"institute_name": "MIT", "degree_name": "BSc", "field_of_study": "x"}],
    "title": "[1]", "company": "'=danger", "headline": "''[x]", "tags": {"a": ["b", {"c": None}]}, "empty": [],
    "=danger": "=cmd()", "+plus": "'[x]", "-minus": "{}", "@at": '"quoted"', "'=guarded": "'[",
    "imported_from": "somebody else", "notes": '["not", "a list"]', "long": "'=" + "word, 'x' \"y\" " * 2_600,
    "long_list": [f"entry {n}, '" for n in range(3_000)],
}  # fmt: skip
CAREER = """SELECT 'job' AS kind, title, company, started_on::text AS a, ended_on::text AS b FROM positions
    UNION ALL SELECT 'school', school, degree, field_of_study, '' FROM educations ORDER BY 1, 2, 3"""


@pytest.mark.parametrize("fmt", FORMATS)
@pytest.mark.parametrize("times", [1, 2])
def test_what_a_vendor_brought_comes_back_as_it_was(rt: Runtime, alice: Actor, fmt: str, times: int) -> None:
    search = str(searches.create_search(rt, alice, "Leads").id)
    work(rt, start_import(rt, alice, search, json.dumps([VENDOR])))
    fields = f"SELECT {', '.join(FIELDS)} FROM profiles"
    before, career = table(rt, fields), table(rt, CAREER)
    kept = table(rt, "SELECT raw FROM profile_raw")[0]["raw"]
    assert before[0]["skills"] == ["Planning, budgeting", "SQL", "=x", 'say "x"'] and len(career) == 4
    for _ in range(times):
        search = _again(rt, alice, search, fmt, "combined")
    assert (table(rt, fields), table(rt, CAREER)) == (before, career)
    found = table(rt, "SELECT raw FROM profile_raw")[0]["raw"]
    assert {name: found.get(name) for name in kept} == kept
    added = {name.split(" (")[0] for name in found.keys() - kept.keys()}
    assert added == {"imported_from", "imported_at"}


@pytest.mark.parametrize("fmt", FORMATS)
def test_the_detailed_one_keeps_who_each_job_is_of(rt: Runtime, alice: Actor, fmt: str) -> None:
    """Imported alone it is the jobs' rows: every text of them is what it was, none is somebody else's."""
    search = str(searches.create_search(rt, alice, "Leads").id)
    work(rt, start_import(rt, alice, search, json.dumps([VENDOR])))
    jobs = "SELECT title, company FROM positions ORDER BY 1, 2"
    before = table(rt, jobs)
    _again(rt, alice, search, fmt, "detailed")
    assert [person["full_name"] for person in table(rt, "SELECT full_name FROM profiles")] == ["Ana Lima"]
    told = table(rt, "SELECT raw ->> 'title' AS title, raw ->> 'company' AS company FROM profile_raw")
    assert all(job in before for job in told)
    found = table(rt, jobs)
    assert all(job in before for job in found)


def _again(rt: Runtime, actor: Actor, search: str, fmt: str, variant: str) -> str:
    """Export a search, forget everyone, and import the file into a new one; its id."""
    run_id = start_export(rt, actor, View.of(search, status="all"), None, {"all": True}, fmt, variant=variant)
    work(rt, run_id)
    data = content(rt, runs.get_run(rt, actor, run_id))
    table(rt, "DELETE FROM profiles RETURNING id")
    new = str(searches.create_search(rt, actor, "Again").id)
    run_id = start_import(rt, actor, new, data)
    work(rt, run_id)
    run = runs.get_run(rt, actor, run_id)
    assert (run["state"], run["counts"]["rejected"]) == ("done", 0)
    return new

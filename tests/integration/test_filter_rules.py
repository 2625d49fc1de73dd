"""What each rule says of whom; and the same answers as from a plain program, for anything that can be thought of."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from psycopg.sql import SQL

import sql
from benchmarks import filter_reference as reference
from benchmarks.filter_reference import Entries, Row
from services.access import identity
from services.access.identity import Actor
from services.filtering import aliases, filter_query, filtering, rule_kinds
from services.filtering.list_rows import Entry
from services.filtering.rule_kinds import LEVELS, MISSING
from services.runtime import Runtime
from services.servers.servers import Servers
from tests.filter_world import NOW, add_list, add_rows, named, terms
from tests.people import add_search, own_database, runtime

_Q = sql.queries("filtering")
JUDGED = "SELECT id, filter_status, yes, unknown, drops, entry_id FROM bits"


@pytest.fixture(scope="module")
def rt(servers: Servers, template_database: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Runtime]:
    """One database for the module: nothing here is changed after it was made, and every test has its own search."""
    home: Path = tmp_path_factory.mktemp("home")
    with own_database(servers, template_database) as urls, runtime(urls, home) as opened:
        yield opened


@pytest.fixture(scope="module")
def alice(rt: Runtime) -> Actor:
    return identity.create_user(rt, "alice@example.com", "Alice Owner", "recruiter")


def new_search(rt: Runtime, actor: Actor) -> uuid.UUID:
    with rt.db.connection() as conn:
        return add_search(conn, actor)


def judged(rt: Runtime, actor: Actor, search_id: uuid.UUID, rules: list[dict[str, Any]]) -> dict[int, dict[str, Any]]:
    """Candidate id → each rule's answer, the first rule that leaves them out, the entry that it met."""
    checked = rule_kinds.check_all(rules)
    with rt.db.connection() as conn:
        found = filter_query.judging(
            checked, filtering.lists_of(conn, actor, checked), actor, search_id, scope="everyone_active", now=NOW
        )
        rows = conn.execute(SQL("WITH {} ").format(found.ctes) + SQL(JUDGED), found.params).fetchall()
    answers: dict[int, dict[str, Any]] = {}
    for row in rows:
        said = [
            True if row["yes"] >> n & 1 else None if row["unknown"] >> n & 1 else False for n in range(len(checked))
        ]
        first = next((n for n in range(len(checked)) if row["drops"] >> n & 1), None)
        answers[row["id"]] = {"said": said, "first": first, "entry": row["entry_id"]}
    return answers


def says(rt: Runtime, actor: Actor, rule: dict[str, Any], people: list[Row]) -> list[bool | None]:
    search_id = new_search(rt, actor)
    ids = add_rows(rt, search_id, people)
    found = judged(rt, actor, search_id, [rule])
    return [found[one]["said"][0] for one in ids]


def titles(*texts: str) -> list[Row]:
    return [Row(0, title=text, full_name="Ada") for text in texts]


YES, NO, UNKNOWN = True, False, None
J = (("A", date(2020, 1, 1), False), ("B", date(2022, 1, 1), False), ("C", date(2024, 1, 1), True))

CASES: list[tuple[str, dict[str, Any], list[tuple[Row, bool | None]]]] = [
    (
        "title",
        {"terms": ["engineer", "C++", "vice president"]},
        [
            (Row(0, title="Senior Engineer"), YES),
            (Row(0, title="Engineering Manager"), NO),
            (Row(0, title="C++ Guru"), YES),
            (Row(0, title="Vice-President, Sales"), YES),
            (Row(0, title="ÉNGINEER"), YES),
            (Row(0), UNKNOWN),
        ],
    ),
    (
        "title",
        {"terms": ["engineer"], "has": False},
        [(Row(0, title="Engineer"), NO), (Row(0, title="Nurse"), YES), (Row(0), UNKNOWN)],
    ),
    ("title", {"terms": ["женер"]}, [(Row(0, title="Инженер"), NO), (Row(0, title="Женер"), YES)]),
    (
        "title",
        {"terms": ["50%_x", "a(b"]},
        [(Row(0, title="50%_x"), YES), (Row(0, title="50 x"), NO), (Row(0, title="a(b"), YES)],
    ),
    (
        "keyword",
        {"terms": ["python", "machine learning"]},
        [
            (Row(0, skills=("Python",)), YES),
            (Row(0, headline="Machine Learning fan"), YES),
            (Row(0, title="Learning machine"), NO),
            (Row(0, full_name="Python Smith", title="Nurse"), NO),
            (Row(0), UNKNOWN),
            (Row(0, company="Python Ltd"), YES),
        ],
    ),
    (
        "location",
        {"terms": ["Zürich", "germany"]},
        [
            (Row(0, location="Zurich, Switzerland"), YES),
            (Row(0, location="Berlin", country="Germany"), YES),
            (Row(0, location="Paris"), NO),
            (Row(0), UNKNOWN),
        ],
    ),
    (
        "experience",
        {"low": 3, "high": 10},
        [
            (Row(0, years_experience=2.9), YES),
            (Row(0, years_experience=3), NO),
            (Row(0, years_experience=10.1), YES),
            (Row(0), UNKNOWN),
        ],
    ),
    (
        "current_tenure",
        {"low": 6},
        [(Row(0, current_tenure_months=5), YES), (Row(0, current_tenure_months=6), NO), (Row(0), UNKNOWN)],
    ),
    (
        "job_hopper",
        {"average": 20},
        [
            (Row(0, jobs=J, average_tenure_months=19), YES),
            (Row(0, jobs=J, average_tenure_months=20), NO),
            (Row(0, jobs=J[:1], average_tenure_months=5), UNKNOWN),
            (Row(0, jobs=J), UNKNOWN),
            (Row(0, average_tenure_months=1), UNKNOWN),
            (Row(0, jobs=J[1:], average_tenure_months=5), YES),
            (Row(0, jobs=J[1:], average_tenure_months=5, source="PhantomBuster"), UNKNOWN),
            (Row(0, jobs=J, average_tenure_months=5, source="PhantomBuster"), YES),
        ],
    ),
    (
        "job_hopper",
        {"moves": 2, "years": 5},
        [
            (Row(0, jobs=J), YES),
            (Row(0, jobs=J[1:]), NO),
            (Row(0, jobs=J[:1]), UNKNOWN),
            (Row(0, jobs=(*J[1:], ("D", None, False))), UNKNOWN),
            (Row(0, jobs=J, source="phantombuster"), YES),
        ],
    ),
    (
        "level",
        {"levels": ["director", "executive"]},
        [
            (Row(0, title="CEO"), YES),
            (Row(0, title="VP Sales"), YES),
            (Row(0, title="Head of HR"), YES),
            (Row(0, title="Assistant to the CEO"), NO),
            (Row(0, title="Product Owner"), NO),
            (Row(0, title="Engineer"), NO),
            (Row(0), UNKNOWN),
        ],
    ),
    (
        "level",
        {"levels": ["manager"]},
        [
            (Row(0, title="Engineering Manager"), YES),
            (Row(0, title="Product Manager"), NO),
            (Row(0, title="Manager, IT"), YES),
        ],
    ),
    (
        "level",
        {"levels": ["senior"]},
        [(Row(0, title="Senior Product Manager"), YES), (Row(0, title="Sr. Engineer"), YES)],
    ),
    ("level", {"levels": ["executive"]}, [(Row(0, title="Vice President"), NO), (Row(0, title="President"), YES)]),
    (
        "freelance",
        {},
        [
            (Row(0, title="Freelance Designer"), YES),
            (Row(0, company="Self-employed", title="Designer"), YES),
            (Row(0, title="Designer"), NO),
            (Row(0, headline="Selbstständig seit 2010"), YES),
            (Row(0), UNKNOWN),
        ],
    ),
    ("consulting", {}, [(Row(0, title="Senior Consultant"), YES), (Row(0, title="Consul"), NO), (Row(0), UNKNOWN)]),
    (
        "school",
        {"terms": ["MIT"], "has": False},
        [(Row(0, schools=("MIT", "ETH")), NO), (Row(0, schools=("Smith College",)), YES), (Row(0), UNKNOWN)],
    ),
    (
        "missing",
        {"fields": ["email", "title"]},
        [
            (Row(0, email="a@example.com", title="Nurse"), NO),
            (Row(0, email="a@example.com"), YES),
            (Row(0, title="Nurse"), YES),
        ],
    ),
]


@pytest.mark.parametrize(("kind", "params", "cases"), CASES)
def test_what_a_rule_says(
    rt: Runtime, alice: Actor, kind: str, params: dict[str, Any], cases: list[tuple[Row, bool | None]]
) -> None:
    assert says(rt, alice, {"kind": kind, "params": params}, [row for row, _ in cases]) == [said for _, said in cases]


LIST_CASES: list[tuple[str, list[Entry], dict[str, Any], list[tuple[Row, bool | None]]]] = [
    (
        "blacklisted_companies",
        named("Google LLC", "ACME"),
        {},
        [(Row(0, company="google inc."), YES), (Row(0, company="Google Cloud"), NO), (Row(0), UNKNOWN)],
    ),
    (
        "blacklisted_companies",
        named("Google", "Saint Gobain"),
        {"match": "contains"},
        [
            (Row(0, company="Google Cloud GmbH"), YES),
            (Row(0, company="Googlers"), NO),
            (Row(0, company="Compagnie de Saint-Gobain SA"), YES),
        ],
    ),
    (
        "blacklisted_companies",
        named("Accenture"),
        {"match": "fuzzy", "threshold": 0.6},
        [
            (Row(0, company="Accenture"), YES),
            (Row(0, company="Accenturee"), YES),
            (Row(0, company="Adventure"), NO),
            (Row(0), UNKNOWN),
        ],
    ),
    (
        "target_companies",
        named("Google"),
        {"listed": False},
        [(Row(0, company="Google"), NO), (Row(0, company="Acme"), YES), (Row(0), UNKNOWN)],
    ),
    (
        "blacklisted_companies",
        named("A"),
        {"scope": "before"},
        [
            (Row(0, company="C", jobs=J), YES),
            (Row(0, company="A", jobs=(("A", None, True),)), UNKNOWN),
            (Row(0, company="A", jobs=(("X", None, False), ("Y", None, False), ("A", None, True))), NO),
        ],
    ),
    (
        "blacklisted_companies",
        named("A"),
        {"scope": "ever"},
        [
            (Row(0, company="C", jobs=J), YES),
            (Row(0, company="A"), YES),
            (Row(0, company="B"), UNKNOWN),
            (Row(0, company="B", jobs=(("X", None, False), ("B", None, True))), NO),
        ],
    ),
    (
        "target_universities",
        named("The University of Oxford", "ETH Zürich"),
        {"listed": False},
        [(Row(0, schools=("University of Oxford",)), NO), (Row(0, schools=("Smith College",)), YES), (Row(0), UNKNOWN)],
    ),
    (
        "do_not_contact",
        [
            Entry(1, "u", "", url_key="linkedin.com/in/ada"),
            Entry(2, "e", "", email_key="bo@example.com"),
            Entry(3, "n", "Dr. Jane A. Doe", company="Acme Inc."),
            Entry(4, "nu", "Max Muster", url_key="linkedin.com/in/max", company="Acme"),
        ],
        {},
        [
            (Row(0, full_name="X", url_key="linkedin.com/in/ada", linkedin_url="https://www.linkedin.com/in/ada"), YES),
            (Row(0, full_name="X", email="Bo@Example.com"), YES),
            (Row(0, full_name="Doe, Jane", company="ACME"), YES),
            (Row(0, full_name="Jane Doe", company="Other"), NO),
            (Row(0, full_name="Max Muster", company="Acme"), YES),
            (Row(0, full_name="Max Muster", company="Acme", linkedin_url="https://www.linkedin.com/in/other"), NO),
            (Row(0, full_name="Nobody"), UNKNOWN),
        ],
    ),
]


@pytest.mark.parametrize(("kind", "entries", "params", "cases"), LIST_CASES)
def test_what_a_list_says(
    rt: Runtime,
    alice: Actor,
    kind: str,
    entries: list[Entry],
    params: dict[str, Any],
    cases: list[tuple[Row, bool | None]],
) -> None:
    list_id, _ = add_list(rt, alice, kind, entries)
    rule = {"kind": "list", "params": {"list_id": list_id, **params}}
    assert says(rt, alice, rule, [row for row, _ in cases]) == [said for _, said in cases]
    with rt.db.connection() as conn:
        conn.execute("DELETE FROM profile_urls")


def test_other_names_of_a_company_count_both_ways(rt: Runtime, alice: Actor) -> None:
    aliases.add(rt, alice, "companies", "Facebook", "Meta Platforms")
    one, _ = add_list(rt, alice, "blacklisted_companies", named("Facebook"))
    other, _ = add_list(rt, alice, "blacklisted_companies", named("Meta Platforms, Inc."))
    people = [Row(0, company="Meta Platforms"), Row(0, company="facebook"), Row(0, company="Metal")]
    for list_id in (one, other):
        rule = {"kind": "list", "params": {"list_id": list_id}}
        assert says(rt, alice, rule, [Row(**vars(p)) for p in people]) == [True, True, False]


# -- the same as a plain program -----------------------------------------------------------------------

COMPANY = st.sampled_from(
    [
        "",
        "Google",
        "Google LLC",
        "GOOGLE Cloud",
        "Gogle",
        "Acme & Co",
        "acme",
        "Müller und Söhne GmbH",
        "Muller & Sohne",
        "The Beeb",
        "Beeb",
        "Meta",
        "Facebook",
        "Self-employed",
        "S.A.",
        "株式会社トヨタ",
        "ООО Яндекс",
    ]
)
TITLE = st.sampled_from(
    [
        "",
        "Engineer",
        "Sénior Engineer",
        "VP Engineering",
        "Product Manager",
        "Manager",
        "Junior C++ Developer",
        "Freelance Consultant",
        "Assistant to the CEO",
        "CEO & Founder",
        "Head of R&D",
        "Инженер",
        "Lead / Architect",
    ]
)
WORDS = st.sampled_from(
    ["engineer", "C++", "r&d", "product manager", "инженер", "google", "ceo", "zürich", "germany", "python"]
)
SCHOOL = st.sampled_from(["MIT", "ETH Zürich", "University of Oxford", "Smith College", ""])
DAY = st.none() | st.dates(date(2015, 1, 1), date(2026, 11, 1)).map(lambda day: day.replace(day=1))
NAME = st.sampled_from(["Jane Doe", "Doe, Jane", "Dr. Jane A. Doe", "Max Müller", "Max Muller PhD", "Ng", "Ada"])
MAIL = st.sampled_from(["", "jane@example.com", "Jane@Example.com", "max@example.com"])
SLUG = st.sampled_from(["", "jane", "max", "ada"])

ROWS = st.builds(
    Row,
    id=st.just(0),
    full_name=NAME,
    title=TITLE,
    company=COMPANY,
    location=st.sampled_from(["", "Zürich", "zurich, Switzerland", "Berlin", "New York"]),
    country=st.sampled_from(["", "Germany", "Schweiz"]),
    headline=st.sampled_from(["", "Python and R&D", "self employed"]),
    skills=st.lists(st.sampled_from(["Python", "C++", "R&D", "Go"]), max_size=2, unique=True).map(tuple),
    email=MAIL,
    phone=st.sampled_from(["", "1"]),
    url_key=SLUG,
    source=st.sampled_from(["csv", "PhantomBuster search", ""]),
    years_experience=st.none() | st.integers(0, 30).map(float),
    current_tenure_months=st.none() | st.integers(0, 60),
    average_tenure_months=st.none() | st.integers(0, 60),
    jobs=st.lists(st.tuples(COMPANY, DAY, st.booleans()), max_size=4).map(tuple),
    schools=st.lists(SCHOOL, max_size=2).map(tuple),
)

TERMS = st.fixed_dictionaries({"terms": st.lists(WORDS, min_size=1, max_size=3, unique=True), "has": st.booleans()})
RANGE = st.tuples(st.integers(0, 20), st.integers(0, 20)).map(lambda p: {"low": min(p), "high": max(p)})
PARAMS: dict[str, st.SearchStrategy[dict[str, Any]]] = {
    "title": TERMS, "keyword": TERMS, "location": TERMS, "school": TERMS, "experience": RANGE, "current_tenure": RANGE,
    "job_hopper": st.fixed_dictionaries({"average": st.none() | st.integers(1, 60), "moves": st.integers(1, 3),
        "years": st.integers(1, 9)}),
    "level": st.lists(st.sampled_from(LEVELS), min_size=1, unique=True).map(lambda some: {"levels": some}),
    "freelance": st.just({}), "consulting": st.just({}),
    "missing": st.lists(st.sampled_from(MISSING), min_size=1, unique=True).map(lambda some: {"fields": some}),
    "contacted": st.integers(1, 100).map(lambda days: {"days": days}),
}  # fmt: skip
PLAIN = st.sampled_from(sorted(PARAMS)).flatmap(
    lambda kind: st.fixed_dictionaries({"kind": st.just(kind), "params": PARAMS[kind]})
)
LISTED = st.fixed_dictionaries({
    "which": st.sampled_from(["companies", "schools", "people"]), "listed": st.booleans(),
    "match": st.sampled_from(["exact", "contains", "fuzzy"]), "threshold": st.sampled_from([0.5, 0.6, 0.8, 1.0]),
    "scope": st.sampled_from(["now", "before", "ever"])})  # fmt: skip
UNKNOWNS = st.sampled_from(["keep", "drop", "flag"])


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)
@given(
    people=st.lists(ROWS, min_size=1, max_size=12),
    plain=st.lists(st.tuples(PLAIN, UNKNOWNS), min_size=1, max_size=6),
    listed=st.lists(st.tuples(LISTED, UNKNOWNS), max_size=4),
    companies=st.lists(COMPANY.filter(bool), min_size=1, max_size=4),
    schools=st.lists(SCHOOL.filter(bool), min_size=1, max_size=2),
    known=st.lists(st.tuples(NAME, SLUG, MAIL, COMPANY), min_size=1, max_size=4),
)
def test_rules_say_what_a_plain_program_says(
    rt: Runtime,
    alice: Actor,
    people: list[Row],
    plain: list[tuple[dict[str, Any], str]],
    listed: list[tuple[dict[str, Any], str]],
    companies: list[str],
    schools: list[str],
    known: list[tuple[str, str, str, str]],
) -> None:
    with rt.db.connection() as conn:
        conn.execute("DELETE FROM profile_urls")
    for person in people:
        person.linkedin_url = f"https://www.linkedin.com/in/{person.url_key}" if person.url_key else ""
    # One address, one person.
    taken: set[str] = set()
    for person in people:
        if person.url_key in taken:
            person.url_key = person.linkedin_url = ""
        taken.add(person.url_key)
    search_id = new_search(rt, alice)
    add_rows(rt, search_id, people)
    made: dict[str, tuple[int, Entries]] = {
        "companies": add_list(rt, alice, "blacklisted_companies", named(*companies)),
        "schools": add_list(rt, alice, "target_universities", named(*schools)),
        "people": add_list(rt, alice, "do_not_contact", [
            Entry(n, str(n), name, slug, mail.lower(), at) for n, (name, slug, mail, at) in enumerate(known, 1)
            if slug or mail or at] or [Entry(1, "x", "", "linkedin.com/in/x")]),
    }  # fmt: skip
    rules = [{**rule, "on_unknown": unknown} for rule, unknown in plain]
    for params, unknown in listed:
        which = params.pop("which")
        params |= {"list_id": made[which][0]}
        if which != "companies":
            params["scope"] = "now"
        if which == "people":
            params["match"] = "exact"
        rules.append({"kind": "list", "params": params, "on_unknown": unknown})
    checked = [rule.as_json() for rule in {str(c.as_json()): c for c in map(rule_kinds.check, rules)}.values()]
    by_id = {list_id: entries for list_id, entries in made.values()}
    found = judged(rt, alice, search_id, checked)
    words = terms(rt)
    for person in people:
        first, said, entry = reference.apply(person, checked, by_id, words, NOW)
        assert found[person.id] == {"said": said, "first": first, "entry": entry}, (person, checked)


def test_a_colleague_was_in_touch(rt: Runtime, alice: Actor) -> None:
    bob = identity.create_user(rt, f"{uuid.uuid4().hex}@example.com", "Bob Teammate", "recruiter")
    search_id, other, private = new_search(rt, alice), new_search(rt, bob), None
    ids = add_rows(rt, search_id, titles("a", "b", "c", "d", "e"))
    with rt.db.connection() as conn:
        private = add_search(conn, bob, "private")
        profiles = [
            r["profile_id"]
            for r in conn.execute("SELECT profile_id FROM candidates WHERE id = ANY (%s) ORDER BY id", (ids,))
        ]
        conn.execute("SELECT add_candidates(%s, %s, NULL)", (other, profiles[:4]))
        conn.execute("SELECT add_candidates(%s, %s, NULL)", (private, profiles[4:]))
        mark = (
            "UPDATE candidates SET stage = 'contacted', stage_changed_at = %s, changed_by = %s "
            "WHERE search_id = %s AND profile_id = %s"
        )
        conn.execute(mark, (NOW - timedelta(days=3), bob.user_id, other, profiles[0]))
        conn.execute(mark, (NOW - timedelta(days=40), bob.user_id, other, profiles[1]))
        conn.execute(mark, (NOW - timedelta(days=3), alice.user_id, other, profiles[2]))
        conn.execute(mark, (NOW - timedelta(days=3), bob.user_id, private, profiles[4]))
        noted = conn.execute(
            "UPDATE candidates SET note_count = 1 WHERE search_id = %s AND profile_id = %s RETURNING id",
            (other, profiles[3]),
        )
        conn.execute("INSERT INTO notes (candidate_id, user_id, body, created_at) VALUES (%s, %s, 'Rang her', %s)",
            (noted.fetchall()[0]["id"], bob.user_id, NOW - timedelta(days=1)))  # fmt: skip
    found = judged(rt, alice, search_id, [{"kind": "contacted", "params": {"days": 30}}])
    assert [found[one]["said"][0] for one in ids] == [True, False, False, True, False]

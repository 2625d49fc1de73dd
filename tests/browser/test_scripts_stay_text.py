"""What reads like a script, in the columns that people and files write: shown as text, run nowhere."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import psycopg
from psycopg import sql
from psycopg.rows import dict_row

from services.access import identity
from services.filtering import lists
from services.filtering.list_rows import Entry
from services.servers.servers import Servers
from tests.archives import full_search
from tests.browser.grid_page import GridPage
from tests.browser.product import Product, until
from tests.people import runtime

# An element that would be one if the text were markup, each way to run something at once, and the ends of what texts
# may stand in.
PAYLOAD = (
    "\"'></title></textarea></script><img data-canary src=x onerror='window.canary=1'>"
    "<svg onload='window.canary=1'></svg><script data-canary>window.canary=1</script>"
)
SHORT = "<img data-canary src=x onerror='window.canary=1'>"
WORD = "data-canary"
LINK = "javascript:window.canary=1"

# What people and files write; other texts are the product's own words.
FILLED = {
    "profiles.full_name", "profiles.title", "profiles.company", "profiles.location", "profiles.headline",
    "profiles.summary", "profiles.skills", "profiles.email", "profiles.industry", "positions.title", "searches.title",
    "searches.job_description", "candidates.tags", "notes.body", "criteria.title", "criteria.question",
    "verdicts.evidence_quote", "runs.message", "lists.name", "list_entries.raw", "list_entries.label",
    "filter_rules.sentence", "users.name",
}  # fmt: skip

_COLUMNS = """
SELECT c.relname AS table, a.attname AS column, format_type(a.atttypid, NULL) = 'text[]' AS many,
    (SELECT array_agg(k.attname) FROM pg_attribute k WHERE k.attrelid = c.oid AND k.attnum > 0) AS others
FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
JOIN pg_attribute a ON a.attrelid = c.oid AND a.attnum > 0 AND NOT a.attisdropped AND a.attgenerated = ''
WHERE c.relkind = 'r' AND format_type(a.atttypid, NULL) IN ('text', 'text[]') AND c.relname NOT LIKE 'procrastinate%'
    AND c.relname NOT IN ('schema_migrations', 'user_sessions', 'login_links', 'archive_leftovers')
    -- Our own words, which nobody types.
    AND a.attname NOT IN ('kind', 'state', 'action', 'field', 'storage_key', 'fingerprint', 'worker', 'format',
        'variant', 'input_hash', 'model', 'prompt_version', 'account', 'vendor_id', 'vendor_status', 'password_hash')
ORDER BY 1, 2
"""
# Rows that belong to the search, by the column that says so.
_OURS = {
    "search_id": "search_id = %(search)s",
    "profile_id": "profile_id IN (SELECT profile_id FROM candidates WHERE search_id = %(search)s)",
    "candidate_id": "candidate_id IN (SELECT id FROM candidates WHERE search_id = %(search)s)",
    "rubric_id": "rubric_id IN (SELECT id FROM rubrics WHERE search_id = %(search)s)",
    "run_id": "run_id IN (SELECT id FROM runs WHERE search_id = %(search)s)",
    "list_id": "list_id = %(list)s",
}
_OWN = {
    "searches": "id = %(search)s",
    "profiles": "id IN (SELECT profile_id FROM candidates WHERE search_id = %(search)s)",
    "lists": "id = %(list)s",
    "users": "id = %(user)s",
}


def fill(url: str, **ours: Any) -> set[str]:
    """Put the payload, as long as each takes it; returns the columns that did."""
    filled = set()
    with psycopg.connect(url, row_factory=dict_row, autocommit=True) as conn:
        for row in conn.execute(_COLUMNS).fetchall():
            where = _OWN.get(row["table"]) or next((_OURS[one] for one in _OURS if one in row["others"]), None)
            if where is None or f"{row['table']}.{row['column']}" not in FILLED:
                continue
            value = [PAYLOAD[:200]] if row["many"] else LINK if row["column"].endswith("url") else PAYLOAD
            query = sql.SQL("UPDATE {} SET {} = %(value)s WHERE " + where).format(
                sql.Identifier(row["table"]), sql.Identifier(row["column"])
            )
            # Kinds, states and keys take no such text, and names of people take no longer one.
            for given in (value, value[:190], SHORT):
                with refused(conn) as done:
                    done.append(conn.execute(query, {"value": given, **ours}).rowcount)
                if done and done[0]:
                    filled.add(f"{row['table']}.{row['column']}")
                    break
    return filled


@contextmanager
def refused(conn: psycopg.Connection[Any]) -> Iterator[list[int]]:
    done: list[int] = []
    try:
        yield done
    except (psycopg.IntegrityError, psycopg.DataError, psycopg.errors.RaiseException, psycopg.ProgrammingError):
        done.clear()


def test_nothing_that_reads_like_a_script_is_run(page: GridPage, product: Product) -> None:
    urls = Servers(product.home).urls
    with runtime(urls, product.home) as rt:
        ((user, role),) = product.sql("SELECT id, role FROM users WHERE role = 'admin' ORDER BY id LIMIT 1")
        admin = identity.Actor(user, role)
        someone = identity.create_user(rt, "payload@example.com", "Payload", "recruiter")
        search = full_search(rt, admin, 12)
        list_id = lists.create(rt, admin, "blacklisted_companies", "A list of payloads")
        lists.replace(rt, admin, list_id, [Entry(1, "Acme", "Acme")])
    filled = fill(urls.database_owner_url, search=search, list=list_id, user=someone.user_id)
    assert filled >= FILLED, FILLED - filled

    person = product.ids(search, "true")[0]
    page.open(search, f"?status=all&person={person}")
    until(lambda: WORD in page.text("#person-body"), "the person's texts are not shown")
    until(lambda: page.text("#candidate-grid").count(WORD) > 5, "the grid's texts are not shown")
    is_clean(page, "the person")
    for tab in page.driver.find_elements("css selector", "#candidate-drawer [role=tab]"):
        page.driver.execute_script("arguments[0].click()", tab)
        is_clean(page, f"the person's {tab.text}")
    # Everything of the product that says something of the search, or of what belongs to it.
    for path in (
        "/", f"/search/{search}/filter", f"/search/{search}/ledger", f"/search/{search}/funnel",
        f"/search/{search}/screen", f"/search/{search}/agreement", f"/search/{search}/import", "/lists",
        f"/lists/{list_id}", "/lists/names", "/duplicates", "/runs", "/usage", "/admin/users", "/admin/jobs",
        "/analytics", f"/search/{search}/analytics", "/admin/fairness",
    ):  # fmt: skip
        page.driver.get(f"{product.url}{path}")
        until(lambda: page.is_shown("#page h1") and not page.is_shown('#page [aria-busy="true"]'), f"no {path}")
        is_clean(page, path)
    product.sql("UPDATE searches SET title = 'Payloads' WHERE id = %(search)s", search=search)


def is_clean(page: GridPage, where: str) -> None:
    """Nothing ran, and no text became an element or a link that runs something."""
    found = page.driver.execute_script(
        "return [window.canary ?? null, document.querySelectorAll('[data-canary], svg[onload]').length,"
        " document.querySelectorAll('a[href^=\"javascript:\" i]').length]"
    )
    assert found == [None, 0, 0], where


def test_the_payload_would_be_noticed(page: GridPage, product: Product) -> None:
    """The other way round: as markup it becomes elements, which is what is looked for."""
    page.driver.get(f"{product.url}/account")
    until(lambda: page.is_shown("#page h1"), "no page")
    page.allowed += ["/x - Failed to load resource", "Content Security Policy"]
    page.driver.execute_script("document.querySelector('#page').innerHTML = arguments[0]", PAYLOAD)
    count = "return document.querySelectorAll('[data-canary], svg[onload]').length"
    assert page.driver.execute_script(count) >= 2

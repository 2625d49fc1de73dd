"""Deleting a search, having it back, and what becomes of it when its time is over."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from psycopg.sql import SQL

import sql
from layouts import ids
from services import db
from services.access.identity import Actor
from services.archive import archive_nightly, archives
from services.errors import Conflict, Forbidden, NotFound
from services.exports import exports
from services.privacy import erasures
from services.runs import jobs
from services.runs.job_runner import Runner
from services.runtime import Runtime
from services.searches import search_deletion, search_history, search_purge, searches
from services.searches.search_history import Wanted
from services.storage import Storage
from tests.archives import DUMPED, archive, dump, full_search
from tests.change_runs import Killed, change, claim, rows, run_row, work
from tests.people import Person, add_people, add_search
from tests.web import Browser, call

ClientFor = Callable[[Actor], Browser]
DELETE = "..search-delete-form.is_open...search-saved.data...search-delete-problem.children.."
ASK = "..search-delete-form.children...search-delete-form.is_open.."
# What holds something of a search, and is empty when it is gone for good.
HELD = (*dict.fromkeys(name for name in DUMPED if name != "search_members"), "searches", "runs", "exports", "archives",
        "archive_people", "identity_keys")  # fmt: skip


def pressed(button: dict[str, Any]) -> str:
    return json.dumps(button, sort_keys=True, separators=(",", ":")) + ".n_clicks"


def ask(client: Browser, search_id: UUID | str) -> Any:
    button = ids.search_delete(str(search_id))
    return call(client, ASK, [[(button, "n_clicks", 1)]], triggered=pressed(button))


def delete(client: Browser, search_id: UUID | str) -> Any:
    return call(client, DELETE, [(ids.SEARCH_DELETE_DO, "n_clicks", 1)], [(ids.SEARCH_DELETED, "data", str(search_id))])


def have_back(client: Browser, search_id: UUID | str) -> Any:
    button = ids.search_undelete(str(search_id), "toast")
    return call(client, "", [[(button, "n_clicks", 1)]], [(ids.URL, "pathname", "/")], triggered=pressed(button))


def overdue(rt: Runtime, search_id: UUID) -> None:
    change(rt, "UPDATE searches SET deleted_at = now() - interval '31 days' WHERE id = %s", search_id)


def left(rt: Runtime, tables: tuple[str, ...] = HELD) -> dict[str, int]:
    """How many rows these tables have; those without any are left out."""
    counted = {name: rows(rt, f"SELECT count(*) AS n FROM {name}")[0]["n"] for name in tables}
    return {name: n for name, n in counted.items() if n}


def test_it_is_asked_for_deleted_and_taken_back(rt: Runtime, alice: Actor, client_for: ClientFor) -> None:
    search_id = full_search(rt, alice, 12)
    before = dump(rt)
    client = client_for(alice)
    asked = ask(client, search_id).get_data(as_text=True)
    for part in ("Backend Bern", "12 people leave with it", "within 30 days"):
        assert part in asked
    said = delete(client, search_id).get_json()
    assert said["response"]["search-saved"]["data"]["deleted"] == str(search_id)
    assert "is deleted" in str(said["sideUpdate"][ids.TOAST]) and "search-undelete" in str(said["sideUpdate"])
    with pytest.raises(Forbidden):
        searches.get_search(rt, alice, search_id)

    back = have_back(client, search_id).get_json()["sideUpdate"]
    assert "is back as it was" in str(back[ids.TOAST])
    assert back[ids.SEARCH_SAVED]["data"]["undeleted"] == str(search_id)
    assert searches.get_search(rt, alice, search_id).profile_count == 12
    assert dump(rt) == before


def test_nobody_sees_it_anywhere_meanwhile(
    rt: Runtime, alice: Actor, bob: Actor, admin: Actor, client_for: ClientFor
) -> None:
    search_id = full_search(rt, alice, 5)
    search_deletion.delete_search(rt, alice, search_id)
    for actor in (alice, bob, admin):
        client = client_for(actor)
        for path in (f"/search/{search_id}", f"/search/{search_id}/import", f"/search/{search_id}/ledger"):
            page = call(client, "page.children", [(ids.URL, "pathname", path)], [(ids.URL, "search", "")])
            assert "Backend Bern" not in page.get_data(as_text=True)
        assert searches.list_searches(rt, actor) == []
    with pytest.raises(Forbidden):
        archives.start_archive(rt, alice, search_id)


def test_jobs_end_and_files_lead_nowhere(rt: Runtime, alice: Actor) -> None:
    search_id = full_search(rt, alice, 5)
    with rt.db.connection() as conn:
        waiting = jobs.start_run(conn, alice, "export", str(search_id), {})
        running = jobs.start_run(conn, alice, "export", str(search_id), {})
        conn.execute("UPDATE runs SET state = 'running' WHERE id = %s", [running])
        export_id = conn.execute(
            """INSERT INTO exports (search_id, user_id, format, file_name, rows, bytes, storage_key, expires_at)
            VALUES (%s, %s, 'csv', 'people.csv', 5, 100, 'gone', now() + interval '1 day') RETURNING id""",
            [search_id, alice.user_id],
        ).fetchone()["id"]
    assert search_deletion.what_goes(rt, alice, search_id).jobs == 2
    assert search_deletion.what_goes(rt, alice, search_id).files == 1
    search_deletion.delete_search(rt, alice, search_id)
    assert (run_row(rt, waiting)["state"], run_row(rt, waiting)["message"]) == ("cancelled", "The search was deleted.")
    assert run_row(rt, running)["cancel_requested"]
    with pytest.raises((Forbidden, NotFound)):
        exports.open_export(rt, alice, str(export_id))
    # They stay ended when it is back.
    search_deletion.restore_search(rt, alice, search_id)
    assert run_row(rt, waiting)["state"] == "cancelled"


def test_a_job_under_way_stops_at_its_next_look(rt: Runtime, alice: Actor) -> None:
    search_id = full_search(rt, alice, 5)
    with rt.db.connection() as conn:
        run_id = jobs.start_run(conn, alice, "export", str(search_id), {})
    search_deletion.delete_search(rt, alice, search_id)
    work(rt, run_id)
    assert run_row(rt, run_id)["state"] == "cancelled"
    assert rows(rt, "SELECT id FROM exports") == []


def test_only_its_owner_and_admins_delete_and_restore(
    rt: Runtime, alice: Actor, bob: Actor, charlie: Actor, admin: Actor, client_for: ClientFor
) -> None:
    search_id = full_search(rt, alice, 6)
    for actor in (bob, charlie):
        with pytest.raises(Forbidden, match="owner or an admin"):
            search_deletion.delete_search(rt, actor, search_id)
    assert "owner or an admin" in str(delete(client_for(bob), search_id).get_json())
    search_deletion.delete_search(rt, admin, search_id)
    for actor in (bob, charlie):
        with pytest.raises(Forbidden) as refused:
            search_deletion.restore_search(rt, actor, search_id)
        with pytest.raises(Forbidden) as unknown:
            search_deletion.restore_search(rt, actor, uuid4())
        assert refused.value.message == unknown.value.message
    asked = [have_back(client_for(bob), one).get_json()["error"] for one in (search_id, uuid4())]
    assert asked == [searches.NOT_YOURS] * 2
    assert search_deletion.restore_search(rt, alice, search_id) == "Backend Bern"


def test_twice_is_once(rt: Runtime, alice: Actor) -> None:
    search_id = full_search(rt, alice, 6)
    first = search_deletion.delete_search(rt, alice, search_id)
    assert search_deletion.delete_search(rt, alice, search_id) == first
    search_deletion.restore_search(rt, alice, search_id)
    with pytest.raises(Conflict, match="not deleted"):
        search_deletion.restore_search(rt, alice, search_id)


def test_not_while_it_is_on_its_way_into_an_archive(rt: Runtime, alice: Actor, client_for: ClientFor) -> None:
    search_id = full_search(rt, alice, 6)
    archives.start_archive(rt, alice, search_id)
    body = delete(client_for(alice), search_id).get_json()
    assert "archived or restored" in body["response"][ids.SEARCH_DELETE_PROBLEM]["children"]
    assert searches.get_search(rt, alice, search_id).profile_count == 6


def test_when_its_time_is_over_it_is_gone_for_good(rt: Runtime, alice: Actor, admin: Actor) -> None:
    search_id = full_search(rt, alice, 12)
    search_deletion.delete_search(rt, alice, search_id)
    assert search_purge.start_due(rt) == []
    overdue(rt, search_id)
    with pytest.raises(NotFound, match="time to have this search back is over"):
        search_deletion.restore_search(rt, alice, search_id)
    (run_id,) = search_purge.start_due(rt)
    assert search_purge.start_due(rt) == []  # once is enough
    work(rt, run_id)
    assert (run_row(rt, run_id)["state"], run_row(rt, run_id)["counts"]["erased"]) == ("done", 12)
    assert left(rt) == {"runs": 1}
    assert rows(rt, "SELECT reason, people FROM erasures") == [{"reason": "search", "people": 12}]
    assert rows(rt, "SELECT mark FROM erasure_marks") == []
    assert rows(rt, "SELECT subject FROM audit_log WHERE action = 'search.purge'") == [{"subject": str(search_id)}]


def test_whoever_is_in_another_search_stays_there(rt: Runtime, alice: Actor, bob: Actor, admin: Actor) -> None:
    search_id = full_search(rt, alice, 12)
    with rt.db.connection() as conn:
        other = add_search(conn, bob)
        stay = conn.execute(
            "SELECT array_agg(profile_id) AS people FROM (SELECT profile_id FROM candidates ORDER BY id LIMIT 4) AS c"
        ).fetchone()["people"]
        conn.execute("SELECT add_candidates(%s, %s, %s)", [other, stay, bob.user_id])
        # In an archive is in a search, too.
        away = add_search(conn, bob)
        also = conn.execute("SELECT max(profile_id) AS id FROM candidates").fetchone()["id"]
        conn.execute("SELECT add_candidates(%s, %s, %s)", [away, [also], bob.user_id])
    archive(rt, bob, away)
    search_deletion.delete_search(rt, alice, search_id)
    overdue(rt, search_id)
    (run_id,) = search_purge.start_due(rt)
    work(rt, run_id)
    assert run_row(rt, run_id)["counts"]["erased"] == 7
    assert {row["id"] for row in rows(rt, "SELECT id FROM profiles")} == {*stay, also}
    assert left(rt, ("candidates", "archive_people", "searches")) == {
        "candidates": 4,
        "archive_people": 1,
        "searches": 2,
    }


def test_an_archived_one_goes_with_its_files(
    rt: Runtime, alice: Actor, admin: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    search_id = full_search(rt, alice, 12)
    archive(rt, alice, search_id)
    keys = [row["key"] for row in rows(rt, "SELECT f ->> 'key' AS key FROM archives, jsonb_array_elements(files) AS f")]
    assert keys
    search_deletion.delete_search(rt, alice, search_id)
    assert search_deletion.restore_search(rt, alice, search_id) == "Backend Bern"
    search_deletion.delete_search(rt, alice, search_id)
    overdue(rt, search_id)
    (run_id,) = search_purge.start_due(rt)
    change(
        rt, "INSERT INTO uploads (user_id, file_name, bytes, storage_key) VALUES (%s, 'p.csv', 1, 'k')", alice.user_id
    )
    real, waiting = erasures.erase, []

    def seen(*args: Any, **given: Any) -> Any:
        done = real(*args, **given)
        waiting.append(args[1].execute("SELECT count(*) AS n FROM erasure_files").fetchone()["n"])
        return done

    monkeypatch.setattr(search_purge.erasures, "erase", seen)
    work(rt, run_id)
    # No file is read or written anew for each hundred of them: these files go whole, and no other one tells of them.
    assert waiting == [0]
    assert (run_row(rt, run_id)["state"], run_row(rt, run_id)["counts"]["erased"]) == ("done", 12)
    assert left(rt) == {"runs": 1}
    assert left(rt, ("archive_leftovers", "erasure_files")) == {}
    for key in keys:
        with pytest.raises(NotFound), Storage.of(rt.settings).open_read(key):
            pass


def test_a_removal_reads_no_more_than_it_removes(rt: Runtime) -> None:
    """Of a million people, each page of a hundred its own ones, in the order of an index."""
    given = {"search_id": uuid4(), "archive_id": 1, "after": -1, "most": 100}
    with rt.db.connection() as conn:
        conn.execute("SET LOCAL enable_sort = off")
        conn.execute("SET LOCAL enable_bitmapscan = off")
        conn.execute("SET LOCAL enable_seqscan = off")
        for query in (search_purge.ONLY_IN_SEARCH, search_purge.ONLY_IN_ARCHIVE):
            plan = json.dumps(conn.execute(SQL("EXPLAIN (FORMAT JSON) ") + query, given).fetchall())
            assert '"Sort"' not in plan and '"Aggregate"' not in plan and '"Materialize"' not in plan, plan
            assert "candidates_profile" in plan, plan


def test_what_leads_to_a_search_or_its_jobs_is_found_by_an_index(rt: Runtime) -> None:
    """Where there may be many rows: else each of its jobs would read all of them as the search goes."""
    large = {
        "api_usage", "candidates", "change_batches", "enrichment_items", "exports", "filter_rules", "import_rejects",
        "runs", "screening_batches", "screening_items", "vendor_calls", "vendor_launches", "verdicts",
    }  # fmt: skip
    unindexed = rows(
        rt,
        """SELECT k.conrelid::regclass::text AS name, a.attname AS column
        FROM pg_constraint k JOIN pg_attribute a ON a.attrelid = k.conrelid AND a.attnum = k.conkey[1]
        WHERE k.contype = 'f' AND k.confrelid IN ('searches'::regclass, 'runs'::regclass) AND NOT EXISTS (
            SELECT FROM pg_index i WHERE i.indrelid = k.conrelid AND i.indkey[0] = a.attnum AND (i.indpred IS NULL
                OR pg_get_expr(i.indpred, i.indrelid) = format('(%%I IS NOT NULL)', a.attname)))""",
    )
    found = {(row["name"], row["column"]) for row in unindexed if row["name"] in large}
    assert found == {("exports", "search_id"), ("vendor_launches", "import_run_id")}  # few rows


def cut_short(rt: Runtime, actor: Actor, monkeypatch: pytest.MonkeyPatch) -> tuple[UUID, int]:
    """A deleted search of twelve whose removal was killed after five; its id, and that of the run."""
    monkeypatch.setattr(search_purge, "AT_ONCE", 5)
    with rt.db.connection() as conn:
        search_id = add_search(conn, actor)
        add_people(conn, search_id, [Person(full_name=f"P {n}") for n in range(12)])
    search_deletion.delete_search(rt, actor, search_id)
    overdue(rt, search_id)
    (run_id,) = search_purge.start_due(rt)
    real, erased = search_purge.erasures.erase, []

    def once(*args: Any, **given: Any) -> Any:
        if erased:
            raise Killed
        erased.append(1)
        return real(*args, **given)

    with monkeypatch.context() as patch:
        patch.setattr(search_purge.erasures, "erase", once)
        _, handle = claim(rt, run_id)
        with pytest.raises(Killed):
            search_purge.run_purge(rt, handle)
    return search_id, run_id


def test_a_removal_that_was_cut_short_goes_on(
    rt: Runtime, alice: Actor, admin: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    _, run_id = cut_short(rt, alice, monkeypatch)
    assert left(rt, ("candidates",)) == {"candidates": 7}
    change(rt, "UPDATE runs SET heartbeat_at = now() - interval '1 hour' WHERE state = 'running'")
    assert Runner(rt, "another").rescue() == [run_id]
    work(rt, run_id)
    assert (run_row(rt, run_id)["state"], run_row(rt, run_id)["counts"]["erased"]) == ("done", 12)
    assert left(rt, ("candidates", "profiles", "searches")) == {}


def test_one_that_came_back_meanwhile_stays(rt: Runtime, alice: Actor, admin: Actor) -> None:
    search_id = full_search(rt, alice, 6)
    search_deletion.delete_search(rt, alice, search_id)
    overdue(rt, search_id)
    (run_id,) = search_purge.start_due(rt)
    change(rt, "UPDATE searches SET deleted_at = NULL WHERE id = %s", search_id)
    work(rt, run_id)
    assert (run_row(rt, run_id)["state"], run_row(rt, run_id)["message"]) == ("done", search_purge.NOT_DUE)
    assert searches.get_search(rt, alice, search_id).profile_count == 6


def test_it_waits_for_a_job_that_has_not_ended(rt: Runtime, alice: Actor, admin: Actor) -> None:
    search_id = full_search(rt, alice, 6)
    search_deletion.delete_search(rt, alice, search_id)
    overdue(rt, search_id)
    (run_id,) = search_purge.start_due(rt)
    change(rt, "INSERT INTO runs (kind, search_id, user_id, state) VALUES ('import', %s, %s, 'running')",
           search_id, alice.user_id)  # fmt: skip
    work(rt, run_id)
    assert (run_row(rt, run_id)["state"], run_row(rt, run_id)["message"]) == ("failed", search_purge.STILL_BUSY)
    assert left(rt, ("candidates",)) == {"candidates": 6}
    assert search_purge.start_due(rt) == []
    change(rt, "UPDATE runs SET state = 'cancelled' WHERE kind = 'import'")
    assert len(search_purge.start_due(rt)) == 1  # the next night


def test_one_whose_job_never_ends_keeps_no_other_from_its_turn(
    rt: Runtime, alice: Actor, admin: Actor, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setattr(search_purge, "MOST_A_NIGHT", 2)
    with rt.db.connection() as conn:
        stuck, also, waits, free = (add_search(conn, alice) for _ in range(4))
    for n, (search_id, state) in enumerate(((stuck, "running"), (also, "running"), (waits, "paused"), (free, ""))):
        search_deletion.delete_search(rt, alice, search_id)
        change(
            rt, "UPDATE searches SET deleted_at = now() - make_interval(days => 40 - %s) WHERE id = %s", n, search_id
        )
        if state:
            change(rt, "INSERT INTO runs (kind, search_id, user_id, state) VALUES ('screen', %s, %s, %s)",
                   search_id, alice.user_id, state)  # fmt: skip
    for run_id in search_purge.start_due(rt):
        work(rt, run_id)
    assert "jobs that had not ended: 3, still so: 2" in caplog.text
    assert {row["id"] for row in rows(rt, "SELECT id FROM searches")} == {stuck, also}
    assert {row["cancel_requested"] for row in rows(rt, "SELECT * FROM runs WHERE state = 'running'")} == {True}


def test_one_whose_job_cannot_be_told_now_keeps_no_other_from_its_turn(
    rt: Runtime, alice: Actor, admin: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its run is held by a transaction of the job."""
    with rt.db.connection() as conn:
        stuck, free = add_search(conn, alice), add_search(conn, alice)
    for search_id in (stuck, free):
        search_deletion.delete_search(rt, alice, search_id)
        overdue(rt, search_id)
    change(rt, "INSERT INTO runs (kind, search_id, user_id, state) VALUES ('screen', %s, %s, 'running')",
           stuck, alice.user_id)  # fmt: skip
    real = db.run

    def held(conn: db.Conn, query: Any, params: Any = None) -> int:
        if query == sql.queries("search_history").cancel_runs:
            raise Conflict("Someone else is changing this right now; try again in a moment.")
        return real(conn, query, params)

    monkeypatch.setattr(db, "run", held)
    (run_id,) = search_purge.start_due(rt)
    assert run_row(rt, run_id)["params"] == {"search_id": str(free)}


def test_one_that_fails_each_night_is_tried_after_those_that_wait(
    rt: Runtime, alice: Actor, admin: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(search_purge, "MOST_A_NIGHT", 1)
    with rt.db.connection() as conn:
        bad, good = add_search(conn, alice), add_search(conn, alice)
    for search_id, days in ((bad, 40), (good, 35)):
        search_deletion.delete_search(rt, alice, search_id)
        change(rt, "UPDATE searches SET deleted_at = now() - make_interval(days => %s) WHERE id = %s", days, search_id)
    (first,) = search_purge.start_due(rt)
    change(rt, "UPDATE runs SET state = 'failed', created_at = now() - interval '1 day' WHERE id = %s", first)
    (second,) = search_purge.start_due(rt)
    assert run_row(rt, second)["params"] == {"search_id": str(good)}
    work(rt, second)
    (third,) = search_purge.start_due(rt)
    assert run_row(rt, third)["params"] == {"search_id": str(bad)}


def test_one_of_which_something_is_gone_cannot_come_back_whatever_the_setting_says(
    rt: Runtime, alice: Actor, admin: Actor, monkeypatch: pytest.MonkeyPatch, client_for: ClientFor
) -> None:
    search_id, run_id = cut_short(rt, alice, monkeypatch)
    change(rt, "UPDATE runs SET state = 'failed' WHERE id = %s", run_id)
    longer = replace(rt.settings, search_deleted_days=90)
    monkeypatch.setattr(rt, "settings", longer)
    with pytest.raises(NotFound, match="some of it is gone already"):
        search_deletion.restore_search(rt, alice, search_id)
    assert search_deletion.BEGUN in str(have_back(client_for(alice), search_id).get_json())
    # Nor is a half left for ever.
    (again,) = search_purge.start_due(rt)
    work(rt, again)
    assert left(rt, ("candidates", "profiles", "searches")) == {}


def test_the_history_says_when_the_removal_began(rt: Runtime, alice: Actor) -> None:
    search_id = full_search(rt, alice, 6)
    search_deletion.delete_search(rt, alice, search_id)
    change(rt, "UPDATE searches SET removal_began_at = deleted_at + interval '3 days' WHERE id = %s", search_id)
    (listed,) = search_history.find(rt, alice, Wanted(state="deleted")).rows
    assert listed.gone_at is not None and listed.deleted_at is not None
    assert listed.gone_at - listed.deleted_at == timedelta(days=3)


def test_without_an_admin_nothing_is_removed_yet(rt: Runtime, alice: Actor) -> None:
    search_id = full_search(rt, alice, 6)
    search_deletion.delete_search(rt, alice, search_id)
    overdue(rt, search_id)
    assert search_purge.start_due(rt) == []
    assert left(rt, ("candidates",)) == {"candidates": 6}


def test_the_night_leaves_deleted_searches_out(rt: Runtime, alice: Actor) -> None:
    search_id = full_search(rt, alice, 6)
    archive(rt, alice, search_id)
    change(rt, "UPDATE archives SET cleared_at = NULL WHERE search_id = %s", search_id)
    search_deletion.delete_search(rt, alice, search_id)
    assert rows(rt, "SELECT 1 AS one FROM archives WHERE cleared_at IS NULL") == [{"one": 1}]
    assert archive_nightly.run(rt) == []


def test_buttons_that_only_appear_ask_nothing(rt: Runtime, alice: Actor, client_for: ClientFor) -> None:
    search_id = full_search(rt, alice, 6)
    button = ids.search_delete(str(search_id))
    client = client_for(alice)
    answer = call(client, ASK, [[(button, "n_clicks", 0)]], triggered=pressed(button))
    assert answer.status_code in {200, 204} and "Backend Bern" not in answer.get_data(as_text=True)

"""Erasing someone: nothing of them is left anywhere, nobody else loses anything, and no import brings them back."""

from __future__ import annotations

import io
import json
import logging
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import openpyxl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import redis as redis_client

from services.access.identity import Actor
from services.decisions import candidates
from services.decisions.candidates import action_of
from services.errors import BadInput, Forbidden, NotFound, Unavailable
from services.exports import exports
from services.filtering import lists
from services.grid import facets, saved_views
from services.grid.grid_view import View
from services.imports import imports
from services.people import merges, notes
from services.privacy import erasure_files, erasure_log, erasure_nightly, erasure_replay, erasures, suppression
from services.privacy.suppression import OTHER_KEY, Marker
from services.runs import jobs, runs
from services.runtime import Runtime
from services.searches import searches
from services.servers.servers import ServerUrls
from tests import canary
from tests.archives import archive, restore, work
from tests.integration.test_import import start, upload
from tests.integration.test_jobs import working
from tests.two_people import add_pair, laden, one, rows, two_people

URL = "https://www.linkedin.com/in/canary-person"
EMAIL = "canary.person@example.com"
HEADER = "Name,LinkedIn,Email,Phone,Title,Company,Location,Note"
CANARY = f"Canary Person,{URL},{EMAIL},+41 44 765 43 21,Canary Tamer,Canary Ltd,Canaryville,canary in raw"
OTHER = "Ada Example,https://www.linkedin.com/in/ada-example,ada@example.com,,Engineer,Acme,Bern,kept"


@pytest.fixture
def search(rt: Runtime, alice: Actor) -> str:
    return str(searches.create_search(rt, alice, "Backend engineers, Lisbon").id)


def load(rt: Runtime, actor: Actor, search_id: str, content: str | bytes) -> dict[str, int]:
    """Counts of an import that went well."""
    run_id = start(rt, actor, search_id, content)
    done = work(rt, run_id)
    assert done["state"] == "done", done["message"]
    return dict(runs.get_run(rt, actor, run_id)["counts"])


def member(rt: Runtime, search_id: str | UUID, name: str = "Canary Person") -> int:
    found = one(rt, "SELECT c.id FROM candidates c JOIN profiles p ON p.id = c.profile_id"
                    " WHERE c.search_id = %s AND p.full_name = %s", search_id, name)  # fmt: skip
    return int(found["id"])


def erase(rt: Runtime, admin: Actor, address: str = URL) -> erasures.Erased:
    """With its job."""
    done = erasures.erase_by_address(rt, admin, address, "erase")
    assert done.run_id is not None
    ended = work(rt, done.run_id)
    assert ended["state"] == "done" and not ended["message"], ended["message"]
    return done


# -- nothing is left -----------------------------------------------------------------------------


def furnish(rt: Runtime, alice: Actor, bob: Actor, search: str) -> dict[str, Any]:
    """The canary wherever somebody can be."""
    away = str(searches.create_search(rt, alice, "Long ago").id)
    for into in (search, away):
        load(rt, alice, into, f"{HEADER}\n{CANARY}\n{OTHER}\n")
    archived = member(rt, away)
    notes.add_note(rt, bob, UUID(away), archived, "canary: said so on the phone")
    archive(rt, alice, UUID(away), "cold")
    own, where = member(rt, search), UUID(search)
    profile = one(rt, "SELECT profile_id FROM candidates WHERE id = %s", own)["profile_id"]
    notes.add_note(rt, bob, where, own, "canary is on holiday")
    candidates.change(rt, bob, where, [own], action_of("tag_add", "canary tag"), None)
    candidates.change(rt, bob, where, [own], action_of("exclude", ""), None)
    rows(rt, "INSERT INTO educations (profile_id, school) VALUES (%s, 'Canary College')", profile)
    rows(rt, "INSERT INTO rubrics (search_id, version, job_description, created_by) VALUES (%s, 1, 'x', %s)", search,
         alice.user_id)  # fmt: skip
    rows(rt, "INSERT INTO criteria (rubric_id, position, title, question, kind, weight)"
             " SELECT id, 1, 't', 'q', 'must', 1 FROM rubrics")  # fmt: skip
    screening = one(rt, "INSERT INTO runs (kind, search_id, user_id, state) VALUES ('screen', %s, %s, 'done')"
                        " RETURNING id", search, alice.user_id)["id"]  # fmt: skip
    rows(
        rt,
        "INSERT INTO verdicts (candidate_id, criterion_id, run_id, input_hash, model, prompt_version, verdict,"
        " evidence_quote) SELECT %s, id, %s, 'h', 'm', '1', 'pass', 'canary quote' FROM criteria",
        own,
        screening,
    )
    rows(rt, "INSERT INTO screening_items (run_id, candidate_id, state, reason) VALUES (%s, %s, 'dead', 'canary')",
         screening, own)  # fmt: skip
    rows(rt, "INSERT INTO overrides (candidate_id, user_id, fit, reason) VALUES (%s, %s, 'strong', 'canary sings')",
         own, bob.user_id)  # fmt: skip
    rows(rt, "INSERT INTO ai_decisions (candidate_id, rubric_id, user_id, model, prompt_version, input_hash, output,"
             " tokens) SELECT %s, id, %s, 'm', '1', 'h', '[]', 1 FROM rubrics", own, bob.user_id)  # fmt: skip
    rows(rt, "UPDATE profiles SET industry = 'canary breeding' WHERE id = %s", profile)
    rows(rt, "INSERT INTO profile_fields (profile_id, field, source, at) VALUES (%s, 'title', 'canary.csv', now())"
             " ON CONFLICT DO NOTHING", profile)  # fmt: skip
    # Two people who were one for a while: the merge keeps what they were.
    twin = one(rt, "INSERT INTO profiles (full_name, email) VALUES ('Canary P. Person', 'canary@home.example')"
                   " RETURNING id")["id"]  # fmt: skip
    rows(rt, "SELECT add_candidates(%s, ARRAY[%s::bigint], %s)", search, twin, alice.user_id)
    rows(rt, "UPDATE searches SET profile_count = profile_count + 1 WHERE id = %s", search)
    merged = merges.merge(rt, alice, add_pair(rt, profile, twin)).id
    # A list that has them, a row that nobody could take, a saved view that looks for them.
    made = lists.create(rt, alice, "do_not_contact", "Never again")
    rows(
        rt,
        "INSERT INTO list_entries (list_id, from_version, row_number, raw, label, url_key, name_key) VALUES"
        " (%s, 1, 1, %s, 'Canary Person', 'linkedin.com/in/canary-person', 'canary person'),"
        " (%s, 1, 2, 'ada', 'Ada Example', 'linkedin.com/in/ada-example', 'ada example')",
        made,
        URL,
        made,
    )
    rows(rt, "UPDATE lists SET entry_count = 2, version = 1 WHERE id = %s", made)
    rows(rt, "INSERT INTO import_rejects (run_id, row_number, reason, raw) SELECT id, 7, 'Broken', %s FROM runs"
             " WHERE kind = 'import' LIMIT 1", json.dumps({"row": f"x;{EMAIL};y"}))  # fmt: skip
    saved_views.save(rt, alice, where, "Mine", {"q": "canary person"}, shared=False)
    # Files: an export, and an upload that waits.
    params = exports.read_params(View.of(where, status="all"), None, {"all": True}, "csv", None)
    with rt.db.connection() as conn:
        export_run = jobs.start_run(conn, alice, "export", search, params)
    assert work(rt, export_run)["state"] == "done"
    waiting = upload(rt, alice, f"{HEADER}\n{CANARY}\n")
    innocent = upload(rt, alice, f"{HEADER}\n{OTHER}\n")
    return {"away": away, "own": own, "list": made, "merge": merged, "waiting": waiting, "innocent": innocent}


def test_the_canary_is_found_nowhere(
    rt: Runtime, alice: Actor, bob: Actor, admin: Actor, search: str, database: ServerUrls, redis: redis_client.Redis,
    caplog: pytest.LogCaptureFixture,
) -> None:  # fmt: skip
    caplog.set_level(logging.INFO)
    world = furnish(rt, alice, bob, search)
    facets.facet(rt, alice, View.of(UUID(search), status="all"), None, "company_in")
    before = canary.in_tables(database.superuser_url)
    assert before >= {
        "profiles", "profile_urls", "profile_raw", "positions", "educations", "profile_fields", "candidates", "notes",
        "changes", "verdicts", "screening_items", "overrides", "merges", "list_entries", "import_rejects",
        "saved_views",
    }  # fmt: skip
    assert canary.in_redis(redis) and len(canary.in_files(rt)) >= 3

    done = erase(rt, admin)

    assert (done.people, len(done.searches)) == (1, 2)
    assert canary.in_tables(database.superuser_url) == set()
    assert canary.in_redis(redis) == set()
    assert canary.in_files(rt) == set()
    assert canary.WORD not in caplog.text.lower()
    # Nobody else lost anything.
    assert [row["full_name"] for row in rows(rt, "SELECT full_name FROM profiles")] == ["Ada Example"]
    assert one(rt, "SELECT profile_count FROM searches WHERE id = %s", search) == {"profile_count": 1}
    assert one(rt, "SELECT entry_count FROM lists WHERE id = %s", world["list"]) == {"entry_count": 1}
    assert [str(row["id"]) for row in rows(rt, "SELECT id FROM uploads")] == [world["innocent"]]
    assert one(rt, "SELECT reason, raw FROM import_rejects WHERE row_number = 7") == {"reason": "Broken", "raw": {}}
    # That there was a decision stays, as numbers.
    assert len(rows(rt, "SELECT 1 FROM ai_decisions WHERE candidate_id = %s", world["own"])) == 1
    with pytest.raises(NotFound):
        merges.undo(rt, alice, world["merge"])
    back = restore(rt, alice, UUID(world["away"]))
    assert back["state"] == "done"
    assert len(rows(rt, "SELECT 1 FROM candidates WHERE search_id = %s", world["away"])) == 1
    assert canary.in_tables(database.superuser_url) == set()
    told = one(rt, "SELECT user_id, subject, detail FROM audit_log WHERE action = 'people.erase'")
    assert (told["user_id"], told["subject"]) == (admin.user_id, str(done.erasure_id))


def test_every_table_that_refers_to_people_loses_its_rows(rt: Runtime, alice: Actor, bob: Actor, admin: Actor) -> None:
    """Rows go with the profile or the candidate; a table that keeps them on another way has to be named here."""
    two = two_people(rt, alice)
    laden(rt, two, alice, bob)
    kept = rows(
        rt,
        "SELECT conrelid::regclass::text AS name FROM pg_constraint WHERE contype = 'f'"
        " AND confrelid IN ('profiles'::regclass, 'candidates'::regclass) AND confdeltype <> 'c'",
    )
    assert kept == []
    people, members = [two.a, two.b], [two.both_a, two.both_b, two.left_a, two.right_b]
    known = {row["place"] for row in rows(rt, "SELECT place FROM identity_tables")}
    for person in people:
        with rt.db.connection() as conn:
            erasures.erasure_traces.prepare(conn)
            erasures.erase(rt, conn, admin, [person])
    left = one(rt, "SELECT identity_snapshot(%s, %s) AS found", people, members)["found"]
    assert left == [] and known >= {"profiles", "candidates", "exclusions", "changes", "archive_people"}


# -- no import brings them back --------------------------------------------------------------------


def as_xlsx(lines: list[list[str]]) -> bytes:
    book = openpyxl.Workbook()
    for line in lines:
        book.active.append(line)
    out = io.BytesIO()
    book.save(out)
    return out.getvalue()


def as_parquet(lines: list[list[str]]) -> bytes:
    out = io.BytesIO()
    pq.write_table(pa.Table.from_pylist([dict(zip(lines[0], line, strict=True)) for line in lines[1:]]), out)
    return out.getvalue()


def as_json(lines: list[list[str]]) -> bytes:
    return json.dumps([dict(zip(lines[0], line, strict=True)) for line in lines[1:]]).encode()


def as_csv(lines: list[list[str]]) -> bytes:
    return "\n".join(",".join(line) for line in lines).encode()


LINES = [line.split(",") for line in (HEADER, CANARY, OTHER)]


def test_no_file_of_any_kind_brings_them_back(
    rt: Runtime, alice: Actor, admin: Actor, search: str, database: ServerUrls
) -> None:
    load(rt, alice, search, as_csv(LINES))
    erase(rt, admin)
    for made in (as_csv, as_xlsx, as_parquet, as_json):
        again = load(rt, alice, search, made(LINES))
        assert (again["suppressed"], again["added"], again["unchanged"], again["rejected"]) == (1, 0, 1, 0), made
    assert canary.in_tables(database.superuser_url) == set()
    assert canary.in_files(rt) == set()


def test_whatever_they_are_known_by_keeps_them_out(rt: Runtime, alice: Actor, admin: Actor, search: str) -> None:
    load(rt, alice, search, f"{HEADER}\n{CANARY}\n{OTHER}\n")
    erase(rt, admin, EMAIL)
    known_by = (
        f"Somebody Else,{URL},,,,,,",
        "C. Person,https://de.linkedin.com/in/Canary-Person/?trk=x,,,,,,",
        "C. Person,,CANARY.PERSON@example.com,,,,,",
        "C. Person,https://www.linkedin.com/in/new-address,canary.person@example.com,,,,,",
        "C. Person,,,0041 (0)44 765 43 21,,,,",
        ",,canary.person@example.com,,,,,",
    )
    for number, row in enumerate(known_by):
        new = f"Bo Newman,https://www.linkedin.com/in/bo-newman-{number},,,,,,"
        counts = load(rt, alice, search, f"{HEADER}\n{row}\n{new}\n")
        assert (counts["suppressed"], counts["added"], counts["rejected"]) == (1, 1, 0), row
    assert rows(rt, "SELECT 1 FROM import_rejects") == []


def test_the_same_row_of_someone_without_any_address_stays_out(
    rt: Runtime, alice: Actor, admin: Actor, search: str
) -> None:
    plain = f"{HEADER}\nCanary Person,,,,Tamer,Circus,,\n"
    load(rt, alice, search, plain)
    done = erasures.erase_candidate(rt, admin, UUID(search), member(rt, search), "erase")
    assert done.people == 1
    assert load(rt, alice, search, plain)["suppressed"] == 1


def test_who_shares_an_offices_contacts_with_them_still_comes_in(
    rt: Runtime, alice: Actor, admin: Actor, search: str
) -> None:
    office = ("office@example.com", "+41 44 700 00 00")
    load(rt, alice, search, "\n".join((
        HEADER, f"Canary Person,{URL},{office[0]},{office[1]},,,,",
        f"Ada Example,https://www.linkedin.com/in/ada-example,{office[0]},{office[1]},,,,")))  # fmt: skip
    erase(rt, admin)
    counts = load(rt, alice, search, "\n".join((
        HEADER, f"Bo Newman,https://www.linkedin.com/in/bo-newman,{office[0]},,,,,",
        f"Person Canary,,{office[0]},,,,,", f"Canary Person,,,{office[1]},,,,")))  # fmt: skip
    assert (counts["suppressed"], counts["added"]) == (2, 1)


def test_a_trial_import_says_how_many_and_not_whom(rt: Runtime, alice: Actor, admin: Actor, search: str) -> None:
    load(rt, alice, search, f"{HEADER}\n{CANARY}\n")
    erase(rt, admin)
    waiting = upload(rt, alice, f"{HEADER}\n{CANARY}\n{CANARY}\n{OTHER}\n")
    run_id = imports.start_dry_run(rt, alice, search, waiting, {"Name": "full_name", "LinkedIn": "linkedin_url"})
    done = work(rt, run_id)
    assert done["state"] == "done"
    counts = runs.get_run(rt, alice, run_id)["counts"]
    assert (counts["suppressed"], counts["added"]) == (2, 1)
    assert canary.WORD not in json.dumps(done, default=str).lower()


def test_an_import_under_another_key_is_refused_and_changes_nothing(
    rt: Runtime, alice: Actor, admin: Actor, search: str
) -> None:
    load(rt, alice, search, f"{HEADER}\n{CANARY}\n{OTHER}\n")
    erase(rt, admin)
    other = Runtime(replace(rt.settings, suppression_key="another-key-0123456789abcdef"), kind="worker")
    other.open()
    try:
        run_id = start(rt, alice, search, f"{HEADER}\n{CANARY}\n")
        done = work(other, run_id)
    finally:
        other.close()
    assert done["state"] == "failed" and OTHER_KEY in done["message"]
    assert len(rows(rt, "SELECT 1 FROM profiles")) == 1


# -- who may, and what is refused ------------------------------------------------------------------


def test_what_is_not_meant_erases_nobody(rt: Runtime, alice: Actor, admin: Actor, search: str) -> None:
    load(rt, alice, search, f"{HEADER}\n{CANARY}\n")
    for address, confirmed, refusal in (
        (URL, "", BadInput), (URL, "yes", BadInput), ("", "erase", BadInput), ("canary", "erase", BadInput),
        ("https://www.linkedin.com/in/nobody-here", "erase", NotFound), ("nobody@example.com", "erase", NotFound),
    ):  # fmt: skip
        with pytest.raises(refusal):
            erasures.erase_by_address(rt, admin, address, confirmed)
    assert len(rows(rt, "SELECT 1 FROM profiles")) == 1


def test_only_an_admin_erases(rt: Runtime, alice: Actor, search: str) -> None:
    load(rt, alice, search, f"{HEADER}\n{CANARY}\n")
    with pytest.raises(Forbidden):
        erasures.erase_by_address(rt, alice, URL, "erase")
    with pytest.raises(Forbidden):
        erasures.erase_candidate(rt, alice, UUID(search), member(rt, search), "erase")
    with pytest.raises(Forbidden):
        erasures.erasures(rt, alice)
    assert len(rows(rt, "SELECT 1 FROM profiles")) == 1


def test_an_address_of_two_asks_how_many(rt: Runtime, alice: Actor, admin: Actor, search: str) -> None:
    both = [f"Person {n},https://www.linkedin.com/in/person-{n},{EMAIL},,,,," for n in range(2)]
    load(rt, alice, search, "\n".join((HEADER, *both)))
    for said in ("erase", "erase 3"):
        with pytest.raises(BadInput, match="Type “erase 2”"):
            erasures.erase_by_address(rt, admin, EMAIL, said)
    assert erasures.erase_by_address(rt, admin, EMAIL, " Erase  2 ").people == 2
    assert rows(rt, "SELECT 1 FROM profiles") == []


def test_an_offices_address_of_many_erases_nobody(rt: Runtime, alice: Actor, admin: Actor, search: str) -> None:
    many = [f"Person {n},https://www.linkedin.com/in/person-{n},{EMAIL},,,,," for n in range(6)]
    load(rt, alice, search, "\n".join((HEADER, *many)))
    with pytest.raises(BadInput, match="office"):
        erasures.erase_by_address(rt, admin, EMAIL, "erase")
    assert len(rows(rt, "SELECT 1 FROM profiles")) == 6


def test_without_a_key_nobody_is_erased(rt: Runtime, alice: Actor, admin: Actor, search: str) -> None:
    load(rt, alice, search, f"{HEADER}\n{CANARY}\n")
    keyless = replace(rt, settings=replace(rt.settings, suppression_key=""))
    keyless.open()
    try:
        with pytest.raises(BadInput, match="SUPPRESSION_KEY"):
            erasures.erase_by_address(keyless, admin, URL, "erase")
    finally:
        keyless.close()
    assert len(rows(rt, "SELECT 1 FROM profiles")) == 1


def test_where_the_log_cannot_be_written_nobody_is_erased(rt: Runtime, alice: Actor, admin: Actor, search: str) -> None:
    load(rt, alice, search, f"{HEADER}\n{CANARY}\n")
    erasure_log.path_in(rt.settings.home).mkdir()
    with pytest.raises(Unavailable, match="nobody was erased"):
        erasures.erase_by_address(rt, admin, URL, "erase")
    assert len(rows(rt, "SELECT 1 FROM profiles")) == 1 and rows(rt, "SELECT 1 FROM erasures") == []


def test_the_apps_role_cannot_take_an_erasure_back(rt: Runtime, alice: Actor, admin: Actor, search: str) -> None:
    load(rt, alice, search, f"{HEADER}\n{CANARY}\n")
    erase(rt, admin)
    for statement in ("DELETE FROM erasure_marks", "UPDATE erasures SET people = 0", "DELETE FROM suppression_key"):
        with pytest.raises(Exception, match="permission denied"):
            rows(rt, statement)


# -- files, and what is cut short -------------------------------------------------------------------


def test_an_archive_that_was_cut_short_is_written_anew_by_the_next_run(
    rt: Runtime, alice: Actor, admin: Actor, search: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    load(rt, alice, search, f"{HEADER}\n{CANARY}\n{OTHER}\n")
    archive(rt, alice, UUID(search))
    done = erasures.erase_by_address(rt, admin, URL, "erase")
    real = erasure_files.archive_files.without

    def cut(*args: Any) -> Any:
        real(*args)
        raise OSError("the disk is gone")

    with monkeypatch.context() as patched:
        patched.setattr(erasure_files.archive_files, "without", cut)
        assert done.run_id is not None
        work(rt, done.run_id)
    assert canary.in_files(rt), "the archive is as it was"
    assert erasures.erasures(rt, admin)[0][0].files_left == 1
    rows(rt, "UPDATE runs SET state = 'failed' WHERE id = %s AND state <> 'done'", done.run_id)
    night = erasure_nightly.run(rt)
    assert night is not None and work(rt, night)["state"] == "done"
    assert canary.in_files(rt) == set()
    assert erasures.erasures(rt, admin)[0][0].files_left == 0
    assert erasure_nightly.run(rt) is None, "nothing is left to be done"
    restore(rt, alice, UUID(search))
    back = rows(rt, "SELECT p.full_name FROM candidates c JOIN profiles p ON p.id = c.profile_id")
    assert [row["full_name"] for row in back] == ["Ada Example"]


def test_an_export_that_was_being_written_ends_and_leaves_no_file(
    rt: Runtime, alice: Actor, admin: Actor, search: str
) -> None:
    load(rt, alice, search, f"{HEADER}\n{CANARY}\n{OTHER}\n")
    params = exports.read_params(View.of(UUID(search)), None, {"all": True}, "csv", None)
    with rt.db.connection() as conn:
        run_id = jobs.start_run(conn, alice, "export", search, params)
        conn.execute("UPDATE runs SET state = 'running' WHERE id = %s", [run_id])
    done = erasures.erase_by_address(rt, admin, URL, "erase")
    assert one(rt, "SELECT cancel_requested FROM runs WHERE id = %s", run_id) == {"cancel_requested": True}
    # It was quicker than that.
    key = upload_file(rt)
    rows(rt, "INSERT INTO exports (search_id, user_id, run_id, format, file_name, rows, bytes, storage_key, expires_at)"
             " VALUES (%s, %s, %s, 'csv', 'x.csv', 2, 10, %s, now() + interval '7 days')", search, alice.user_id,
         run_id, key)  # fmt: skip
    rows(rt, "UPDATE runs SET state = 'done' WHERE id = %s", run_id)
    assert done.run_id is not None
    assert work(rt, done.run_id)["state"] == "done"
    assert rows(rt, "SELECT 1 FROM exports") == [] and canary.in_files(rt) == set()


def upload_file(rt: Runtime) -> str:
    key = exports.Storage.new_key()
    exports.Storage.of(rt.settings).save_stream(key, [b"canary"], 100)
    return key


# -- a backup of before ----------------------------------------------------------------------------


@pytest.fixture
def older(rt: Runtime, alice: Actor, admin: Actor, search: str) -> Iterator[dict[str, Any]]:
    """The database as a backup of before an erasure brings it back: only the log knows of it."""
    content = f"{HEADER}\n{CANARY}\n{OTHER}\n"
    load(rt, alice, search, content)
    marker = Marker.of(rt.settings)
    with rt.db.connection() as conn:
        given = {"people": [row["profile_id"] for row in conn.execute("SELECT profile_id FROM profile_urls"
                                                                   " WHERE url_key LIKE '%%canary%%'")]}  # fmt: skip
        known = suppression.marks_of(marker, conn.execute(erasures._Q.fetch_known_by, given).fetchall())
    erasure_log.append(rt.settings.home, known, marker.fingerprint)
    yield {"content": content}


def test_who_was_erased_after_the_backup_is_erased_again(
    rt: Runtime, alice: Actor, admin: Actor, search: str, older: dict[str, Any], database: ServerUrls
) -> None:
    assert erasure_replay.replay(rt) == 1
    assert [row["full_name"] for row in rows(rt, "SELECT full_name FROM profiles")] == ["Ada Example"]
    run_id = one(rt, "SELECT id FROM runs WHERE kind = 'erase'")["id"]
    assert work(rt, run_id)["state"] == "done"
    assert canary.in_tables(database.superuser_url) == set()
    assert load(rt, alice, search, older["content"])["suppressed"] == 1
    assert erasure_replay.replay(rt) == 0, "once"
    assert {row["reason"] for row in rows(rt, "SELECT reason FROM erasures")} == {"replay"}


def test_a_log_of_another_key_is_said_and_changes_nothing(rt: Runtime, older: dict[str, Any]) -> None:
    """Under it nobody of the log would be found, and all of it would be taken for done."""
    other = replace(rt, settings=replace(rt.settings, suppression_key="another-key-0123456789abcdef"))
    other.open()
    try:
        with pytest.raises(BadInput, match="SUPPRESSION_KEY is not the one"):
            erasure_replay.replay(other)
    finally:
        other.close()
    assert rows(rt, "SELECT 1 FROM erasure_marks") == [] and rows(rt, "SELECT 1 FROM suppression_key") == []
    assert erasure_replay.replay(rt) == 1


def test_a_worker_that_starts_does_them_again(rt: Runtime, older: dict[str, Any]) -> None:
    with working(rt):
        names = [row["full_name"] for row in rows(rt, "SELECT full_name FROM profiles")]
    assert names == ["Ada Example"]


def test_a_log_that_was_cut_short_counts_up_to_there(rt: Runtime, older: dict[str, Any]) -> None:
    with erasure_log.path_in(rt.settings.home).open("a") as file:
        file.write('{"at": "2026-01-01T00:00:00+00:00", "mar')
    assert erasure_replay.replay(rt) == 1
    erasure_log.append(rt.settings.home, {5: False}, Marker.of(rt.settings).fingerprint)
    assert [marks for _, marks in erasure_log.read(erasure_log.path_in(rt.settings.home))][1:] == [{5: False}]


def test_a_log_of_something_else_is_said_and_changes_nothing(
    rt: Runtime, older: dict[str, Any], caplog: pytest.LogCaptureFixture
) -> None:
    with erasure_log.path_in(rt.settings.home).open("a") as file:
        file.write("what is this\n")
    erasure_nightly.at_start(rt)
    assert "Line 2 of erasures.log is no erasure" in caplog.text
    assert len(rows(rt, "SELECT 1 FROM profiles")) == 2

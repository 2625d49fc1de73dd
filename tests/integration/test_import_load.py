"""Files into the database: what two files say of one person, at once, again, and cut short at any point."""

from __future__ import annotations

import csv
import io
import json
import random
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

import psycopg
import pytest

import sql
from services import ROOT
from services.access.identity import Actor
from services.config import child_environ
from services.imports import import_batch, import_normalise, import_run, import_upkeep
from services.people.careers import Position
from services.runs import runs
from services.runs.jobs import LeaseLost, RunHandle
from services.runtime import Runtime
from services.searches import searches
from tests.integration.test_import import Import, profiles, start, table, version, work
from tests.integration.test_import import run_file as run_file
from tests.integration.test_import import search as search
from tests.integration.test_jobs import DOOR, WAIT_S, row, spawn, waiting_at_the_door
from tests.unit.test_import_history import PHONES
from tests.waiting import LONG_S, until

DIGEST = sql.queries("benchmarks").digest_people
HEADER = (
    "fullName,linkedinJobTitle,companyName,location,professionalEmail,phone,profileUrl,vmid,linkedinSkillsLabel,"
    "linkedinJobDateRange,linkedinPreviousJobTitle,previousCompanyName,linkedinPreviousJobDateRange,"
    "linkedinSchoolName,linkedinSchoolDegree,note"
).split(",")


def told(count: int, seed: int = 1, *, addressed: float = 0.6) -> str:
    """Rows about fewer people than rows: changes, repeats, aliases, nobodies, and broken ones among them.

    addressed: how many have a public address; with all of them, all have a name, too.
    """
    draw = random.Random(seed)
    out = io.StringIO(newline="")
    writer = csv.writer(out)
    writer.writerow(HEADER)
    for _ in range(count):
        n = draw.randrange(count // 2)
        name = draw.choice([f"Person {n}", f"Person {n} Lima"])
        url = f"https://www.linkedin.com/in/p-{n}" if draw.random() < addressed else ""
        mail = f"p{n}@example.com" if draw.random() < 0.5 else ""
        member = f"ACwAAB{n:06}xyz" if draw.random() < 0.3 else ""
        cells = [
            name if draw.random() < 0.95 or addressed == 1 else "", draw.choice(["Engineer", "CTO", ""]),
            draw.choice(["Acme", "Globex", ""]), draw.choice(["Porto, Portugal", "Lisbon", ""]), mail,
            f"+351 912 {n:06}" if draw.random() < 0.3 else "", url, member,
            draw.choice(["Python, SQL", "Go", ""]), draw.choice(["Feb 2024 - Present", ""]),
            draw.choice(["Trainee", "Engineer", ""]), draw.choice(["Initech", "Acme", ""]),
            draw.choice(["Jan 2020 - Jan 2023", ""]), draw.choice(["Porto University", ""]),
            draw.choice(["BSc", ""]), draw.choice(["x\ty", "a\\b", 'say "hi"', "line\nbreak", ""]),
        ]  # fmt: skip
        writer.writerow([*cells, "one", "too many"] if draw.random() < 0.01 else cells)
    return out.getvalue()


def digest(rt: Runtime) -> dict[str, Any]:
    return table(rt, DIGEST)[0]


def start_anew(rt: Runtime, alice: Actor) -> str:
    """Nobody is known, and a search is empty."""
    with psycopg.connect(rt.settings.database_owner_url) as conn:
        conn.execute("TRUNCATE profiles CASCADE")
        conn.execute("DELETE FROM searches")
    return str(searches.create_search(rt, alice, "Leads").id)


def staged(rt: Runtime) -> list[int]:
    return [
        table(rt, f"SELECT count(*) AS n FROM import_staged_{part}")[0]["n"]
        for part in ("people", "positions", "educations")
    ]


# -- the same, however it is cut ---------------------------------------------------------------------


def test_batches_of_any_size_come_to_the_same(
    rt: Runtime, alice: Actor, search: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Everyone has an address and a name here. Without, rows of one batch are seen together: a later one can say
    that two earlier ones are one person, or whom a row without a name is about."""
    found = []
    for size in (1000, 1, 7):
        monkeypatch.setattr(import_batch, "MOST_ROWS", size)
        into = start_anew(rt, alice)
        run_id = start(rt, alice, into, told(300, addressed=1))
        work(rt, run_id)
        run = runs.get_run(rt, alice, run_id)
        assert (run["state"], sum(run["counts"].values())) == ("done", 300)
        # Rejected rows do not depend on it either.
        found.append(
            (digest(rt), table(rt, "SELECT row_number FROM import_rejects WHERE run_id = %s ORDER BY 1", run_id))
        )
    assert found[0] == found[1] == found[2]
    assert found[0][0]["people"] > 90


def test_an_import_killed_again_and_again_is_the_uninterrupted_one(rt: Runtime, alice: Actor, search: str) -> None:
    """A real worker, kill -9 at random points, resumed each time by the next one."""
    content = told(6000, seed=2)
    whole = start_anew(rt, alice)
    work(rt, first := start(rt, alice, whole, content))
    expected, counts = digest(rt), runs.get_run(rt, alice, first)["counts"]
    before = table(rt, "SELECT row_number, reason FROM import_rejects WHERE run_id = %s ORDER BY 1", first)

    again = start_anew(rt, alice)
    run_id = start(rt, alice, again, content)
    draw = random.Random(3)
    for target in sorted(draw.sample(range(500, 5000), 4)):
        killed = spawn(rt)
        try:
            until(lambda target=target: row(rt, run_id)["done"] >= target)
        finally:
            killed.send_signal(signal.SIGKILL)
            killed.communicate(timeout=WAIT_S)
    last = spawn(rt)
    try:
        until(lambda: row(rt, run_id)["state"] == "done")
    finally:
        last.terminate()
        last.communicate(timeout=WAIT_S)

    assert digest(rt) == expected
    run = runs.get_run(rt, alice, run_id)
    assert (run["done"], run["counts"]) == (6000, counts)
    rejects = table(rt, "SELECT row_number, reason FROM import_rejects WHERE run_id = %s ORDER BY 1", run_id)
    assert rejects == before
    assert staged(rt) == [0, 0, 0]
    assert table(rt, "SELECT profile_count FROM searches") == table(
        rt, "SELECT count(*) AS profile_count FROM candidates"
    )
    lines = table(
        rt, "SELECT detail FROM audit_log WHERE action = 'import' AND (detail ->> 'run_id')::bigint = %s", run_id
    )
    assert len(lines) == 1


# -- two at once -------------------------------------------------------------------------------------


# Half of the people are in both files; each file knows something that the other does not.
ONE = "Name,LinkedIn,Email\n" + "".join(
    f"Person {n},https://linkedin.com/in/p-{n},p{n}@example.com\n" for n in range(3000)
)
TWO = "Name,LinkedIn,Phone,Company\n" + "".join(
    f"Person {n},https://linkedin.com/in/p-{n},+351 9{n:08},Acme\n" for n in reversed(range(1500, 4500))
)


def nothing_was_lost_or_doubled(rt: Runtime) -> None:
    found = table(rt, "SELECT count(*) AS n, count(*) FILTER (WHERE email <> '') AS emails,"
                      " count(*) FILTER (WHERE phone <> '' AND company = 'Acme') AS phones,"
                      " count(*) FILTER (WHERE email <> '' AND phone <> '') AS both FROM profiles")  # fmt: skip
    assert found == [{"n": 4500, "emails": 3000, "phones": 3000, "both": 1500}]
    # Both searches tell of a person what is known by now.
    stale = table(rt, "SELECT count(*) AS n FROM candidates c JOIN profiles p ON p.id = c.profile_id"
                      " WHERE (c.company_key, c.has_email) <> (p.company_key, p.email <> '')")  # fmt: skip
    assert stale == [{"n": 0}]


def test_overlapping_files_at_once_lose_and_double_nothing(rt: Runtime, alice: Actor, bob: Actor, search: str) -> None:
    other = str(searches.create_search(rt, bob, "Other").id)
    jobs = [(alice, start(rt, alice, search, ONE)), (bob, start(rt, bob, other, TWO))]
    threads = [threading.Thread(target=work, args=(rt, run_id)) for _, run_id in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [runs.get_run(rt, actor, run_id)["state"] for actor, run_id in jobs] == ["done", "done"]
    nothing_was_lost_or_doubled(rt)


def test_overlapping_files_from_two_processes_lose_and_double_nothing(
    rt: Runtime, alice: Actor, bob: Actor, search: str, tmp_path: Path
) -> None:
    """Two processes that stand at the same door: each has read its file and waits to write its first batch."""
    other = str(searches.create_search(rt, bob, "Other").id)
    (tmp_path / "one.csv").write_text(ONE)
    (tmp_path / "two.csv").write_text(TWO)
    given = [("one.csv", search, "alice@example.com"), ("two.csv", other, "bob@example.com")]
    processes = []
    with psycopg.connect(rt.settings.database_url) as door:
        door.execute(DOOR)
        for name, into, user in given:
            command = [sys.executable, "-m", "services.commands.cli", "import", str(tmp_path / name), "--search", into]
            processes.append(subprocess.Popen(
                [*command, "--user", user, "--json"], cwd=ROOT, env=child_environ(rt.settings),
                stdout=subprocess.PIPE, stderr=subprocess.PIPE,
            ))  # fmt: skip
        until(lambda: waiting_at_the_door(rt) == 2, "they do not come to the door", LONG_S)
    ended = [process.communicate(timeout=LONG_S) for process in processes]
    assert [process.returncode for process in processes] == [0, 0], ended
    counts = [json.loads(out) for out, _ in ended]
    assert all(sum(one[name] for name in ("added", "changed", "unchanged")) == 3000 for one in counts), counts
    nothing_was_lost_or_doubled(rt)


# -- rows that were told before ----------------------------------------------------------------------


def test_rows_told_before_are_not_even_read(
    rt: Runtime, search: str, run_file: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    content = "".join(f"Person {n},https://linkedin.com/in/p-{n}\n" for n in range(1500))
    run_file("Name,LinkedIn\n" + content)
    before, people = version(rt, search), profiles(rt)
    read: list[int] = []
    person = import_normalise.Normaliser.person

    def counted(self: Any, given: Any) -> Any:
        read.append(given.number)
        return person(self, given)

    monkeypatch.setattr(import_normalise.Normaliser, "person", counted)
    run = run_file("Name,LinkedIn\n" + content)
    assert run["counts"] == {"added": 0, "changed": 0, "unchanged": 1500, "rejected": 0, "suppressed": 0}
    assert (version(rt, search), profiles(rt)) == (before, people)
    assert read == []


def test_a_row_told_before_counts_again_where_something_else_changed_the_person(rt: Runtime, run_file: Import) -> None:
    file = "Name,Title,LinkedIn\nAna Lima,Engineer,https://linkedin.com/in/ana\nBen,CTO,https://linkedin.com/in/ben\n"
    run_file(file)
    assert run_file(file.replace("Engineer", "Manager"))["counts"]["changed"] == 1
    run = run_file(file)
    assert (run["counts"]["changed"], run["counts"]["unchanged"]) == (1, 1)
    assert profiles(rt)[0]["title"] == "Engineer"


def test_a_row_told_before_behind_a_newer_one_has_the_last_word(rt: Runtime, run_file: Import) -> None:
    """In one batch: the order of rows matters, so both are read."""
    header, row = "Name,Title,LinkedIn\n", "Ana Lima,Engineer,https://linkedin.com/in/ana\n"
    run_file(header + row)
    run_file(header + row.replace("Engineer", "Manager") + row)
    assert profiles(rt)[0]["title"] == "Engineer"


def test_people_told_before_join_another_search(rt: Runtime, alice: Actor, run_file: Import) -> None:
    file = "Name,LinkedIn\n" + "".join(f"Person {n},https://linkedin.com/in/p-{n}\n" for n in range(200))
    run_file(file)
    other = str(searches.create_search(rt, alice, "Leads").id)
    counts = run_file(file, into=other)["counts"]
    assert (counts["added"], counts["unchanged"]) == (200, 0)
    assert table(rt, "SELECT profile_count FROM searches WHERE id = %s", other) == [{"profile_count": 200}]


# -- who is who --------------------------------------------------------------------------------------


def test_one_telephone_number_and_one_name_is_one_person(rt: Runtime, run_file: Import) -> None:
    run_file("Name,Phone,Company\nAna Lima,+351 912 345 678,Acme\nBen Okoro,+351 912 345 678,Acme\n")
    run = run_file("Name,Phone,Title,LinkedIn\nAna Maria Lima,00351 912-345-678,CTO,https://linkedin.com/in/ana\n")
    assert run["counts"]["added"] == 0
    assert [(p["full_name"], p["title"]) for p in profiles(rt)] == [("Ana Maria Lima", "CTO"), ("Ben Okoro", "")]


@pytest.mark.parametrize(
    ("name", "phone"),
    [
        ("Cleo Roy", "+351 912 345 678"),
        ("Ana", "+351 912 345 678"),
        ("Ana Lima", "912 345 678"),
        ("Ana Lima", "+34 912 345 678"),
    ],
)
def test_a_telephone_number_alone_makes_nobody_the_same(rt: Runtime, run_file: Import, name: str, phone: str) -> None:
    run_file("Name,Phone,Company\nAna Lima,+351 912 345 678,Acme\n")
    run_file(f"Name,Phone,Company\n{name},{phone},Globex\n")
    assert len(profiles(rt)) == 2


def test_a_number_that_many_people_have_names_nobody(rt: Runtime, run_file: Import) -> None:
    """A company's switchboard: to look through all who have it would cost each row as much as they are many."""
    head = "Name,Phone,LinkedIn\n"
    run_file(head + "".join(f"Person {n},+351 912 345 678,https://linkedin.com/in/p-{n}\n" for n in range(20)))
    run_file("Name,Phone\nPerson 7,+351 912 345 678\n")
    assert len(profiles(rt)) == 20
    run_file(head + "Person 20,+351 912 345 678,https://linkedin.com/in/p-20\n")
    run_file("Name,Phone\nPerson 8,+351 912 345 678\n")
    assert len(profiles(rt)) == 22


def test_people_with_one_number_within_a_file(rt: Runtime, run_file: Import) -> None:
    run = run_file(
        "Name,Phone,Company\nAna Lima,+351 912345678,Acme\nAna M Lima,+351912345678,Acme\nBen Roy,+351912345678,\n"
    )
    assert (run["counts"]["added"], len(profiles(rt))) == (2, 2)


def test_the_database_reads_telephone_numbers_as_the_importer_does(rt: Runtime) -> None:
    for phone, key in PHONES:
        assert table(rt, "SELECT coalesce(sx_phone(%s), '') AS key", phone) == [{"key": key}], phone


def test_people_are_looked_up_by_contact_in_the_indexes_for_it(rt: Runtime) -> None:
    with rt.db.connection() as conn:
        conn.execute(sql.queries("imports").prepare_batch)
        given = {
            "slots": "{1}",
            "emails": '{""}',
            "phones": '{"351912345678"}',
            "names": '{"Ana Lima"}',
            "public": "{f}",
        }
        plan = conn.execute("EXPLAIN (FORMAT JSON) " + sql.queries("imports").find_by_contact, given).fetchall()
    text = json.dumps(plan)
    assert "profiles_phone" in text
    assert "profiles_email" in text
    # No walk through all people in the order of their ids, for the first one: each index is asked for something.
    assert all("Index Cond" in node for node in nodes(plan[0]["QUERY PLAN"][0]["Plan"]) if "Index Name" in node)


def nodes(plan: dict[str, Any]) -> list[dict[str, Any]]:
    return [plan, *(node for part in plan.get("Plans", []) for node in nodes(part))]


@pytest.mark.parametrize(("key", "row"), [
    ("mailto:ana@old.example", "Ana Lima,Ana@old.example,"),
    ("tel:351912345678", "Ana Lima,,+351 912 345 678"),
])  # fmt: skip
def test_contacts_that_a_merge_left_out_of_a_profile_still_name_it(
    rt: Runtime, alice: Actor, search: str, key: str, row: str
) -> None:
    work(rt, start(rt, alice, search, "Name,Email,Phone\nAna Lima,ana@new.example,\n"))
    (known,) = profiles(rt)
    table(rt, "INSERT INTO profile_urls (url_key, profile_id) VALUES (%s, %s) RETURNING 1", key, known["id"])
    work(rt, start(rt, alice, search, f"Name,Email,Phone\n{row}\n"))
    assert [person["id"] for person in profiles(rt)] == [known["id"]]


# -- jobs and schools --------------------------------------------------------------------------------

ANA = "https://www.linkedin.com/in/ana-lima"
JOBS = (
    "fullName,profileUrl,linkedinJobTitle,companyName,linkedinJobDateRange,linkedinPreviousJobTitle,"
    "previousCompanyName,linkedinPreviousJobDateRange,linkedinSchoolName\n"
)


def positions(rt: Runtime) -> list[Position]:
    found = table(rt, "SELECT title, company, location, started_on, ended_on, is_current, description FROM positions"
                      " ORDER BY is_current DESC, started_on DESC NULLS LAST, id")  # fmt: skip
    return [Position(**line) for line in found]


def test_former_jobs_and_schools_are_kept(rt: Runtime, run_file: Import) -> None:
    run_file(
        JOBS + f"Ana Lima,{ANA},CTO,Acme,Feb 2024 - Present,Engineer,Globex,Jan 2020 - Jan 2024,Porto University\n"
    )
    assert [(p.title, p.company, p.is_current) for p in positions(rt)] == [
        ("CTO", "Acme", True), ("Engineer", "Globex", False),
    ]  # fmt: skip
    assert table(rt, "SELECT school FROM educations") == [{"school": "Porto University"}]
    assert table(rt, "SELECT average_tenure_months IS NULL AS unknown FROM candidates") == [{"unknown": False}]


def test_a_later_file_completes_a_history(rt: Runtime, search: str, run_file: Import) -> None:
    run_file(JOBS + f"Ana Lima,{ANA},CTO,Acme,,Engineer,Globex,,\n")
    assert table(rt, "SELECT average_tenure_months FROM candidates") == [{"average_tenure_months": None}]
    before = version(rt, search)
    run = run_file(JOBS + f"Ana Lima,{ANA},CTO,Acme,Feb 2024 - Present,Engineer,Globex,Jan 2020 - Jan 2024,Porto\n"
                          f"Ana Lima,{ANA},CTO,Acme,,Trainee,Initech,Jan 2018 - Jan 2020,porto\n")  # fmt: skip
    assert run["counts"]["changed"] == 2
    assert [(p.company, p.started_on is None, p.ended_on is None) for p in positions(rt)] == [
        ("Acme", False, True), ("Globex", False, False), ("Initech", False, False),
    ]  # fmt: skip
    assert len(table(rt, "SELECT id FROM educations")) == 1
    assert table(rt, "SELECT average_tenure_months > 24 AS known FROM candidates") == [{"known": True}]
    assert version(rt, search) == before + 1
    assert staged(rt) == [0, 0, 0]


@pytest.mark.parametrize("files", [1, 2])
@pytest.mark.parametrize(("told", "now"), [
    ("CTO,,", ("CTO", "Acme")), (",Globex,", ("Engineer", "Globex")), (",acme,", None), ("Engineer,,", None),
])  # fmt: skip
def test_a_title_or_a_company_alone_agrees_with_the_profile(
    rt: Runtime, run_file: Import, files: int, told: str, now: tuple[str, str] | None
) -> None:
    rows = [f"Ana Lima,{ANA},Engineer,Acme,\n", f"Ana Lima,{ANA},{told}\n"]
    for content in ["".join(rows)] if files == 1 else rows:
        run_file("Name,LinkedIn,Title,Company,Note\n" + content)
    jobs = [(p.title, p.company, p.is_current) for p in positions(rt)]
    assert jobs == ([(*now, True)] if now else []) + [("Engineer", "Acme", not now)]
    (person,) = profiles(rt)
    assert (person["title"].lower(), person["company"].lower()) == tuple(part.lower() for part in jobs[0][:2])


def test_what_is_known_of_jobs_is_no_change(rt: Runtime, run_file: Import) -> None:
    line = f"Ana Lima,{ANA},CTO,Acme,Feb 2024 - Present,Engineer,Globex,Jan 2020 - Jan 2024,Porto University"
    run_file(JOBS + line + "\n")
    known = positions(rt)
    # Another column, so that the rows are read.
    run = run_file(JOBS.strip() + ",note\n" + line + ",x\n")
    assert run["counts"]["unchanged"] == 1
    assert positions(rt) == known


# -- ends --------------------------------------------------------------------------------------------


@pytest.fixture
def one_batch_only(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[str]]:
    """After the first batch something happens: what is appended to the list is done then."""
    events: list[Any] = []
    write = import_run._Import._write

    def then(self: Any, conn: Any, batch: Any) -> Any:
        if self._done and events:
            events.pop()(self)
        return write(self, conn, batch)

    monkeypatch.setattr(import_run._Import, "_write", then)
    yield events


def many(count: int) -> str:
    return "Name,LinkedIn\n" + "".join(f"Person {n},https://linkedin.com/in/p-{n}\n" for n in range(count))


def audited(rt: Runtime) -> Sequence[dict[str, Any]]:
    return [line["detail"] for line in table(rt, "SELECT detail FROM audit_log WHERE action = 'import'")]


def test_a_cancelled_import_says_what_stays(rt: Runtime, alice: Actor, search: str, one_batch_only: list[Any]) -> None:
    run_id = start(rt, alice, search, many(2500))

    def cancel(work: Any) -> None:
        work._handle.cancelled.set()
        work._handle.check()

    one_batch_only.append(cancel)
    work(rt, run_id)
    run = runs.get_run(rt, alice, run_id)
    assert run["state"] == "cancelled"
    assert run["message"].startswith("1,000 of 2,500 rows were imported before this was cancelled, and stay;")
    assert [(line["added"], line["state"]) for line in audited(rt)] == [(1000, "cancelled")]
    assert len(profiles(rt)) == 1000

    # The file is still there: what is in already counts as unchanged.
    work(rt, again := start(rt, alice, search, many(2500)))
    counts = runs.get_run(rt, alice, again)["counts"]
    assert (counts["added"], counts["unchanged"]) == (1500, 1000)


def test_a_cancel_before_the_first_row_says_that_nothing_was_imported(
    rt: Runtime, alice: Actor, search: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = start(rt, alice, search, many(1500))
    check = RunHandle.check

    def cancelled(self: RunHandle) -> None:
        self.cancelled.set()
        check(self)

    monkeypatch.setattr(RunHandle, "check", cancelled)
    work(rt, run_id)
    run = runs.get_run(rt, alice, run_id)
    assert (run["state"], run["message"], profiles(rt)) == ("cancelled", "Nothing was imported.", [])


def test_rights_that_are_lost_meanwhile_end_it_and_say_what_stays(
    rt: Runtime, alice: Actor, bob: Actor, search: str, one_batch_only: list[Any]
) -> None:
    run_id = start(rt, bob, search, many(2500))
    one_batch_only.append(lambda _: searches.set_visibility(rt, alice, search, "private"))
    work(rt, run_id)
    found = table(rt, "SELECT state, message, done FROM runs WHERE id = %s", run_id)[0]
    assert (found["state"], found["done"]) == ("failed", 1000)
    assert "1,000 of 2,500 rows were imported before that, and stay;" in found["message"]


def test_a_key_that_someone_else_takes_meanwhile_is_found_at_the_next_try(
    rt: Runtime, alice: Actor, search: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Others who add people do not all wait for imports."""
    run_id = start(rt, alice, search, many(3))
    copy_new, tries = import_run.Load._copy_new, []

    def taken(self: Any, conn: Any, slots: Any) -> None:
        tries.append(len(slots))
        if len(tries) == 1:
            with rt.db.connection() as other:
                other.execute(
                    "WITH p AS (INSERT INTO profiles (full_name) VALUES ('Person 1') RETURNING id)"
                    " INSERT INTO profile_urls SELECT 'linkedin.com/in/p-1', id FROM p"
                )
        copy_new(self, conn, slots)

    monkeypatch.setattr(import_run.Load, "_copy_new", taken)
    work(rt, run_id)
    run = runs.get_run(rt, alice, run_id)
    assert (run["state"], run["counts"]["added"], tries) == ("done", 3, [3, 2])
    assert len(profiles(rt)) == 3


def collected(rt: Runtime) -> int:
    """Pages of the search indexes that are not sorted in yet."""
    (row,) = table(rt, "SELECT sum(sort_in_search_words()) AS pages")
    return int(row["pages"])


def test_an_import_leaves_nothing_to_be_sorted_into_the_search_indexes(
    rt: Runtime, search: str, run_file: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(import_batch, "MOST_ROWS", 50)
    monkeypatch.setattr(import_upkeep, "EVERY", 100)
    calls: list[int] = []
    sort_in = import_upkeep.IndexUpkeep._sort_in

    def counted(self: import_upkeep.IndexUpkeep) -> None:
        calls.append(1)
        sort_in(self)

    monkeypatch.setattr(import_upkeep.IndexUpkeep, "_sort_in", counted)
    run_file("Name,LinkedIn\n" + "".join(f"Person {n},https://linkedin.com/in/p-{n}\n" for n in range(330)))
    assert len(calls) >= 2
    assert collected(rt) == 0


def test_an_import_goes_on_where_the_search_indexes_cannot_be_brought_up_to_date(
    rt: Runtime, search: str, run_file: Import, caplog: pytest.LogCaptureFixture
) -> None:
    with psycopg.connect(rt.settings.database_owner_url, autocommit=True) as owner:
        owner.execute("ALTER FUNCTION sort_in_search_words RENAME TO away")
    run = run_file("Name,LinkedIn\nAna Lima,https://linkedin.com/in/ana\n")
    assert (run["state"], run["counts"]["added"]) == ("done", 1)
    assert "search indexes were not brought up to date" in caplog.text
    assert "Ana" not in caplog.text


def test_nothing_stays_staged_when_a_batch_dies(
    rt: Runtime, alice: Actor, search: str, run_file: Import, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_file(many(5))
    run_id = start(rt, alice, search, many(5).replace("Person", "People"))

    def die(self: Any, *_: Any, **__: Any) -> None:
        raise LeaseLost

    monkeypatch.setattr(RunHandle, "save", die)
    work(rt, run_id)
    assert staged(rt) == [0, 0, 0]
    assert {p["full_name"][:6] for p in profiles(rt)} == {"Person"}

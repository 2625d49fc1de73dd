"""A file of people into a search, as the job worker does it."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import threading
import tracemalloc
from collections.abc import Callable
from typing import Any

import pytest

from services.access.identity import Actor
from services.errors import BadInput, Forbidden, NotFound, ProductError
from services.imports import import_preview, import_run, imports, uploads
from services.runs import jobs, runs
from services.runs.job_runner import Runner
from services.runs.jobs import LeaseLost, RunHandle
from services.runtime import Runtime
from services.searches import searches
from services.storage import Storage

Import = Callable[..., dict[str, Any]]


def upload(rt: Runtime, actor: Actor, content: str | bytes, name: str = "people.csv") -> str:
    """An upload as the browser leaves it."""
    data = content.encode() if isinstance(content, str) else content
    key = Storage.new_key()
    size = Storage.of(rt.settings).save_stream(key, [data], 10**9)
    return uploads.record_upload(rt, actor, name, size, key)


def start(rt: Runtime, actor: Actor, search_id: str, content: str | bytes, mapping: Any = None) -> int:
    upload_id = upload(rt, actor, content)
    suggested = import_preview.preview(rt, actor, upload_id).mapping
    return imports.start_import(rt, actor, search_id, upload_id, suggested if mapping is None else mapping)


def work(rt: Runtime, run_id: int) -> None:
    """What a job worker does with a run."""
    Runner(rt, "test").execute(run_id)


@pytest.fixture
def search(rt: Runtime, alice: Actor) -> str:
    return str(searches.create_search(rt, alice, "Backend engineers, Lisbon").id)


@pytest.fixture
def run_file(rt: Runtime, alice: Actor, search: str) -> Import:
    """run_file(content): import it into the search; returns the finished run."""

    def run(content: str | bytes, *, into: str = search, actor: Actor = alice, mapping: Any = None) -> dict[str, Any]:
        run_id = start(rt, actor, into, content, mapping)
        work(rt, run_id)
        return runs.get_run(rt, actor, run_id)

    return run


def table(rt: Runtime, query: str, *params: Any) -> list[dict[str, Any]]:
    with rt.db.connection() as conn:
        return conn.execute(query, params).fetchall()


def profiles(rt: Runtime) -> list[dict[str, Any]]:
    return table(rt, "SELECT * FROM profiles ORDER BY id")


def version(rt: Runtime, search_id: str) -> int:
    return int(table(rt, "SELECT data_version FROM searches WHERE id = %s", search_id)[0]["data_version"])


ANA = "https://www.linkedin.com/in/ana-lima"
PEOPLE = f"""Full name,Job title,Company,Location,LinkedIn URL,Email,Skills,Favourite colour
Ana Lima,Backend Engineer,Acme,Lisbon,{ANA},ana@example.com,"Python, SQL",green
Ben Okoro,Data Engineer,Globex,Porto,https://linkedin.com/in/ben-okoro/,,Java,
"""


def test_people_are_added_to_the_search(rt: Runtime, search: str, run_file: Import) -> None:
    run = run_file(PEOPLE)

    assert (run["state"], run["done"], run["total"]) == ("done", 2, 2)
    assert run["counts"] == {"added": 2, "changed": 0, "unchanged": 0, "rejected": 0, "suppressed": 0}
    ana, ben = profiles(rt)
    assert (ana["full_name"], ana["first_name"], ana["last_name"]) == ("Ana Lima", "Ana", "Lima")
    assert (ana["title"], ana["company"], ana["skills"]) == ("Backend Engineer", "Acme", ["Python", "SQL"])
    assert ben["linkedin_url"] == "https://www.linkedin.com/in/ben-okoro"
    found = table(rt, "SELECT name_key, has_email FROM candidates WHERE search_id = %s ORDER BY id", search)
    assert found == [{"name_key": "ana lima", "has_email": True}, {"name_key": "ben okoro", "has_email": False}]
    assert table(rt, "SELECT profile_count FROM searches") == [{"profile_count": 2}]
    assert table(rt, "SELECT title, company, is_current FROM positions ORDER BY title") == [
        {"title": "Backend Engineer", "company": "Acme", "is_current": True},
        {"title": "Data Engineer", "company": "Globex", "is_current": True},
    ]


def test_unknown_columns_are_kept(rt: Runtime, run_file: Import) -> None:
    run_file(PEOPLE)
    raw = table(rt, "SELECT raw FROM profile_raw ORDER BY profile_id")[0]["raw"]
    assert raw["Favourite colour"] == "green"


def test_a_second_import_of_the_same_file_changes_nothing(rt: Runtime, search: str, run_file: Import) -> None:
    run_file(PEOPLE)
    before, people = version(rt, search), profiles(rt)
    run = run_file(PEOPLE)
    assert run["counts"] == {"added": 0, "changed": 0, "unchanged": 2, "rejected": 0, "suppressed": 0}
    assert version(rt, search) == before
    assert profiles(rt) == people


def test_a_changed_row_changes_the_person_in_every_search(
    rt: Runtime, alice: Actor, search: str, run_file: Import
) -> None:
    other = str(searches.create_search(rt, alice, "Leads").id)
    run_file(PEOPLE)
    run_file(PEOPLE, into=other)
    before = version(rt, other)

    run = run_file(PEOPLE.replace("Backend Engineer,Acme", "Staff Engineer,Initech"))

    assert run["counts"]["changed"] == 1
    assert run["counts"]["unchanged"] == 1
    keys = table(rt, "SELECT DISTINCT title_key, company_key FROM candidates WHERE name_key = 'ana lima'")
    assert keys == [{"title_key": "staff engineer", "company_key": "initech"}]
    assert version(rt, other) == before + 1
    found = table(
        rt, "SELECT company, is_current FROM positions WHERE profile_id = %s ORDER BY id", profiles(rt)[0]["id"]
    )
    assert found == [{"company": "Acme", "is_current": False}, {"company": "Initech", "is_current": True}]


def test_what_a_file_leaves_empty_stays(rt: Runtime, run_file: Import) -> None:
    run_file(PEOPLE)
    run_file(f"Name,Title,Email,LinkedIn\nAna Lima,,,{ANA}\n")
    ana = profiles(rt)[0]
    assert (ana["title"], ana["email"], ana["skills"]) == ("Backend Engineer", "ana@example.com", ["Python", "SQL"])


def test_a_person_of_another_search_is_added_not_doubled(rt: Runtime, alice: Actor, run_file: Import) -> None:
    run_file(PEOPLE)
    other = str(searches.create_search(rt, alice, "Leads").id)
    assert run_file(PEOPLE, into=other)["counts"]["added"] == 2
    assert len(profiles(rt)) == 2
    assert len(table(rt, "SELECT id FROM candidates")) == 4


def test_a_guessed_last_name_never_replaces_a_given_one(rt: Runtime, run_file: Import) -> None:
    url = "https://www.linkedin.com/in/maria"
    run_file(f"First name,Last name,LinkedIn\nMaria,del Carmen Soto,{url}\n")
    run_file(f"Full name,LinkedIn\nMaria del Carmen Soto,{url}\n")
    assert profiles(rt)[0]["last_name"] == "del Carmen Soto"


@pytest.mark.parametrize("files", [1, 2])
def test_a_new_full_name_brings_its_last_name(rt: Runtime, run_file: Import, files: int) -> None:
    rows = [f"Anna Alpha,{ANA}\n", f"Anna Miller,{ANA}\n"]
    for content in ["".join(rows)] if files == 1 else rows:
        run_file("Name,LinkedIn\n" + content)
    found = table(rt, "SELECT p.full_name, p.first_name, p.last_name, c.last_name_key FROM profiles p"
                      " JOIN candidates c ON c.profile_id = p.id")  # fmt: skip
    assert [tuple(line.values()) for line in found] == [("Anna Miller", "Anna", "Miller", "miller")]


def test_a_last_name_that_a_file_said_stays_where_it_is_no_guess(rt: Runtime, run_file: Import) -> None:
    """In one batch as in two."""
    first = f"Name,First name,Last name,LinkedIn\nMaria del Carmen Soto,Maria,del Carmen Soto,{ANA}\n"
    run_file(first + f"Maria Carmen Soto,,,{ANA}\n")
    assert profiles(rt)[0]["last_name"] == "del Carmen Soto"
    run_file(f"Name,First name,Last name,LinkedIn\nAnna Alpha,Anna,Alpha,{ANA}\nAnna Miller,,,{ANA}\n")
    assert [profiles(rt)[0][name] for name in ("first_name", "last_name")] == ["Anna", "Miller"]


# -- identity ---------------------------------------------------------------------------------


def test_one_address_in_many_spellings_is_one_person(rt: Runtime, run_file: Import) -> None:
    spellings = (
        "https://www.linkedin.com/in/Ana-Lima", "http://linkedin.com/in/ana-lima/", "pt.linkedin.com/in/ana-lima?trk=1",
        "https://www.linkedin.com/in/ana-lima/detail/contact-info/",
    )  # fmt: skip
    run = run_file("Name,LinkedIn\n" + "".join(f"Ana Lima,{url}\n" for url in spellings))
    assert run["counts"] == {"added": 1, "changed": 0, "unchanged": 3, "rejected": 0, "suppressed": 0}
    assert len(profiles(rt)) == 1


def test_the_public_address_is_the_identity_and_the_opaque_one_an_alias(rt: Runtime, run_file: Import) -> None:
    opaque = "https://www.linkedin.com/in/ACwAAB12cdEfGh"
    run_file(f"fullName,linkedInProfileUrl,defaultProfileUrl,vmid\nAna Lima,{opaque},{ANA},ACwAAB12cdEfGh\n")
    assert profiles(rt)[0]["linkedin_url"] == ANA
    keys = {row["url_key"] for row in table(rt, "SELECT url_key FROM profile_urls")}
    assert keys == {"linkedin.com/in/ana-lima", "linkedin:ACwAAB12cdEfGh"}
    # Known by either from now on.
    assert run_file(f"Name,LinkedIn\nAna Lima,{opaque}\n")["counts"]["unchanged"] == 1
    assert len(profiles(rt)) == 1


def test_an_opaque_address_gives_way_to_a_public_one(rt: Runtime, run_file: Import) -> None:
    run_file("Name,profileUrl\nAna Lima,https://www.linkedin.com/sales/lead/ACwAAB12cdEfGh,NAME_SEARCH\n".replace(
        "cdEfGh,NAME", "cdEfGh%2CNAME"))  # fmt: skip
    assert profiles(rt)[0]["linkedin_url"] == "https://www.linkedin.com/in/ACwAAB12cdEfGh"
    run_file(f"Name,defaultProfileUrl,vmid\nAna Lima,{ANA},ACwAAB12cdEfGh\n")
    assert [row["linkedin_url"] for row in profiles(rt)] == [ANA]


def test_without_an_address_the_email_decides(rt: Runtime, run_file: Import) -> None:
    run_file(PEOPLE)
    run = run_file("Name,Email,Phone\nAna Maria Lima,ANA@example.com,+351 1\n")
    assert run["counts"]["changed"] == 1
    assert profiles(rt)[0]["phone"] == "+351 1"
    assert len(profiles(rt)) == 2


def test_an_email_shared_by_two_addresses_is_two_people(rt: Runtime, run_file: Import) -> None:
    run_file(
        "Name,LinkedIn,Email\nAna,https://linkedin.com/in/ana,jobs@example.com\n"
        "Ben,https://linkedin.com/in/ben,jobs@example.com\n"
    )
    run_file("Name,LinkedIn,Email\nCleo,https://linkedin.com/in/cleo,jobs@example.com\n")
    assert [row["full_name"] for row in profiles(rt)] == ["Ana", "Ben", "Cleo"]


@pytest.mark.parametrize("files", [1, 3])
@pytest.mark.parametrize("mail", ["jobs@acme-shared.example", "noreply@linkedin.com"])
def test_an_email_that_several_people_use_makes_nobody_the_same(
    rt: Runtime, run_file: Import, files: int, mail: str
) -> None:
    rows = [f"{name},{mail},{title}\n" for name, title in
            (("Ana Lima", "CTO"), ("Ben Okoro", "Buyer"), ("Ana", ""))]  # fmt: skip
    for content in ["".join(rows)] if files == 1 else rows:
        run_file("Name,Email,Title\n" + content)
    assert [(p["full_name"], p["title"]) for p in profiles(rt)] == [
        ("Ana Lima", "CTO"), ("Ben Okoro", "Buyer"), ("Ana", ""),
    ]  # fmt: skip
    # Each of them is known by it all the same, and nobody by it alone.
    again = run_file(f"Name,Email,Phone\nBEN OKORO,{mail},+351 2\nana,{mail},+351 3\n,{mail},+351 4\n")
    assert (again["counts"]["changed"], again["counts"]["rejected"]) == (2, 1)
    assert [p["phone"] for p in profiles(rt)] == ["", "+351 2", "+351 3"]


def test_a_row_without_a_name_is_about_the_only_one_with_its_email(rt: Runtime, run_file: Import) -> None:
    run_file(PEOPLE)
    assert run_file("Email,Phone\nana@example.com,+351 1\n")["counts"]["changed"] == 1
    assert profiles(rt)[0]["phone"] == "+351 1"


def test_an_email_that_many_people_have_names_nobody(rt: Runtime, run_file: Import) -> None:
    """To look through all who have it would cost each row as much as they are many."""
    head = "Name,Email,LinkedIn\n"
    run_file(head + "".join(f"Person {n},office@example.com,https://linkedin.com/in/p-{n}\n" for n in range(20)))
    run_file("Name,Email\nPerson 7,office@example.com\n")
    assert len(profiles(rt)) == 20
    run_file(head + "Person 20,office@example.com,https://linkedin.com/in/p-20\n")
    run_file("Name,Email\nPerson 8,office@example.com\n")
    assert len(profiles(rt)) == 22
    # Within one file it is no other.
    rows = [f"Guest {n},lobby@example.com,https://linkedin.com/in/g-{n}\n" for n in range(21)]
    run_file(head + "".join(rows) + "Guest 3,lobby@example.com,\n")
    assert len(profiles(rt)) == 44


def test_rows_that_meet_in_one_person_are_one_person(rt: Runtime, run_file: Import) -> None:
    """By address in one row, by e-mail in the next, new to the database and then known to it."""
    content = f"Name,LinkedIn,Email,Phone\nAna Lima,{ANA},ana@example.com,\nAna Lima,,ana@example.com,+351 1\n"
    assert run_file(content)["counts"] == {"added": 1, "changed": 1, "unchanged": 0, "rejected": 0, "suppressed": 0}
    assert run_file(content)["counts"]["unchanged"] == 1
    assert [row["phone"] for row in profiles(rt)] == ["+351 1"]


def test_without_address_and_email_the_same_row_is_not_doubled(rt: Runtime, run_file: Import) -> None:
    content = "Name,Title,Company,Location\nAna Lima,Engineer,Acme,Lisbon\nAna Lima,Engineer,Globex,Lisbon\n"
    assert run_file(content)["counts"]["added"] == 2
    assert run_file(content.replace("Engineer,Acme", "ENGINEER,Acme"))["counts"]["added"] == 0
    assert len(profiles(rt)) == 2


def test_people_who_share_a_name_are_not_one_for_that(rt: Runtime, run_file: Import) -> None:
    """A name, a title and an employer make two people probable ones: a case for the list of duplicates."""
    phones = ("+86 138 0013 8000", "+86 138 0013 8001", "+86 138 0013 8002")
    content = "Name,Phone\n" + "".join(f"Li Wei,{phone}\n" for phone in phones)
    assert run_file(content)["counts"]["added"] == 3
    assert run_file(content)["counts"]["unchanged"] == 3
    assert run_file("Name,Title,Company,Location\nLi Wei,Engineer,Acme,Porto\n")["counts"]["added"] == 1
    assert run_file("Name,Title,Company,Location,Note\nLi Wei,Engineer,Acme,Porto,new\n")["counts"]["added"] == 1
    assert len(profiles(rt)) == 5


def test_a_bare_name_is_one_person_within_a_search_only(rt: Runtime, alice: Actor, run_file: Import) -> None:
    content = "Name,Asked\nLi Wei,yes\n"
    assert run_file(content)["counts"]["added"] == 1
    assert run_file(content)["counts"]["unchanged"] == 1
    other = str(searches.create_search(rt, alice, "Leads").id)
    assert run_file(content, into=other)["counts"]["added"] == 1
    assert run_file(content, into=other)["counts"]["unchanged"] == 1
    assert len(profiles(rt)) == 2
    # Who has more than that is known in every search, by the same row.
    more = "Name,Title,Company\nLi Wei,Engineer,Acme\n"
    run_file(more)
    run_file(more, into=other)
    assert len(profiles(rt)) == 3


def test_two_imports_at_once_do_not_double_a_person(rt: Runtime, alice: Actor, bob: Actor, search: str) -> None:
    content = "Name,LinkedIn\n" + "".join(f"Person {n},https://linkedin.com/in/p-{n}\n" for n in range(2500))
    ids = [start(rt, actor, search, content) for actor in (alice, bob)]
    threads = [threading.Thread(target=work, args=(rt, run_id)) for run_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [runs.get_run(rt, alice, run_id)["state"] for run_id in ids] == ["done", "done"]
    assert len(profiles(rt)) == 2500
    assert table(rt, "SELECT profile_count FROM searches") == [{"profile_count": 2500}]
    added = [runs.get_run(rt, alice, run_id)["counts"]["added"] for run_id in ids]
    assert sum(added) == 2500


# -- rows and files that cannot be taken ----------------------------------------------------------


def test_rows_that_cannot_be_taken_are_kept_with_number_and_reason(
    rt: Runtime, alice: Actor, search: str, run_file: Import
) -> None:
    run = run_file(
        "Name,LinkedIn,Company\n"
        f"Ana Lima,{ANA},Acme\n"
        ",https://linkedin.com/in/nobody,=2+3\n"
        ",https://linkedin.com/in/nobody,'=2+3\n"
        "Ben,https://linkedin.com/in/ben,Acme,one,too many\n"
        '"Cleo "Q" Roy",https://linkedin.com/in/cleo,Acme\n'
    )
    assert run["counts"] == {"added": 1, "changed": 0, "unchanged": 0, "rejected": 4, "suppressed": 0}
    assert (run["failed"], run["done"]) == (4, 5)

    data = b"".join(imports.rejected_csv(rt, alice, run["id"]))
    assert data.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(io.StringIO(data.decode("utf-8-sig"))))
    assert [row["row number"] for row in rows] == ["3", "4", "5", "6"]
    assert rows[0]["reason"] == import_run.NOBODY
    # The second was guarded in the file, and an import would take just one guard off.
    assert [row["Company"] for row in rows[:2]] == ["'=2+3", "'=2+3"]
    assert "5 cells, the header 3" in rows[2]["reason"]
    assert "too many" in rows[2]["row"]


def test_rejected_rows_are_downloaded_in_the_memory_of_a_few(
    rt: Runtime, alice: Actor, search: str, run_file: Import
) -> None:
    """A thousand small ones are one page, and so is a single large one."""
    run = run_file("Name,LinkedIn\nAna Lima,linkedin.com/in/ana-lima\n")
    with rt.db.connection() as conn:
        conn.execute(
            """INSERT INTO import_rejects (run_id, row_number, reason, raw)
            SELECT %s, n, 'Nobody', jsonb_build_object('Name', n::text, 'row',
                CASE WHEN n %% 100 = 0 THEN repeat(md5(n::text), 50000) ELSE 'short' END)
            FROM generate_series(1, 2500) AS n""",
            [run["id"]],
        )
    tracemalloc.start()
    seen: list[tuple[str, str, int, bytes]] = []
    rest, size = b"", 0
    for block in imports.rejected_csv(rt, alice, run["id"]):
        *lines, rest = (rest + block).split(b"\r\n")
        size += len(block)
        for line in lines:
            number, _, name, _, row = line.decode("utf-8-sig").split(",")
            seen.append((number, name, len(row), row[:32].encode()))
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert rest == b"" and seen.pop(0)[0] == "row number"
    assert [(number, name) for number, name, _, _ in seen] == [(str(n), str(n)) for n in range(1, 2501)]
    large = {n: hashlib.md5(str(n).encode()).hexdigest() for n in range(100, 2501, 100)}
    assert all((length, start.decode()) == (1_600_000, large[n]) if n in large else length == 5
               for n, (_, _, length, start) in enumerate(seen, 1))  # fmt: skip
    assert size > 38_000_000
    assert peak < 16_000_000


def test_a_nameless_row_may_tell_more_of_a_known_person(rt: Runtime, run_file: Import) -> None:
    run_file(PEOPLE)
    run = run_file("LinkedIn,Phone\nhttps://linkedin.com/in/ben-okoro,+351 2\n")
    assert run["counts"]["changed"] == 1
    assert profiles(rt)[1]["phone"] == "+351 2"


def test_a_file_that_breaks_late_changes_nothing(rt: Runtime, alice: Actor, search: str) -> None:
    rows = "".join(f"Person {n},https://linkedin.com/in/p-{n}\n" for n in range(3000))
    run_id = start(rt, alice, search, "Name,LinkedIn\n" + rows + '"never closed,https://linkedin.com/in/x\n')
    work(rt, run_id)
    run = runs.get_run(rt, alice, run_id)
    assert (run["state"], run["done"]) == ("failed", 0)
    assert run["message"] == "A quotation mark opened in row 3002 is not closed."
    assert profiles(rt) == []
    assert version(rt, search) == 1


@pytest.mark.parametrize(
    "content", [b"PK\x03\x04 and so on", b"PAR1xxxx", b"", b"   \r\n", b"Name,Company\n", b"\x00\x01\x02\x03"]
)
def test_a_file_of_another_kind_is_refused_at_the_preview(rt: Runtime, alice: Actor, content: bytes) -> None:
    with pytest.raises(BadInput):
        import_preview.preview(rt, alice, upload(rt, alice, content))


def test_what_cannot_be_stored_is_left_out(rt: Runtime, run_file: Import) -> None:
    """NUL, lone surrogates, infinities and depth must not stop a file, and none of it may reach Postgres."""
    content = json.dumps([
        {"name": "Ana\x00 Lima", "linkedin": ANA, "odd\x00key": "\ud800", "big": 1e308, "nest": {"a": ["\x00"]}},
        {"name": "Ben", "skills": ["Go", {"name": "Rust"}], "email": "ben@example.com"},
        "no object",
    ]).replace("1e+308", "1e999")  # fmt: skip
    run = run_file(content)
    assert run["counts"] == {"added": 2, "changed": 0, "unchanged": 0, "rejected": 1, "suppressed": 0}
    assert [(row["full_name"], row["skills"]) for row in profiles(rt)] == [("Ana Lima", []), ("Ben", ["Go", "Rust"])]


def test_no_script_address_is_kept(rt: Runtime, run_file: Import) -> None:
    run_file("Name,LinkedIn\nAna Lima,javascript:alert(1)\n")
    assert profiles(rt)[0]["linkedin_url"] == ""


def test_longer_text_than_a_column_holds_is_cut(rt: Runtime, run_file: Import) -> None:
    run = run_file(f"Name,Title,LinkedIn\n{'A' * 900},{'é' * 900},{ANA}\n")
    assert (run["counts"]["added"], run["counts"]["shortened"]) == (1, 2)
    assert (len(profiles(rt)[0]["full_name"]), len(profiles(rt)[0]["title"])) == (200, 300)


def test_skills_that_are_too_many_or_too_long_are_counted(rt: Runtime, run_file: Import) -> None:
    skills = [f"skill {n}" for n in range(149)]
    run = run_file(f'Name,LinkedIn,Skills\nAna,{ANA},"{"y" * 101}, {", ".join(skills)}"\n')
    assert run["counts"]["shortened"] == 51
    (person,) = profiles(rt)
    assert (len(person["skills"]), len(person["skills"][0])) == (100, 100)


def test_what_is_as_long_as_it_may_be_is_not_shortened(rt: Runtime, run_file: Import) -> None:
    skills = ", ".join(f"{n:03}" + "y" * 97 for n in range(100))
    run = run_file(f'Name,Title,LinkedIn,Skills\n{"A" * 200},{"T" * 300},{ANA},"{skills}"\n')
    assert "shortened" not in run["counts"]


def test_a_guarded_formula_comes_back_as_it_was(rt: Runtime, run_file: Import) -> None:
    run_file("Name,Company,LinkedIn\nAna Lima,'=Equals Ltd," + ANA + "\n")
    assert profiles(rt)[0]["company"] == "=Equals Ltd"


# -- ends and new beginnings ------------------------------------------------------------------------


def many(count: int) -> str:
    return "Name,LinkedIn\n" + "".join(f"Person {n},https://linkedin.com/in/p-{n}\n" for n in range(count))


def test_a_killed_import_goes_on_behind_the_last_batch(
    rt: Runtime, alice: Actor, search: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = start(rt, alice, search, many(2500))
    batches: list[int] = []
    write = import_run._Import._write

    def dying_write(self: Any, conn: Any, batch: Any) -> Any:
        batches.append(batch.last_row)
        if len(batches) == 2:
            # A kill -9 leaves the lease as it is.
            raise LeaseLost
        return write(self, conn, batch)

    monkeypatch.setattr(import_run._Import, "_write", dying_write)
    work(rt, run_id)
    run = runs.get_run(rt, alice, run_id)
    assert (run["state"], run["done"]) == ("running", 1000)

    again = Runner(rt, "test")
    assert again.rescue(own_slot=True) == [run_id]
    again.execute(run_id)

    run = runs.get_run(rt, alice, run_id)
    assert (run["state"], run["done"]) == ("done", 2500)
    assert run["counts"]["added"] == 2500
    assert batches == [1001, 2001, 2001, 2501]


def test_a_cancelled_import_keeps_whole_batches(
    rt: Runtime, alice: Actor, search: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    run_id = start(rt, alice, search, many(2500))
    write = import_run._Import._write

    def write_then_cancel(self: Any, conn: Any, batch: Any) -> Any:
        counts = write(self, conn, batch)
        self._handle.cancelled.set()
        return counts

    monkeypatch.setattr(import_run._Import, "_write", write_then_cancel)
    work(rt, run_id)
    run = runs.get_run(rt, alice, run_id)
    assert (run["state"], run["done"]) == ("cancelled", 1000)
    assert len(table(rt, "SELECT id FROM candidates")) == 1000


def test_a_batch_in_anothers_way_is_tried_again(
    rt: Runtime, alice: Actor, search: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Repeats and rejects of the batch must not be counted twice."""
    run_id = start(rt, alice, search, f"Name,LinkedIn\nAna,{ANA}\nAna Lima,{ANA}\n,https://linkedin.com/in/x\n")
    save = RunHandle.save
    tries: list[int] = []

    def save_after_a_deadlock(self: RunHandle, conn: Any, *args: Any, **kwargs: Any) -> None:
        tries.append(1)
        if len(tries) == 1:
            raise import_run.Conflict("Someone else is changing this right now; try again in a moment.")
        save(self, conn, *args, **kwargs)

    monkeypatch.setattr(RunHandle, "save", save_after_a_deadlock)
    work(rt, run_id)
    run = runs.get_run(rt, alice, run_id)
    assert run["counts"] == {"added": 1, "changed": 1, "unchanged": 0, "rejected": 1, "suppressed": 0}


def test_the_file_is_deleted_when_it_was_imported(rt: Runtime, alice: Actor, search: str) -> None:
    run_id = start(rt, alice, search, PEOPLE)
    work(rt, run_id)
    assert table(rt, "SELECT id FROM uploads") == []
    assert [path for path in (rt.settings.home / "storage").rglob("*") if path.is_file()] == []


def test_one_line_in_the_audit_log(rt: Runtime, search: str, run_file: Import) -> None:
    run = run_file(PEOPLE)
    lines = table(rt, "SELECT action, subject, detail FROM audit_log WHERE action = 'import'")
    assert [(line["subject"], line["detail"]["run_id"], line["detail"]["added"]) for line in lines] == [
        (search, run["id"], 2)
    ]
    assert "Ana" not in json.dumps(lines)


# -- who may -----------------------------------------------------------------------------------------


def test_a_viewer_may_not_import(rt: Runtime, alice: Actor, charlie: Actor, search: str) -> None:
    with pytest.raises(Forbidden):
        imports.start_import(rt, charlie, search, upload(rt, alice, PEOPLE), {})


def test_a_private_search_of_someone_else_is_not_there(rt: Runtime, alice: Actor, bob: Actor) -> None:
    private = str(searches.create_search(rt, alice, "Mine", "private").id)
    with pytest.raises(Forbidden):
        start(rt, bob, private, PEOPLE)


def test_a_colleague_cannot_import_my_file(rt: Runtime, alice: Actor, bob: Actor, search: str) -> None:
    theirs = upload(rt, alice, PEOPLE)
    for use in (
        lambda: import_preview.preview(rt, bob, theirs),
        lambda: imports.start_import(rt, bob, search, theirs, {"Full name": "full_name"}),
    ):
        with pytest.raises(NotFound):
            use()


def test_a_search_that_was_made_private_meanwhile_is_not_written_to(
    rt: Runtime, alice: Actor, bob: Actor, search: str
) -> None:
    run_id = start(rt, bob, search, PEOPLE)
    searches.set_visibility(rt, alice, search, "private")
    work(rt, run_id)
    assert table(rt, "SELECT state FROM runs WHERE id = %s", run_id) == [{"state": "cancelled"}]
    assert profiles(rt) == []


def test_rejected_rows_are_for_those_who_see_the_search(rt: Runtime, alice: Actor, bob: Actor) -> None:
    private = str(searches.create_search(rt, alice, "Mine", "private").id)
    run_id = start(rt, alice, private, PEOPLE)
    work(rt, run_id)
    with pytest.raises(Forbidden):
        imports.rejected_csv(rt, bob, run_id)


def test_two_clicks_are_one_import(rt: Runtime, alice: Actor, search: str) -> None:
    mapping = {"Full name": "full_name"}
    upload_id = upload(rt, alice, PEOPLE)
    first = imports.start_import(rt, alice, search, upload_id, mapping)
    assert imports.start_import(rt, alice, search, upload_id, mapping) == first
    work(rt, first)
    assert imports.start_import(rt, alice, search, upload_id, mapping) == first


def test_one_upload_goes_into_two_searches(rt: Runtime, alice: Actor, search: str) -> None:
    """The file stays until the last run that reads it has ended."""
    mapping, other = {"Full name": "full_name"}, str(searches.create_search(rt, alice, "Another").id)
    upload_id = upload(rt, alice, PEOPLE)
    first, second = (imports.start_import(rt, alice, into, upload_id, mapping) for into in (search, other))
    assert first != second
    for run_id in (first, second):
        work(rt, run_id)
        assert runs.get_run(rt, alice, run_id)["state"] == "done"
    assert table(rt, "SELECT id FROM uploads") == []


@pytest.mark.parametrize(
    "mapping", [{}, {"Nope": "full_name"}, {"Full name": "salary"}, {"Job title": "title"}, ["Full name"], "x", None]
)
def test_a_mapping_that_cannot_work_is_refused(rt: Runtime, alice: Actor, search: str, mapping: Any) -> None:
    with pytest.raises(ProductError):
        imports.start_import(rt, alice, search, upload(rt, alice, PEOPLE), mapping)
    assert table(rt, "SELECT id FROM runs") == []


def test_a_corrected_mapping_is_used(rt: Runtime, run_file: Import) -> None:
    run_file(PEOPLE, mapping={"Full name": "full_name", "LinkedIn URL": "linkedin_url", "Favourite colour": "industry"})
    ana = profiles(rt)[0]
    assert (ana["industry"], ana["title"]) == ("green", "")


def test_the_import_kind_names_its_handler() -> None:
    assert jobs.handler_of("import") is import_run.run_import

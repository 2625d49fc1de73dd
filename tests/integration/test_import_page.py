"""Several files and sheets, corrections of how they are read, remembered mappings, and trying an import out."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID

import pytest
from werkzeug.test import TestResponse

from layouts import ids, text
from layouts.import_form import KEEP
from services.access.identity import Actor
from services.imports import import_batch
from services.readers import json_files
from services.runs import runs
from services.runtime import Runtime
from services.searches import searches
from tests.archives import archive
from tests.corpus.workbooks import written
from tests.integration.test_import import PEOPLE, profiles, table, work
from tests.integration.test_upload import (
    TRIAL,
    ClientFor,
    Option,
    look,
    press_start,
    props,
    selects,
    send,
    show,
    try_out,
)
from tests.web import Browser, call

SHEETS = written(
    ("Lisbon", [["Name", "Company"], ["Ana Lima", "Acme"]]),
    ("Notes", []),
    ("Porto", [["Company", "Name"], ["Globex", "Ben Okoro"], ["Initech", ""]]),
)


@pytest.fixture
def search(rt: Runtime, alice: Actor) -> str:
    return str(searches.create_search(rt, alice, "Leads").id)


def upload(client: Browser, content: bytes | str, name: str = "people.csv") -> str:
    return str(send(client, content, name).get_json()["upload_id"])


def shown(answer: TestResponse, component: str) -> str:
    return json.dumps(props(answer, component), ensure_ascii=False)


def started(answer: TestResponse) -> int:
    run_id = props(answer, ids.IMPORT_RUN)["data"]
    assert isinstance(run_id, int)
    return run_id


def mapped(answer: TestResponse) -> dict[str, str]:
    """Column → chosen field, as the page shows them."""
    return {s["props"]["name"]: s["props"]["value"] for s in selects(props(answer, ids.IMPORT_MAPPING))}


# -- several files and sheets -------------------------------------------------------------------------


def test_several_files_are_one_import(rt: Runtime, client_for: ClientFor, alice: Actor, search: str) -> None:
    client = client_for(alice)
    files = [upload(client, "Name,Title\nAna Lima,Engineer\n,Nobody\n"), upload(client, SHEETS(), "people.xlsx")]
    seen = look(client, files)
    assert '"data-column": "Company"' in shown(seen, ids.IMPORT_MAPPING)
    assert all(name in shown(seen, ids.IMPORT_PREVIEW) for name in ("Ana Lima", "people.xlsx, sheet Lisbon, row 2"))

    run_id = started(press_start(client, files, search, ["full_name", "title", "company"]))
    work(rt, run_id)

    assert runs.get_run(rt, alice, run_id)["counts"] == {
        "added": 2, "changed": 0, "unchanged": 0, "rejected": 1, "suppressed": 0}  # fmt: skip
    assert [row["full_name"] for row in profiles(rt)] == ["Ana Lima", "Ana Lima"]
    assert table(rt, "SELECT id FROM uploads") == []


def test_several_sheets_are_one_import_and_rejected_rows_name_theirs(
    rt: Runtime, client_for: ClientFor, alice: Actor, search: str
) -> None:
    client = client_for(alice)
    file = upload(client, SHEETS(), "people.xlsx")
    assert '"value": ["Lisbon"]' in shown(look(client, [file]), ids.IMPORT_FILES)
    options: list[Option] = [(0, "header_row", 1), (0, "sheets", ["Lisbon", "Porto"])]
    seen = look(client, [file], options, changed=(0, "sheets"))
    assert "people.xlsx, sheet Porto, row 2" in shown(seen, ids.IMPORT_PREVIEW)

    run_id = started(press_start(client, [file], search, ["full_name", "company"], options))
    work(rt, run_id)

    assert sorted(row["full_name"] for row in profiles(rt)) == ["Ana Lima", "Ben Okoro"]
    rejected = client.get(f"/imports/{run_id}/rejected.csv").data.decode("utf-8-sig").splitlines()
    assert rejected[0].startswith("file,sheet,row number,reason,Name,Company")
    assert rejected[1].startswith("people.xlsx,Porto,3,")


def test_a_damaged_file_among_several_is_told_by_its_place(client_for: ClientFor, alice: Actor, search: str) -> None:
    client = client_for(alice)
    files = [upload(client, PEOPLE), upload(client, b"PK\x03\x04", "secret-name.xlsx")]
    told = props(look(client, files), ids.IMPORT_PROBLEM)["children"]
    assert told.startswith("File 2 of 2: The file is damaged")
    assert "secret-name" not in told


def test_a_row_that_breaks_one_of_several_files_is_told_with_its_place(
    rt: Runtime, client_for: ClientFor, alice: Actor, search: str
) -> None:
    client = client_for(alice)
    files = [
        upload(client, PEOPLE),
        upload(client, "Full name\n" + "Ana Lima\n" * 300 + '"never closed', "secret-name.csv"),
    ]
    run_id = started(press_start(client, files, search, FIELDS))
    work(rt, run_id)
    run = runs.get_run(rt, alice, run_id)
    assert run["state"] == "failed"
    assert run["message"].startswith("File 2 of 2: A quotation mark opened in row 302 is not closed.")
    assert profiles(rt) == []


def test_no_sheet_and_too_many_files_are_told(client_for: ClientFor, alice: Actor, search: str) -> None:
    client = client_for(alice)
    file = upload(client, SHEETS(), "people.xlsx")
    seen = look(client, [file], [(0, "sheets", [])], changed=(0, "sheets"))
    assert props(seen, ids.IMPORT_PROBLEM) == {"children": "Choose at least one sheet."}
    assert props(seen, ids.IMPORT_FILES) is None
    assert "from 1 to 50" in props(look(client, [file] * 51), ids.IMPORT_PROBLEM)["children"]


# -- how a file is read -------------------------------------------------------------------------------


def test_what_was_found_out_can_be_corrected(rt: Runtime, client_for: ClientFor, alice: Actor, search: str) -> None:
    client = client_for(alice)
    file = upload(client, "Jobs 2026|all\nWho|Where\nЮлий Дим|Acme\n".encode("cp1251"))
    found = shown(look(client, [file]), ids.IMPORT_FILES)
    assert '"value": "cp1252"' in found
    options: list[Option] = [(0, "delimiter", "|"), (0, "encoding", "cp1251"), (0, "header_row", 2)]

    seen = look(client, [file], options, changed=(0, "encoding"))
    assert props(seen, ids.IMPORT_FILES) is None, "the controls are left as the person set them"
    assert "Юлий Дим" in shown(seen, ids.IMPORT_PREVIEW)
    assert "Jobs 2026" not in shown(seen, ids.IMPORT_PREVIEW)

    work(rt, started(press_start(client, [file], search, ["full_name", "company"], options)))
    assert [(row["full_name"], row["company"]) for row in profiles(rt)] == [("Юлий Дим", "Acme")]


def test_a_file_without_a_header_is_read_from_its_first_row(
    rt: Runtime, client_for: ClientFor, alice: Actor, search: str
) -> None:
    client = client_for(alice)
    file = upload(client, "Ana Lima,Acme\nBen Okoro,Globex\n")
    options: list[Option] = [(0, "delimiter", ","), (0, "encoding", "utf-8-sig"), (0, "header_row", 0)]
    assert '"data-column": "column 2"' in shown(
        look(client, [file], options, changed=(0, "header_row")), ids.IMPORT_MAPPING
    )
    work(rt, started(press_start(client, [file], search, ["full_name", "company"], options)))
    assert [row["full_name"] for row in profiles(rt)] == ["Ana Lima", "Ben Okoro"]


@pytest.mark.parametrize(
    ("options", "told"),
    [
        ([(0, "header_row", 40)], "Row 40 does not name columns. Choose another one."),
        ([(0, "delimiter", "ab")], "The delimiter must be one character, such as a comma or a semicolon."),
        ([(0, "encoding", "rot13")], "This encoding is not known."),
        ([(0, "encoding", "utf-16-le")], "No"),
    ],
)
def test_a_wrong_correction_is_told_and_can_be_corrected(
    client_for: ClientFor, alice: Actor, options: list[Option], told: str
) -> None:
    client = client_for(alice)
    seen = look(client, [upload(client, PEOPLE)], options, changed=(0, options[0][1]))
    assert told in shown(seen, ids.IMPORT_PROBLEM) or told == "No"
    assert props(seen, ids.IMPORT_FILES) is None


# -- what the columns are -----------------------------------------------------------------------------


def test_each_guess_says_why(client_for: ClientFor, alice: Actor) -> None:
    client = client_for(alice)
    content = "Full name,Job titles,Contact,Colour\nAna Lima,Engineer,ana@example.com,green\n"
    seen = shown(look(client, [upload(client, content)]), ids.IMPORT_MAPPING)
    for words in ("Known header", "Like “Job title”", "By its values, 100 %", "Not known", "ana@example.com", "green"):
        assert words in seen


def test_a_mapping_is_remembered_for_the_team(
    rt: Runtime, client_for: ClientFor, alice: Actor, bob: Actor, search: str
) -> None:
    content = "Kandidat,Farbe\nAna Lima,green\n"
    client = client_for(alice)
    press_start(client, [upload(client, content)], search, ["full_name", "industry"])

    theirs = client_for(bob)
    answer = look(theirs, [upload(theirs, "Farbe,Kandidat\nred,Ben Okoro\n")])
    seen = shown(answer, ids.IMPORT_MAPPING)
    assert "Filled in as Alice Owner did" in seen
    assert seen.count("As last time") == 2
    chosen = [choice["props"]["value"] for choice in selects(props(answer, ids.IMPORT_MAPPING))]
    assert chosen == ["industry", "full_name"]
    # The headers may be somebody's data, so they are not kept.
    assert "Kandidat" not in str(table(rt, "SELECT * FROM import_mappings"))


# -- trying it out ------------------------------------------------------------------------------------


def trial(client: Browser, run: Any, uploaded: Any = None, fields: list[str | None] | None = None) -> TestResponse:
    """What the page shows of a trial, with these files and fields in it. run: as the page keeps it."""
    chosen = [(ids.import_map(place), "value", field) for place, field in enumerate(fields or [])]
    inputs: list[Any] = [(ids.IMPORT_DRY_RUN_CLOCK, "n_intervals", 1), (ids.IMPORT_DRY_RUN_RUN, "data", run)]
    return call(client, TRIAL, [*inputs, (ids.IMPORT_UPLOAD, "data", uploaded), [], chosen])


def trial_run(answer: TestResponse) -> int:
    return int(props(answer, ids.IMPORT_DRY_RUN_RUN)["data"]["run"])


def tried(rt: Runtime, client: Browser, content: str, search: str, fields: list[str | None]) -> int:
    run_id = trial_run(try_out(client, [upload(client, content)], search, fields))
    work(rt, run_id)
    return run_id


FIELDS: list[str | None] = ["full_name", "title", "company", None, "linkedin_url", "email", "skills", None]


def test_an_import_can_be_tried_out_first(rt: Runtime, client_for: ClientFor, alice: Actor, search: str) -> None:
    client = client_for(alice)
    other = str(searches.create_search(rt, alice, "Other").id)
    for into in (search, other):
        work(rt, started(press_start(client, [upload(client, PEOPLE)], into, FIELDS)))
    content = (
        PEOPLE.replace("Data Engineer", "Staff Engineer")
        + "Cleo Park,CTO,Acme,Bern,https://linkedin.com/in/cleo,,,\n"
        + "Cleo Park,,,,linkedin.com/in/cleo,cleo@example.com,,\n"
        + ",Nobody,,,,,,\n,,,,,cleo@example.com,,\n"
    )
    before = table(rt, "SELECT id, data_version, profile_count FROM searches ORDER BY id"), profiles(rt)
    file = upload(client, content)
    answer = try_out(client, [file], search, FIELDS)
    work(rt, run_id := trial_run(answer))

    assert runs.get_run(rt, alice, run_id)["counts"] == {
        "added": 1, "changed": 1, "unchanged": 1, "repeated": 2, "rejected": 1, "suppressed": 0, "already_known": 2,
    }  # fmt: skip
    assert (table(rt, "SELECT id, data_version, profile_count FROM searches ORDER BY id"), profiles(rt)) == before
    assert table(rt, "SELECT * FROM dry_run_keys") == []
    done = trial(client, props(answer, ids.IMPORT_DRY_RUN_RUN)["data"], [file], FIELDS)
    assert "Nothing was changed." in shown(done, ids.IMPORT_DRY_RUN_REPORT)
    assert props(done, ids.IMPORT_DRY_RUN_CLOCK) == {"disabled": True}


def test_what_was_tried_out_is_what_the_import_does(
    rt: Runtime, client_for: ClientFor, alice: Actor, search: str
) -> None:
    client = client_for(alice)
    many = "Name,Company,LinkedIn\n" + "".join(
        f"Person {n % 1700},Acme,linkedin.com/in/person-{n % 1700}\n" for n in range(2500)
    )
    file = upload(client, many)
    fields: list[str | None] = ["full_name", "company", "linkedin_url"]
    run_id = trial_run(try_out(client, [file], search, fields))
    work(rt, run_id)
    counts = runs.get_run(rt, alice, run_id)["counts"]
    assert (counts["added"], counts["repeated"]) == (1700, 800)
    # The file is still there, for the import itself.
    work(rt, started(press_start(client, [file], search, fields)))
    assert len(profiles(rt)) == 1700


def test_a_trial_of_a_damaged_file_says_so(rt: Runtime, client_for: ClientFor, alice: Actor, search: str) -> None:
    client = client_for(alice)
    run_id = tried(rt, client, "Name\n" + "Ana Lima\n" * 50 + '"never closed', search, ["full_name"])
    run = runs.get_run(rt, alice, run_id)
    assert (run["state"], run["message"]) == ("failed", "A quotation mark opened in row 52 is not closed.")


def test_a_trial_of_others_is_not_shown(rt: Runtime, client_for: ClientFor, alice: Actor, bob: Actor) -> None:
    private = str(searches.create_search(rt, alice, "Alice only", "private").id)
    client = client_for(alice)
    file = upload(client, "Name\nAna Lima\n")
    kept = props(try_out(client, [file], private, ["full_name"]), ids.IMPORT_DRY_RUN_RUN)["data"]
    assert trial(client_for(bob), kept, [file], ["full_name"]).status_code == 403


def test_a_trial_of_something_else_than_is_shown_goes_away(
    rt: Runtime, client_for: ClientFor, alice: Actor, search: str
) -> None:
    client = client_for(alice)
    file = upload(client, "Name,Company\nAna Lima,Acme\n")
    fields: list[str | None] = ["full_name", "company"]
    answer = try_out(client, [file], search, fields)
    work(rt, trial_run(answer))
    kept = props(answer, ids.IMPORT_DRY_RUN_RUN)["data"]
    assert "Nothing was changed." in shown(trial(client, kept, [file], fields), ids.IMPORT_DRY_RUN_REPORT)
    # Another mapping, other files; and as it was.
    for files, mapped in (([file], ["full_name", "title"]), ([file, file], fields), ([], [])):
        gone = trial(client, kept, files, list(mapped))
        assert props(gone, ids.IMPORT_DRY_RUN_REPORT) == {"children": None}
        assert props(gone, ids.IMPORT_DRY_RUN_CLOCK) == {"disabled": True}
    assert "Nothing was changed." in shown(trial(client, kept, [file], fields), ids.IMPORT_DRY_RUN_REPORT)


@pytest.mark.parametrize("kept", [None, 7, "x", {}, {"run": 1}, {"of": "x"}, []])
def test_a_trial_that_is_none_shows_nothing(client_for: ClientFor, alice: Actor, kept: Any) -> None:
    assert props(trial(client_for(alice), kept), ids.IMPORT_DRY_RUN_REPORT) == {"children": None}


def test_what_was_mapped_by_hand_outlives_another_way_to_read_the_file(
    client_for: ClientFor, alice: Actor, search: str
) -> None:
    client = client_for(alice)
    file = upload(client, "Prénom,Nom,Ville\nÉlodie,Lima,Porto\nAna,Lima,Faro\n".encode("cp1252"))
    first: list[Option] = [(0, "encoding", "utf-8"), (0, "delimiter", ","), (0, "header_row", 1)]
    seen = mapped(look(client, [file], [(0, "encoding", "cp1252"), *first[1:]], changed=(0, "encoding")))
    assert list(seen) == ["Prénom", "Nom", "Ville"]
    by_hand: list[str | None] = ["company", KEEP, "headline"]
    again = look(
        client, [file], [(0, "encoding", "cp1252"), (0, "delimiter", ","), (0, "header_row", 1)],
        changed=(0, "delimiter"), chosen=list(zip(seen, by_hand, strict=True)),
    )  # fmt: skip
    assert mapped(again) == dict(zip(seen, by_hand, strict=True))
    assert "As you set it" in shown(again, ids.IMPORT_MAPPING)
    # Without a header the columns have other names and stand where they stood.
    bare = look(
        client, [file], [(0, "encoding", "cp1252"), (0, "delimiter", ","), (0, "header_row", 0)],
        changed=(0, "header_row"), chosen=list(zip(seen, by_hand, strict=True)),
    )  # fmt: skip
    assert list(mapped(bare).values()) == by_hand
    # What cannot be read that way takes nothing away.
    wrong = look(client, [file], [(0, "header_row", 900)], changed=(0, "header_row"), chosen=[("Nom", "company")])
    assert ids.IMPORT_MAPPING not in (wrong.get_json() or {}).get("response", {})


# -- a trial counts as the import does ----------------------------------------------------------------

HISTORY = (
    "fullName,profileUrl,phone,linkedinPreviousJobTitle,previousCompanyName,linkedinSchoolName\n"
    "Ana Lima,linkedin.com/in/ana,,{job},Initech,{school}\n"
)


@pytest.mark.parametrize(("job", "school", "counts"), [
    ("Trainee", "Porto University", {"unchanged": 1, "changed": 0}),
    ("Engineer", "Porto University", {"unchanged": 0, "changed": 1}),
    ("Trainee", "Lisbon University", {"unchanged": 0, "changed": 1}),
])  # fmt: skip
def test_a_trial_knows_of_new_jobs_and_schools(
    rt: Runtime, client_for: ClientFor, alice: Actor, search: str, job: str, school: str, counts: dict[str, int]
) -> None:
    client = client_for(alice)
    fields: list[str | None] = ["full_name", "linkedin_url", "phone", None, None, None]
    first = upload(client, HISTORY.format(job="Trainee", school="Porto University"))
    work(rt, started(press_start(client, [first], search, fields)))
    file = upload(client, HISTORY.format(job=job, school=school))
    run_id = trial_run(try_out(client, [file], search, fields))
    work(rt, run_id)
    tried_out = runs.get_run(rt, alice, run_id)["counts"]
    work(rt, import_id := started(press_start(client, [file], search, fields)))
    done = runs.get_run(rt, alice, import_id)["counts"]
    assert {name: tried_out[name] for name in counts} == counts
    assert {name: done[name] for name in counts} == counts


@pytest.mark.parametrize("size", [1, 2, 1000])
@pytest.mark.parametrize(("rows", "added", "rejected"), [
    # A number and names that agree; a number alone; two public addresses.
    (["Ana Lima,+351 912 345 678,", "Ana Maria Lima,+351 912 345 678,"], 1, 0),
    (["Ana Maria Lima,+351 912 345 678,", "Ana Lima,+351 912 345 678,linkedin.com/in/ana"], 1, 0),
    (["Ana Maria Lima,+351 912 345 678,", "Ana Lima Costa,+351 912 345 678,"], 2, 0),
    (["Ana Lima,+351 912 345 678,", "Ben Okoro,+351 912 345 678,"], 2, 0),
    (["Ana Lima,+351 912 345 678,linkedin.com/in/a", "Ana Lima,+351 912 345 678,linkedin.com/in/b"], 2, 0),
    # A row without a name is about someone whom an earlier row brought in, or about nobody.
    (["Ana Lima,,linkedin.com/in/ana", ",,linkedin.com/in/ana"], 1, 0),
    ([",,linkedin.com/in/ben", "Ana Lima,,linkedin.com/in/ana", ",,linkedin.com/in/ben"], 1, 2),
])  # fmt: skip
def test_a_trial_meets_people_as_the_import_does(
    rt: Runtime, client_for: ClientFor, alice: Actor, search: str, monkeypatch: pytest.MonkeyPatch,
    rows: list[str], added: int, rejected: int, size: int,
) -> None:  # fmt: skip
    """However the rows fall into batches."""
    monkeypatch.setattr(import_batch, "MOST_ROWS", size)
    client = client_for(alice)
    file = upload(client, "Name,Phone,LinkedIn\n" + "\n".join(rows) + "\n")
    fields: list[str | None] = ["full_name", "phone", "linkedin_url"]
    run_id = trial_run(try_out(client, [file], search, fields))
    work(rt, run_id)
    tried_out = runs.get_run(rt, alice, run_id)["counts"]
    work(rt, import_id := started(press_start(client, [file], search, fields)))
    done = runs.get_run(rt, alice, import_id)["counts"]
    assert (tried_out["added"], tried_out["rejected"]) == (added, rejected)
    assert tried_out["repeated"] == len(rows) - added - rejected
    assert (len(profiles(rt)), done["rejected"]) == (added, rejected)
    assert sum(done[name] for name in ("added", "changed", "unchanged", "rejected")) == len(rows)


def test_an_archived_search_says_what_to_do_first(
    rt: Runtime, client_for: ClientFor, alice: Actor, search: str
) -> None:
    client = client_for(alice)
    file = upload(client, PEOPLE)
    archive(rt, alice, UUID(search))
    page = shown(show(client, f"/search/{search}/import"), ids.PAGE)
    assert "This search is archived" in page
    assert "Restore it first" in page
    assert f'"/search/{search}"' in page
    for press in (press_start, try_out):
        answer = press(client, [file], search, FIELDS)
        assert answer.status_code == 403
        told = answer.get_json()["response"][ids.IMPORT_PROBLEM]["children"]
        assert told == searches.ARCHIVED
    assert table(rt, "SELECT * FROM runs WHERE kind IN ('import', 'dry_run')") == []


def test_a_header_of_which_no_name_is_known_is_asked_about(client_for: ClientFor, alice: Actor) -> None:
    """It may be the first person."""
    client = client_for(alice)
    uploaded = upload(client, "Ann Lee,Engineer,Porto\nBen Okoro,Analyst,Bern\n")
    assert text.IMPORT_HEADER_UNKNOWN in shown(look(client, [uploaded]), ids.IMPORT_MAPPING)
    corrected = look(client, [uploaded], [(0, "header_row", 0)], changed=(0, "header_row"))
    assert text.IMPORT_HEADER_UNKNOWN not in shown(corrected, ids.IMPORT_MAPPING)
    assert "Ann Lee" in shown(corrected, ids.IMPORT_PREVIEW)
    for content in ("Name,x\nAna,1\n", json.dumps([{"x": 1}])):
        assert text.IMPORT_HEADER_UNKNOWN not in shown(look(client, [upload(client, content)]), ids.IMPORT_MAPPING)


def test_the_page_shows_what_the_import_takes(rt: Runtime, client_for: ClientFor, alice: Actor, search: str) -> None:
    """Of lists and objects, too."""
    client = client_for(alice)
    person = {
        "name": "Ana Lima", "email": {"work": "ana@example.com"}, "location": {"city": "Paris", "country": "FR"},
        "company": {"id": 5, "name": "Acme"}, "title": ["CTO", "Founder"],
    }  # fmt: skip
    uploaded = upload(client, json.dumps([person]))
    seen = look(client, [uploaded])
    work(rt, started(press_start(client, [uploaded], search, list(mapped(seen).values()))))
    (kept,) = table(rt, "SELECT full_name, email, location, company, title FROM profiles")
    assert kept == {
        "full_name": "Ana Lima", "email": "ana@example.com", "location": "Paris, FR", "company": "Acme",
        "title": "CTO, Founder",
    }  # fmt: skip
    assert all(f'"{value}"' in shown(seen, ids.IMPORT_PREVIEW) for value in kept.values())


def test_fields_that_nobody_could_map_are_named_when_it_is_done(
    rt: Runtime, client_for: ClientFor, alice: Actor, search: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(json_files, "LOOKED_AT", 10)
    client = client_for(alice)
    people = [{"name": f"Person {n}"} | ({"email": f"p{n}@example.com"} if n > 110 else {}) for n in range(120)]
    uploaded = upload(client, json.dumps(people))
    seen = look(client, [uploaded])
    assert list(mapped(seen)) == ["name"]
    run_id = started(press_start(client, [uploaded], search, list(mapped(seen).values())))
    work(rt, run_id)
    run = runs.get_run(rt, alice, run_id)
    assert (run["state"], run["counts"]["added"], "_late" in run["counts"]) == ("done", 120, False)
    assert "kept with the people but not mapped: email. " in run["message"]
    assert len(table(rt, "SELECT 1 FROM profile_raw WHERE raw ? 'email'")) == 9

"""What a person writes about someone by hand: it stays, shows who wrote it, and can be taken back."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import pytest

from layouts import drawer, ids, text
from services.access.identity import Actor
from services.decisions import undo
from services.errors import BadInput, Conflict, Forbidden, NotFound
from services.people import merges, person, profile_edits
from services.people.profile_edits import Edited
from services.privacy import erasures
from services.runtime import Runtime
from services.searches import searches
from tests.enrichment import row, rows, start, value, with_vendors, work
from tests.integration.test_import import start as start_import
from tests.stubs.salesql_server import SalesqlStub
from tests.two_people import two_people
from tests.web import Browser, call

SAVE = f"..{ids.PERSON_BODY}.children...{ids.PERSON_ANSWER}.data...{ids.PERSON_EDIT_PROBLEM}.children.."
HEADER = "Name,LinkedIn,Title,Company,E-mail,Phone"
ADA = "Ada Lovelace,https://www.linkedin.com/in/ada-l,Engineer,Analytical Ltd,ada@source.example,+44 20 7946 0000"
ClientFor = Callable[[Actor], Browser]


@dataclass
class Place:
    """Ada, whom a file brought into a search of Alice's."""

    rt: Runtime
    actor: Actor
    search: UUID
    candidate: int

    def load(self, *lines: str, header: str = HEADER, search: UUID | None = None) -> dict[str, Any]:
        content = "\n".join([header, *lines, ""])
        return work(self.rt, start_import(self.rt, self.actor, str(search or self.search), content))

    def save(self, by: Actor | None = None, shown: Any = None, **typed: Any) -> Edited:
        who = by or self.actor
        found = self.seen(who)
        before = {field: getattr(found, field) for field in typed} if shown is None else shown
        return profile_edits.save(self.rt, who, self.search, self.candidate, typed, before)

    def back(self, field: str, by: Actor | None = None) -> Edited:
        return profile_edits.back_to_source(self.rt, by or self.actor, self.search, self.candidate, field)

    def seen(self, by: Actor | None = None) -> person.Person:
        return person.person(self.rt, by or self.actor, self.search, self.candidate)

    def page(self) -> dict[str, Any]:
        return {"search_id": str(self.search), "version": None, "sort": []}


@pytest.fixture
def place(rt: Runtime, alice: Actor) -> Place:
    search = searches.create_search(rt, alice, "Engineers").id
    found = Place(rt, alice, search, 0)
    found.load(ADA)
    found.candidate = value(rt, "SELECT id FROM candidates WHERE search_id = %s", search)
    return found


# -- an edit -------------------------------------------------------------------------------------------


def test_an_edit_is_shown_with_who_wrote_it_and_what_the_source_says(place: Place, bob: Actor) -> None:
    made = place.save(title="Chief Engineer", location="London")
    assert made.fields == ("title", "location")
    found = place.seen()
    assert (found.title, found.location, found.company) == ("Chief Engineer", "London", "Analytical Ltd")
    title, location = found.edits
    assert (title.field, title.own, title.source_value, title.source) == ("title", True, "Engineer", "File")
    assert (location.source_value, location.source_at < location.at) == ("", True)
    assert {one.field: one.source for one in found.sources}["title"] == "manual"
    page = str(drawer.person_body(found))
    assert text.PERSON_EDITED_BY_YOU in page and "File says “Engineer”" in page and "File says nothing" in page
    assert text.SOURCE_MANUAL in page and text.PERSON_SOURCES_TITLE in page
    other = place.seen(bob).edits[0]
    assert (other.own, other.editor) == (False, "Alice Owner")
    assert "edited by Alice Owner" in str(drawer.person_body(place.seen(bob)))


def test_it_stands_in_every_search_in_the_history_and_in_the_log(place: Place, rt: Runtime, alice: Actor) -> None:
    other = searches.create_search(rt, alice, "Others").id
    place.load(ADA, search=other)
    before = value(rt, "SELECT data_version FROM searches WHERE id = %s", other)
    made = place.save(title="Chief Engineer", email="ada@home.example")
    assert value(rt, "SELECT data_version FROM searches WHERE id = %s", other) > before
    keys = rows(rt, "SELECT DISTINCT title_key FROM candidates")
    assert keys == [{"title_key": "chief engineer"}]
    assert (made.version_after, made.version_before) == (
        value(rt, "SELECT data_version FROM searches WHERE id = %s", place.search), made.version_after - 1)  # fmt: skip
    told = [(one.field, one.old, one.new, one.who) for one in place.seen().history]
    assert ("title", "Engineer", "Chief Engineer", "Alice Owner") in told
    logged = row(rt, "SELECT action, subject, detail FROM audit_log WHERE action = 'person.edit'")
    assert logged["detail"] == {"fields": ["title", "email"], "manual": True}
    assert "ada@home" not in str(logged)


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ({"email": "ada at home"}, "not an e-mail address"),
        ({"title": "x" * 301}, "at most 300"),
        ({"title": "Engineer"}, "Nothing is different"),
        ({"title": " Engineer "}, "Nothing is different"),
        ({}, "Nothing is different"),
        ({"full_name": "Another", "stage": "hired"}, "Nothing is different"),
    ],
)
def test_what_cannot_be_kept_is_said_and_nothing_is_written(
    place: Place, rt: Runtime, typed: dict[str, Any], said: str
) -> None:
    shown = {"title": "Engineer", "email": "ada@source.example"}
    with pytest.raises(BadInput, match=said):
        place.save(shown=shown, **typed)
    assert rows(rt, "SELECT * FROM profile_fields WHERE source = 'manual'") == []
    assert rows(rt, "SELECT * FROM change_batches") == [] and place.seen().full_name == "Ada Lovelace"


def test_what_somebody_else_changed_meanwhile_is_not_overwritten_unseen(place: Place, bob: Actor) -> None:
    shown = {"title": "Engineer", "company": "Analytical Ltd"}
    place.save(bob, title="Head of Engineering")
    with pytest.raises(Conflict, match="title changed meanwhile"):
        place.save(shown=shown, title="Chief Engineer", company="Analytical Ltd")
    # A field that they left alone does not stand in the way, nor does the same change made twice.
    place.save(shown=shown, title="Engineer", company="Babbage & Co")
    assert (place.seen().title, place.seen().company) == ("Head of Engineering", "Babbage & Co")
    with pytest.raises(BadInput):
        place.save(shown=shown, title="Head of Engineering", company="Analytical Ltd")


def test_a_value_may_be_taken_away_and_no_source_brings_it_back(place: Place) -> None:
    place.save(phone="")
    place.load(ADA.replace("0000", "0001"))
    found = place.seen()
    assert found.phone == "" and found.edits[0].source_value == "+44 20 7946 0001"
    assert "phone" in {one.field for one in found.sources}
    assert text.PERSON_EDIT_CLEARED in str(drawer.person_body(found))


# -- sources -------------------------------------------------------------------------------------------


def test_files_leave_it_and_what_they_say_is_kept_beside_it(place: Place, rt: Runtime) -> None:
    place.save(title="Chief Engineer", email="ada@home.example")
    run = place.load(ADA.replace("Engineer", "Director").replace("ada@source", "ada@new").replace("Analytical", "Big"))
    assert (run["state"], run["counts"]["changed"]) == ("done", 1)
    found = place.seen()
    assert (found.title, found.email, found.company) == ("Chief Engineer", "ada@home.example", "Big Ltd")
    assert [(one.field, one.source_value) for one in found.edits] == [
        ("title", "Director"), ("email", "ada@new.example")]  # fmt: skip
    # A file that says nothing of it changes nothing of what is kept.
    place.load(ADA.replace("Engineer", "").replace("Analytical Ltd", "Small Ltd"))
    assert place.seen().edits[0].source_value == "Director"
    made = place.back("title")
    assert (made.fields, place.seen().title) == (("title",), "Director")
    assert [one.field for one in place.seen().edits] == ["email"]
    assert {one.field: one.source for one in place.seen().sources}["title"] == "File"
    place.load(ADA)
    assert place.seen().title == "Engineer"


def test_whoever_was_known_by_the_old_e_mail_still_is(place: Place, rt: Runtime) -> None:
    with rt.db.connection() as conn:
        conn.execute("DELETE FROM profile_urls")
    place.save(email="ada@home.example", phone="+44 20 7946 1111")
    place.load("Ada Lovelace,,,,ada@source.example,", "Ada Lovelace,,,,,+44 20 7946 0000")
    assert value(rt, "SELECT count(*) FROM profiles") == 1
    # Somebody else with the same e-mail is somebody else.
    place.load("Charles Babbage,,,,ada@source.example,")
    assert value(rt, "SELECT count(*) FROM profiles") == 2


def test_vendors_leave_it_too(place: Place, rt: Runtime, alice: Actor) -> None:
    place.save(email="ada@home.example", phone="")
    with SalesqlStub() as stub:
        rt.settings = with_vendors(rt.settings, stub)
        run = work(rt, start(rt, alice, str(place.search), "email", "phone", again=True))
    assert run["counts"]["found"] == 1
    found = place.seen()
    assert (found.email, found.phone) == ("ada@home.example", "")
    # The file's e-mail is not a vendor's to replace, beside the hand-written one as before it.
    email = found.edits[0]
    assert (email.field, email.source_value, email.source) == ("email", "ada@source.example", "File")
    assert any(one.value == "ada-l@work.example" for one in found.contacts)


def test_an_erased_person_s_address_is_not_written_back_in(
    place: Place, rt: Runtime, alice: Actor, admin: Actor
) -> None:
    place.save(email="ada@home.example")
    place.load("Charles Babbage,https://www.linkedin.com/in/charles-b,,,,")
    other = value(
        rt, "SELECT c.id FROM candidates c JOIN profiles p ON p.id = c.profile_id WHERE full_name LIKE 'Ch%%'"
    )
    erasures.erase_candidate(rt, admin, place.search, place.candidate, erasures.CONFIRMATION)
    for email in ("Ada@Home.example", "ada@source.example"):
        with pytest.raises(BadInput, match="erased on request"):
            profile_edits.save(rt, alice, place.search, other, {"email": email}, {"email": ""})
    # Nor does a file bring whom it knows by what was written over by hand.
    run = place.load("Ada Lovelace,,,,ada@source.example,")
    assert run["counts"]["suppressed"] == 1 and value(rt, "SELECT count(*) FROM profiles") == 1


# -- taking back ---------------------------------------------------------------------------------------


def test_undo_gives_back_what_was_there_by_whoever_it_was(place: Place, rt: Runtime, alice: Actor, bob: Actor) -> None:
    first = place.save(title="Chief Engineer", company="Babbage & Co")
    second = place.save(bob, title="Head of Engineering")
    done = undo.undo(rt, bob, second.batch_id).done
    assert done is not None and done.changed == 1
    found = place.seen()
    assert found.title == "Chief Engineer" and found.edits[0].own and found.edits[0].source_value == "Engineer"
    outcome = undo.undo(rt, alice, first.batch_id).done
    assert outcome is not None and (outcome.changed, outcome.skipped_changed) == (1, 0)
    found = place.seen()
    assert (found.title, found.company, found.edits) == ("Engineer", "Analytical Ltd", ())
    assert rows(rt, "SELECT * FROM profile_fields") == []


def test_undo_gives_back_what_the_source_says_by_now(place: Place, rt: Runtime, alice: Actor) -> None:
    made = place.save(title="Chief Engineer")
    place.load(ADA.replace("Engineer", "Director"))
    undo.undo(rt, alice, made.batch_id)
    found = place.seen()
    assert (found.title, found.edits) == ("Director", ())
    # Also when it had been given back before.
    place.save(title="Chief Engineer")
    place.back("title")
    again = place.save(title="Head of Engineering")
    undo.undo(rt, alice, again.batch_id)
    assert (place.seen().title, place.seen().edits) == ("Director", ())


def test_undo_of_what_the_source_came_to_say_itself_writes_nothing_by_hand(
    place: Place, rt: Runtime, alice: Actor
) -> None:
    made = place.save(title="Director")
    place.load(ADA.replace("Engineer", "Director"))
    place.back("title")
    undo.undo(rt, alice, made.batch_id)
    assert (place.seen().title, place.seen().edits) == ("Director", ())


def test_undo_of_giving_back_brings_back_what_was_written_by_hand(place: Place, rt: Runtime, bob: Actor) -> None:
    place.save(title="Chief Engineer")
    given = place.back("title", bob)
    place.load(ADA.replace("Engineer", "Director"))
    outcome = undo.undo(rt, bob, given.batch_id).done
    assert outcome is not None and outcome.skipped_changed == 1 and place.seen().title == "Director"
    place.save(title="Chief Engineer")
    undo.undo(rt, bob, place.back("title", bob).batch_id)
    (edit,) = place.seen().edits
    assert (place.seen().title, edit.own, edit.source_value) == ("Chief Engineer", True, "Director")


def test_undo_knows_what_was_written_in_another_search(place: Place, rt: Runtime, alice: Actor, bob: Actor) -> None:
    other = searches.create_search(rt, alice, "Others").id
    place.load(ADA, search=other)
    there = value(rt, "SELECT id FROM candidates WHERE search_id = %s", other)
    place.save(title="Chief Engineer")
    made = profile_edits.save(rt, bob, other, there, {"title": "Head"}, {"title": "Chief Engineer"})
    undo.undo(rt, bob, made.batch_id)
    (edit,) = place.seen().edits
    assert (place.seen().title, edit.own, edit.source_value) == ("Chief Engineer", True, "Engineer")


def test_undo_leaves_what_was_changed_since(place: Place, rt: Runtime, alice: Actor, bob: Actor) -> None:
    first = place.save(title="Chief Engineer", company="Babbage & Co")
    place.save(bob, title="Head of Engineering")
    outcome = undo.undo(rt, alice, first.batch_id).done
    assert outcome is not None and (outcome.changed, outcome.skipped_changed) == (1, 1)
    assert (place.seen().title, place.seen().company) == ("Head of Engineering", "Analytical Ltd")


def test_going_back_to_the_source_can_be_undone(place: Place, rt: Runtime, alice: Actor, bob: Actor) -> None:
    place.save(title="Chief Engineer")
    made = place.back("title", bob)
    assert place.seen().title == "Engineer"
    undo.undo(rt, bob, made.batch_id)
    found = place.seen()
    assert found.title == "Chief Engineer" and found.edits[0].own and found.edits[0].source_value == "Engineer"
    with pytest.raises(BadInput, match="source's value already"):
        place.back("company")
    with pytest.raises(BadInput, match="no such field"):
        place.back("full_name")


def test_a_merge_takes_it_along_with_whoever_wrote_it(rt: Runtime, alice: Actor, bob: Actor) -> None:
    two = two_people(rt, alice)
    profile_edits.save(rt, bob, two.right, two.right_b, {"title": "By hand"}, {"title": "Senior Engineer"})
    merged = merges.merge(rt, alice, two.pair, {"title": "b"})
    (edit,) = person.person(rt, alice, two.left, two.left_a).edits
    assert (edit.editor, edit.source_value, edit.source) == ("Bob Teammate", "Senior Engineer", "csv")
    profile_edits.back_to_source(rt, alice, two.left, two.left_a, "title")
    assert person.person(rt, alice, two.left, two.left_a).title == "Senior Engineer"
    merges.undo(rt, alice, merged.id)
    (edit,) = person.person(rt, alice, two.right, two.right_b).edits
    assert person.person(rt, alice, two.right, two.right_b).title == "By hand" and edit.editor == "Bob Teammate"


# -- rights --------------------------------------------------------------------------------------------


def test_only_who_may_change_the_search_edits_and_nobody_who_is_gone(
    place: Place, rt: Runtime, bob: Actor, charlie: Actor
) -> None:
    with pytest.raises(Forbidden):
        place.save(charlie, title="Mine")
    assert text.PERSON_EDIT_HINT not in str(drawer.person_body(place.seen(charlie)))
    with rt.db.connection() as conn:
        conn.execute("UPDATE searches SET visibility = 'private' WHERE id = %s", [place.search])
    for call_it in (lambda: place.save(bob, shown={}, title="Mine"), lambda: place.back("title", bob)):
        with pytest.raises(Forbidden):
            call_it()
    with pytest.raises(NotFound):
        profile_edits.save(rt, place.actor, place.search, 10**9, {"title": "x"}, {})
    assert rows(rt, "SELECT * FROM change_batches") == []


# -- the drawer ----------------------------------------------------------------------------------------


def save_by(client: Browser, place: Place, typed: dict[str, Any], shown: dict[str, Any]) -> Any:
    state: Any = [
        [(ids.person_edit(field), "value", given) for field, given in typed.items()],
        [(ids.person_edit(field), "id", ids.person_edit(field)) for field in typed],
        (ids.PERSON_EDIT_SHOWN, "data", shown), (ids.PERSON_ANSWER, "data", {"person": str(place.candidate)}),
        (ids.GRID_VIEW, "data", place.page()),
    ]  # fmt: skip
    return call(client, SAVE, [(ids.PERSON_EDIT_SAVE, "n_clicks", 1)], state)


def test_the_form_saves_patches_the_row_and_offers_undo(place: Place, client_for: ClientFor, alice: Actor) -> None:
    client = client_for(alice)
    shown = {"title": "Engineer", "company": "Analytical Ltd"}
    answer = save_by(client, place, {"title": "Chief Engineer", "company": "Analytical Ltd"}, shown)
    body = answer.get_json()["response"]
    assert body[ids.PERSON_ANSWER]["data"]["row"]["title"] == "Chief Engineer"
    assert text.PERSON_EDITED_BY_YOU in str(body[ids.PERSON_BODY]["children"])
    assert text.PERSON_EDIT_SAVED.format(fields="title") in answer.get_data(as_text=True)
    again = save_by(client, place, {"email": "nonsense"}, {"email": "ada@source.example"}).get_json()["response"]
    assert "not an e-mail address" in again[ids.PERSON_EDIT_PROBLEM]["children"] and ids.PERSON_BODY not in again
    pressed: Any = [(ids.person_edit_back("title"), "n_clicks", 1)]
    state: Any = [(ids.PERSON_ANSWER, "data", {"person": str(place.candidate)}), (ids.GRID_VIEW, "data", place.page())]
    # Another callback has the same outputs: this one is known by its button.
    known = client.application.config["SOURCINGX_REGISTRY"].app.callback_map
    back = next(name for name, spec in known.items() if "person-edit-back" in str(spec["inputs"]))
    gone = call(client, back, [pressed], state, triggered='{"field":"title","type":"person-edit-back"}.n_clicks')
    assert gone.get_json()["response"][ids.PERSON_ANSWER]["data"]["row"]["title"] == "Engineer"


def test_viewers_and_strangers_are_refused(place: Place, client_for: ClientFor, charlie: Actor) -> None:
    answer = save_by(client_for(charlie), place, {"title": "Mine"}, {"title": "Engineer"})
    assert answer.status_code == 403 and place.seen().title == "Engineer"

"""A search shared with named people: who may look, who may change, who hands it over; and what is cached of it."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from layouts import ids
from services.access import accounts, identity, sharing
from services.access.identity import Actor
from services.archive import archives
from services.decisions import change_rows
from services.errors import Archived, BadInput, Forbidden
from services.exports import exports
from services.filtering import ledger
from services.grid import facets, grid_view, result_sets, saved_views
from services.imports import imports
from services.people import person
from services.runs import runs
from services.runtime import Runtime
from services.screening import rubrics
from services.searches import searches
from tests.archives import archive, full_search
from tests.integration.test_access import FOREIGN, NOTE_OUTPUTS
from tests.people import Person, add_people
from tests.web import Browser, call

ClientFor = Callable[[Actor], Browser]
FORM = "..search-form.is_open...search-saved.data...url.href...search-problem.children.."
ADD = "..search-members-list.children...search-members.value...search-problem.children.."
# Callbacks of FOREIGN that only look.
LOOKS = {
    "page.children", "candidate-grid.getRowsResponse", "count-answer.data", "version-answer.data",
    "..ledger.children...ledger-by-rule.children..",
}  # fmt: skip


class Place:
    """Alice's search of three people, shared with Bob (may look) and Ben (can edit)."""

    def __init__(self, rt: Runtime, alice: Actor) -> None:
        self.rt, self.alice = rt, alice
        self.ben = identity.create_user(rt, "ben@example.com", "Ben Editor", "recruiter")
        self.id = searches.create_search(rt, alice, "Shared", "private").id
        with rt.db.connection() as conn:
            self.people = add_people(conn, self.id, [Person(full_name=f"P {n}", source="s") for n in range(3)])
            conn.execute(
                "INSERT INTO profile_raw (profile_id, source, raw)"
                " SELECT profile_id, 's', '{\"a\": 1}' FROM candidates WHERE search_id = %s",
                (self.id,),
            )
            conn.execute(
                "INSERT INTO rubrics (search_id, version, job_description, created_by) VALUES (%s, 1, 'A nurse', %s)",
                (self.id, alice.user_id),
            )
        saved_views.save(rt, alice, self.id, "Nurses", self.view.state(), shared=True)
        self.share({"bob@example.com": "view", "ben@example.com": "edit"})

    def share(self, members: dict[str, str]) -> None:
        searches.set_visibility(self.rt, self.alice, self.id, "named", members)

    @property
    def view(self) -> grid_view.View:
        return grid_view.View.of(self.id)


@pytest.fixture
def place(rt: Runtime, alice: Actor, bob: Actor) -> Place:
    return Place(rt, alice)


READS: dict[str, Callable[[Place, Actor], Any]] = {
    "search": lambda p, actor: searches.get_search(p.rt, actor, p.id),
    "members": lambda p, actor: sharing.members(p.rt, actor, p.id),
    "rows": lambda p, actor: result_sets.fetch_page(p.rt, actor, p.view, 2, 0, 100),
    "count": lambda p, actor: result_sets.count(p.rt, actor, p.view, 2),
    "facet": lambda p, actor: facets.facet(p.rt, actor, p.view, 2, "source_in"),
    "person": lambda p, actor: person.person(p.rt, actor, p.id, p.people[0]),
    "raw": lambda p, actor: person.raw(p.rt, actor, p.id, p.people[0]),
    "ledger": lambda p, actor: (ledger.by_rule(p.rt, actor, p.id),),
    "funnel": lambda p, actor: ledger.funnel(p.rt, actor, p.id),
    "criteria": lambda p, actor: rubrics.newest(p.rt, actor, p.id),
    "views": lambda p, actor: saved_views.list_views(p.rt, actor, p.id),
}


def changes(place: Place, actor: Actor) -> dict[str, Callable[[], Any]]:
    rt, one = place.rt, str(place.id)

    def stage() -> Any:
        with rt.db.connection() as conn:
            return change_rows.check_editable(conn, actor, place.id)

    def load() -> Any:
        with rt.db.connection() as conn:
            return imports.check_editable(conn, actor, one)

    return {
        "rename": lambda: searches.rename_search(rt, actor, one, "Mine"),
        "change rows": stage,
        "import": load,
        "export": lambda: exports.check_allowed(rt, actor, place.view),
    }


def refused(read: Callable[[Place, Actor], Any], place: Place, actor: Actor) -> bool:
    """Whether someone gets nothing: a refusal that tells nothing, or nothing at all."""
    try:
        return not read(place, actor)
    except Forbidden as error:
        return error.message == searches.NOT_YOURS


def test_named_people_look_and_only_editors_change(place: Place, bob: Actor, charlie: Actor) -> None:
    for actor in (bob, place.ben):
        assert [name for name, read in READS.items() if not read(place, actor)] == [], actor
    assert [searches.get_search(place.rt, a, place.id).editable for a in (place.alice, place.ben, bob)] == [
        True, True, False]  # fmt: skip
    for name, change in changes(place, bob).items():
        with pytest.raises(Forbidden) as caught:
            change()
        assert "look" in caught.value.message or "export" in caught.value.message, name
    for change in changes(place, place.ben).values():
        change()
    assert [name for name, read in READS.items() if not refused(read, place, charlie)] == []


def test_no_callback_changes_anything_for_who_may_look(client_for: ClientFor, place: Place, bob: Actor) -> None:
    """Every call that names a search, but for notes and views of one's own. Ben's calls show that they would."""
    client = client_for(bob)
    before = state_of(place)
    tried = [(output, make) for output, make in FOREIGN if not theirs(output, make(str(place.id)))]
    answers = [(output, call(client, output, **make(str(place.id))).status_code) for output, make in tried]
    assert {status for output, status in answers if output in LOOKS} == {200}
    assert {status for _, status in answers} == {200, 403}
    assert state_of(place) == before
    client = client_for(place.ben)
    for output, make in tried:
        call(client, output, **make(str(place.id)))
    assert state_of(place) != before


def theirs(output: str, given: dict[str, Any]) -> bool:
    """Notes, in the drawer and in the triage; a copy, which is one's own; vectors, which change no search."""
    return output == NOTE_OUTPUTS or given["inputs"][0][0] in (
        ids.TRIAGE_NOTE_REQUEST, ids.SEARCH_COPY_DO, ids.MATCH_MAKE)  # fmt: skip


def state_of(place: Place) -> list[Any]:
    tables = ("searches", "candidates", "runs", "change_batches", "rubrics", "exports", "audit_log")
    with place.rt.db.connection() as conn:
        return [
            conn.execute(f"SELECT to_jsonb(t) - 'last_used_at' AS row FROM {t} t ORDER BY 1").fetchall() for t in tables
        ]


@pytest.mark.parametrize("visibility", ["named", "private"])
def test_who_is_removed_is_out_at_once_however_warm_the_cache(
    place: Place, client_for: ClientFor, bob: Actor, visibility: str
) -> None:
    """Bob's own reading has filled every cache: it serves him no more, and the others all the same."""
    client = client_for(bob)
    for read in READS.values():
        read(place, bob)
    page = (ids.URL, "pathname", f"/search/{place.id}")
    assert call(client, "page.children", [page], [(ids.URL, "search", "")]).status_code == 200
    searches.set_visibility(place.rt, place.alice, place.id, visibility, {"ben@example.com": "edit"})
    assert [name for name, read in READS.items() if not refused(read, place, bob)] == []
    assert [name for name, read in READS.items() if not read(place, place.alice)] in ([], ["members"])
    assert call(client, "page.children", [page], [(ids.URL, "search", "")]).status_code == 403
    assert searches.list_searches(place.rt, bob) == []


def test_who_may_only_look_from_now_on_changes_nothing_more(place: Place) -> None:
    place.share({"ben@example.com": "view"})
    for change in changes(place, place.ben).values():
        with pytest.raises(Forbidden):
            change()
    for read in READS.values():
        read(place, place.ben)


def test_a_warm_cache_of_one_persons_search_serves_nobody_elses(
    place: Place, bob: Actor, charlie: Actor, admin: Actor
) -> None:
    """The keys of what is kept hold the search; who asks is checked before anything is read from there."""
    searches.set_visibility(place.rt, place.alice, place.id, "private")
    for read in READS.values():
        read(place, place.alice)
    other = searches.create_search(place.rt, bob, "Bob's own", "private")
    empty = grid_view.View.of(other.id)
    assert result_sets.count(place.rt, bob, empty, 1).row_count == 0
    assert facets.facet(place.rt, bob, empty, 1, "source_in").values == []
    for stranger in (bob, place.ben, charlie):
        assert [name for name, read in READS.items() if not refused(read, place, stranger)] == [], stranger
    for read in READS.values():
        read(place, admin)


def test_runs_and_files_of_a_search_go_with_it(place: Place, bob: Actor) -> None:
    with place.rt.db.connection() as conn:
        row = conn.execute(
            "INSERT INTO runs (kind, search_id, user_id, state) VALUES ('export', %s, %s, 'done') RETURNING id",
            (place.id, place.ben.user_id),
        ).fetchone()
    assert row is not None
    assert runs.get_run(place.rt, bob, row["id"]) and runs.get_run(place.rt, place.ben, row["id"])
    searches.set_visibility(place.rt, place.alice, place.id, "private")
    for actor in (bob, place.ben):
        with pytest.raises(Forbidden):
            runs.get_run(place.rt, actor, row["id"])
        assert runs.list_runs(place.rt, actor) == []
    assert exports.list_exports(place.rt, place.alice, place.id) == []


def test_an_archived_search_is_known_to_the_same_people(rt: Runtime, alice: Actor, bob: Actor, charlie: Actor) -> None:
    search_id = full_search(rt, alice, 5, visibility="private")
    searches.set_visibility(rt, alice, search_id, "named", {"bob@example.com": "view"})
    archive(rt, alice, search_id)
    assert archives.preview(rt, bob, search_id).rows
    with pytest.raises(Archived):
        searches.get_search(rt, bob, search_id)
    for refused in (
        lambda: archives.preview(rt, charlie, search_id),
        lambda: archives.start_restore(rt, bob, search_id),
    ):
        with pytest.raises(Forbidden):
            refused()


# ---- handing over


def test_an_owner_hands_a_search_over_and_goes_on_with_it(place: Place, bob: Actor) -> None:
    rt = place.rt
    with pytest.raises(Forbidden, match="owner or an admin"):
        searches.transfer_search(rt, place.ben, place.id, place.ben.user_id)
    searches.transfer_search(rt, place.alice, place.id, place.ben.user_id)
    mine = searches.get_search(rt, place.alice, place.id)
    assert (mine.owner, mine.owned, mine.editable) == ("Ben Editor", False, True)
    assert searches.get_search(rt, place.ben, place.id).owned
    named = {member.email: member.role for member in sharing.members(rt, place.ben, place.id)}
    assert named == {"alice@example.com": "edit", "bob@example.com": "view"}
    # The new owner decides from now on.
    searches.set_visibility(rt, place.ben, place.id, "private")
    with pytest.raises(Forbidden):
        searches.get_search(rt, place.alice, place.id)


def test_a_private_search_that_is_handed_over_stays_open_to_who_had_it(rt: Runtime, alice: Actor, bob: Actor) -> None:
    found = searches.create_search(rt, alice, "Private", "private")
    searches.transfer_search(rt, alice, found.id, bob.user_id)
    kept = searches.get_search(rt, alice, found.id)
    assert (kept.visibility, kept.editable, kept.owned) == ("named", True, False)
    with rt.db.connection() as conn:
        audited = conn.execute("SELECT detail FROM audit_log WHERE action = 'search.transfer'").fetchall()
    assert audited == [{"detail": {"to": bob.user_id}}]
    # Handing it to who has it already is nothing.
    searches.transfer_search(rt, bob, found.id, bob.user_id)
    assert searches.get_search(rt, bob, found.id).owned


def test_only_who_can_work_with_a_search_is_given_it(
    rt: Runtime, alice: Actor, bob: Actor, charlie: Actor, admin: Actor
) -> None:
    found = searches.create_search(rt, alice, "Team", "team")
    accounts.set_disabled(rt, admin, bob.user_id, True)
    for wrong in (charlie.user_id, bob.user_id, 999_999):
        with pytest.raises(BadInput, match="recruiter or an admin"):
            searches.transfer_search(rt, alice, found.id, wrong)
    # An admin hands over what somebody left behind.
    accounts.set_disabled(rt, admin, alice.user_id, True)
    searches.transfer_search(rt, admin, found.id, admin.user_id)
    assert searches.get_search(rt, admin, found.id).owner == "Ada Admin"


# ---- the form


def test_the_form_shows_who_is_named_and_adds_more(client_for: ClientFor, place: Place, charlie: Actor) -> None:
    client = client_for(place.alice)
    button = ids.search_edit(str(place.id))
    name = json.dumps(button, sort_keys=True, separators=(",", ":"))
    shown = call(client, "..search-form.children...search-form.is_open..",
                 [(ids.NEW_SEARCH, "n_clicks", None), [(button, "n_clicks", 1)]],
                 triggered=f"{name}.n_clicks")  # fmt: skip
    told = shown.get_data(as_text=True)
    assert shown.status_code == 200
    assert told.count('"data-testid":"search-member"') == 2
    for part in ("Bob Teammate", "Ben Editor", "charlie@example.com", "May look"):
        assert part in told

    def add(typed: str) -> Any:
        named = [("bob@example.com", "none"), ("ben@example.com", "edit")]
        return call(client, ADD, [(ids.SEARCH_MEMBERS_ADD, "n_clicks", 1), (ids.SEARCH_MEMBERS, "n_submit", None)], [
            (ids.SEARCH_MEMBERS, "value", typed),
            [(ids.search_member(email), "id", ids.search_member(email)) for email, _ in named],
            [(ids.search_member(email), "value", role) for email, role in named]]).get_json()["response"]  # fmt: skip

    more = add(" Charlie@Example.com ")
    listed = str(more[ids.SEARCH_MEMBERS_LIST])
    assert all(part in listed for part in ("Bob Teammate", "Ben Editor", "Charlie Stranger"))
    assert (more[ids.SEARCH_MEMBERS]["value"], more[ids.SEARCH_PROBLEM]["children"]) == ("", "")
    for typed in ("nobody@example.com", "a\0b"):
        assert set(add(typed)) == {ids.SEARCH_PROBLEM}


def save(client: Browser, edited: str | None, named: dict[str, str], **given: Any) -> Any:
    found = {"visibility": "named", "owner": None, "typed": "", "title": "Shared"} | given
    return call(client, FORM, [(ids.SEARCH_SAVE, "n_clicks", 1), (ids.SEARCH_TITLE, "n_submit", None)], [
        (ids.SEARCH_EDITED, "data", edited), (ids.SEARCH_TITLE, "value", found["title"]),
        (ids.SEARCH_VISIBILITY, "value", found["visibility"]), (ids.SEARCH_OWNER, "value", found["owner"]),
        (ids.SEARCH_MEMBERS, "value", found["typed"]),
        [(ids.search_member(email), "id", ids.search_member(email)) for email in named],
        [(ids.search_member(email), "value", role) for email, role in named.items()]])  # fmt: skip


def test_saving_takes_roles_removals_and_what_is_still_in_the_field(
    client_for: ClientFor, place: Place, charlie: Actor
) -> None:
    client = client_for(place.alice)
    rows = {"bob@example.com": "none", "ben@example.com": "view"}
    assert save(client, str(place.id), rows, typed="charlie@example.com").status_code == 200
    named = {member.email: member.role for member in sharing.members(place.rt, place.alice, place.id)}
    assert named == {"ben@example.com": "view", "charlie@example.com": "edit"}
    answer = save(client, str(place.id), rows, owner=str(place.ben.user_id))
    assert answer.status_code == 200
    assert searches.get_search(place.rt, place.alice, place.id).owner == "Ben Editor"


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"named": {}}, "Name at least one"),
        ({"named": {"bob@example.com": "boss"}}, "may look at the search, or change it"),
        ({"named": {"nobody@example.com": "edit"}}, "belong to nobody"),
        ({"named": {"bob@example.com": "edit"}, "owner": "999999"}, "recruiter or an admin"),
    ],
)
def test_a_bad_form_says_why_and_changes_nothing(
    client_for: ClientFor, place: Place, given: dict[str, Any], said: str
) -> None:
    answer = save(client_for(place.alice), str(place.id), title="Other", **given)
    assert said in answer.get_json()["response"][ids.SEARCH_PROBLEM]["children"]
    kept = searches.get_search(place.rt, place.alice, place.id)
    assert (kept.title, kept.owner) == ("Shared", "Alice Owner")
    named = {member.email: member.role for member in sharing.members(place.rt, place.alice, place.id)}
    assert named == {"bob@example.com": "view", "ben@example.com": "edit"}


def test_an_editor_renames_without_touching_who_shares_it(client_for: ClientFor, place: Place) -> None:
    """The form sends all of it back; only the owner may change who sees the search."""
    client = client_for(place.ben)
    rows = {"bob@example.com": "view", "ben@example.com": "edit"}
    assert save(client, str(place.id), rows, title="Better", owner=str(place.alice.user_id)).status_code == 200
    assert searches.get_search(place.rt, place.ben, place.id).title == "Better"
    refused = save(client, str(place.id), rows | {"bob@example.com": "edit"}, title="Worse")
    assert refused.status_code == 403
    assert searches.get_search(place.rt, place.ben, place.id).title == "Better"


def test_viewers_learn_no_addresses(place: Place, charlie: Actor) -> None:
    for ask in (lambda: sharing.colleagues(place.rt, charlie), lambda: sharing.find(place.rt, charlie, ["a@b.ch"])):
        with pytest.raises(Forbidden):
            ask()

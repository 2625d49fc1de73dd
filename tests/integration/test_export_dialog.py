"""The export dialog: what it shows before anything is written, the run, one's files."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import pytest

from layouts import ids, text
from services.access.identity import Actor
from services.errors import BadInput, Forbidden, NotFound
from services.exports import export_preview, exports
from services.exports.exports import start_export
from services.grid import result_sets
from services.grid.grid_view import View
from services.runs import runs
from services.runtime import Runtime
from services.searches import searches
from tests.integration.test_export import fill, stored_files
from tests.integration.test_export_files import add_raw, detailed
from tests.integration.test_import import table, work
from tests.web import Browser, call

__all__ = ["detailed"]
ClientFor = Callable[[Actor], Browser]
DIALOG = "..export-dialog.is_open...export-body.children...export-target.data...export-run.data.."
CHOICE = "..export-columns.options...export-columns.value...export-columns-box.hidden.."
LOOK = "..export-preview.children...export-columns-count.children...export-problem.children...export-start.disabled.."
START = "..export-run.data...export-clock.disabled...export-problem.children...export-progress.children.."
WATCH = "..export-progress.children...export-run.data...export-clock.disabled...export-past.children.."


@pytest.fixture
def search(rt: Runtime, alice: Actor) -> str:
    return str(searches.create_search(rt, alice, "Leads").id)


def page_of(search: str, version: int | None = None) -> dict[str, Any]:
    return {"search_id": search, "version": version, "status": "all", "q": "", "f": {}, "filterModel": {}, "sort": []}


def done(rt: Runtime, actor: Actor, search: str, **given: Any) -> dict[str, Any]:
    """An export that is finished; its run."""
    run_id = start_export(rt, actor, View.of(search, status="all"), None, {"all": True}, **given)
    work(rt, run_id)
    return runs.get_run(rt, actor, run_id)


# -- the first rows and the count -------------------------------------------------------------------


def test_people_are_counted_and_the_first_ten_shown(rt: Runtime, alice: Actor, search: str) -> None:
    people = fill(rt, search, 25)
    view = View.of(search, status="all", sort=[{"colId": "added_at", "sort": "asc"}])
    found = export_preview.preview(rt, alice, view, None, {"all": True}, "processed", ["full_name", "skills"])
    assert (found.people, found.rows, found.columns, found.left_out) == (25, 25, ["full_name", "skills"], 0)
    shown = table(rt, "SELECT p.full_name, array_to_string(p.skills, ', ') AS skills FROM candidates c"
                      " JOIN profiles p ON p.id = c.profile_id ORDER BY c.added_at, c.id LIMIT 10")  # fmt: skip
    assert found.first == [[row["full_name"], row["skills"]] for row in shown]
    chosen = export_preview.preview(rt, alice, view, None, {"ids": people[:3]}, "processed")
    assert (chosen.people, chosen.rows, len(chosen.first)) == (3, 3, 3)


def test_places_in_the_list_are_previewed(rt: Runtime, alice: Actor, search: str) -> None:
    fill(rt, search, 25)
    view = View.of(search, status="all", sort=[{"colId": "added_at", "sort": "asc"}])
    version = result_sets.version_of(rt, alice, view)
    found = export_preview.preview(rt, alice, view, version, {"ranges": [[4, 6], [20, 99]]}, "detailed")
    assert (found.people, found.rows) == (7, 0)


def test_long_texts_are_cut_for_a_look(rt: Runtime, alice: Actor, search: str) -> None:
    fill(rt, search, 1)
    table(rt, "UPDATE profiles SET summary = repeat('x', 5000) RETURNING id")
    found = export_preview.preview(rt, alice, View.of(search, status="all"), None, {"all": True}, "processed",
                                   ["summary"])  # fmt: skip
    assert found.first == [["x" * 120 + "…"]]


def test_rows_of_files_are_counted_apart(rt: Runtime, alice: Actor, search: str) -> None:
    fill(rt, search, 4)
    people = table(rt, "SELECT id FROM profiles ORDER BY id")
    for one in people[:3]:
        add_raw(rt, one["id"], {"Name": "Ada", "City": "Bern"})
    add_raw(rt, people[0]["id"], {"vmid": "7"}, "PhantomBuster")
    view = View.of(search, status="all")
    found = export_preview.preview(rt, alice, view, None, {"all": True}, "combined")
    assert (found.people, found.rows, len(found.first)) == (4, 4, 4)
    assert found.columns == ["City", "Name", "vmid", "imported_from", "imported_at"]
    run = done(rt, alice, search, variant="combined")
    assert run["message"].startswith("4 rows about 4 people")


def test_many_columns_of_files_are_cut_for_a_look(rt: Runtime, alice: Actor, search: str) -> None:
    fill(rt, search, 1)
    add_raw(rt, table(rt, "SELECT id FROM profiles")[0]["id"], {f"c{n:03}": "x" for n in range(300)})
    found = export_preview.preview(rt, alice, View.of(search, status="all"), None, {"all": True}, "combined")
    assert (len(found.columns), len(found.first[0]), found.left_out) == (40, 40, 262)


def test_positions_and_verdicts_are_counted(rt: Runtime, alice: Actor, detailed: str) -> None:
    view = View.of(detailed, status="all")
    found = export_preview.preview(rt, alice, view, None, {"all": True}, "detailed", ["kind", "title", "criterion"])
    assert (found.people, found.rows) == (3, 5)
    assert [row[0] for row in found.first].count("verdict") == 2
    one = table(rt, "SELECT id FROM candidates ORDER BY id LIMIT 1")[0]["id"]
    assert export_preview.preview(rt, alice, view, None, {"ids": [one]}, "detailed").rows == 4


def test_nothing_is_shown_to_who_may_not_export(rt: Runtime, alice: Actor, bob: Actor, charlie: Actor) -> None:
    private = searches.create_search(rt, alice, "Mine", "private").id
    shared = searches.create_search(rt, alice, "Ours").id
    for actor, search in ((bob, private), (charlie, shared), (bob, uuid.uuid4())):
        with pytest.raises(Forbidden):
            export_preview.preview(rt, actor, View.of(search), None, {"all": True}, "processed")
        with pytest.raises(Forbidden):
            export_preview.count_people(rt, actor, View.of(search), None, {"all": True})


@pytest.mark.parametrize("given", [{"variant": "all"}, {"columns": ["salary"]}, {"columns": []}, {"raw": {}}])
def test_a_look_at_what_makes_no_sense_is_refused(
    rt: Runtime, alice: Actor, search: str, given: dict[str, Any]
) -> None:
    asked = {"raw": {"all": True}, "variant": "processed"} | given
    with pytest.raises(BadInput):
        export_preview.preview(rt, alice, View.of(search), None, **asked)


# -- the dialog ----------------------------------------------------------------------------------------


def test_it_opens_with_the_columns_in_the_grids_order(
    rt: Runtime, client_for: ClientFor, alice: Actor, search: str
) -> None:
    fill(rt, search, 3)
    asked = {"n": 1, "target": {"all": True}, "columns": ["score", "full_name", "nonsense"]}
    answer = call(client_for(alice), DIALOG, [(ids.EXPORT_REQUEST, "data", asked)],
                  [(ids.GRID_VIEW, "data", page_of(search))]).get_json()["response"]  # fmt: skip
    body = json.dumps(answer[ids.EXPORT_BODY])
    assert answer[ids.EXPORT_DIALOG]["is_open"] is True
    assert "Export 3 people" in body
    assert body.index('"value": "score"') < body.index('"value": "full_name"') < body.index('"value": "email"')
    assert text.EXPORT_PAST_NONE in body


def test_a_variant_offers_its_own_columns(client_for: ClientFor, alice: Actor, search: str) -> None:
    def offered(variant: str, triggered: str | None = None) -> Any:
        given = [(ids.EXPORT_VARIANT, "value", variant), (ids.EXPORT_COLUMNS_ALL, "n_clicks", None),
                 (ids.EXPORT_COLUMNS_GRID, "n_clicks", 1 if triggered else None)]  # fmt: skip
        kept = [(ids.EXPORT_TARGET, "data", {"target": {"all": True}, "columns": ["title", "score"]}),
                (ids.GRID_VIEW, "data", {"search_id": search})]  # fmt: skip
        return call(client_for(alice), CHOICE, given, kept, triggered=triggered).get_json()["response"]

    assert offered("combined")[ids.EXPORT_COLUMNS] == {"options": [], "value": []}
    assert offered("combined")[ids.EXPORT_COLUMNS_BOX]["hidden"] is True
    assert offered("detailed")[ids.EXPORT_COLUMNS]["value"][:2] == ["title", "kind"]
    assert len(offered("processed")[ids.EXPORT_COLUMNS]["value"]) > 20
    of_grid = offered("processed", f"{ids.EXPORT_COLUMNS_GRID}.n_clicks")
    assert of_grid[ids.EXPORT_COLUMNS]["value"] == ["title", "score"]
    assert len(of_grid[ids.EXPORT_COLUMNS]["options"]) > 20


@pytest.fixture
def dialog(client_for: ClientFor, alice: Actor, search: str) -> Callable[..., Any]:
    """dialog(output, inputs): a callback of Alice's open dialog; its answer."""
    client = client_for(alice)
    state = {
        ids.EXPORT_TARGET: ("data", {"target": {"all": True}, "columns": []}),
        ids.GRID_VIEW: ("data", page_of(search)),
    }

    def send(output: str, inputs: list[Any], *names: str, **values: Any) -> Any:
        kept = values.pop("state", [])
        kept += [(name.replace("_", "-"), "value", value) for name, value in values.items()]
        return call(client, output, inputs, [*kept, *((name, *state[name]) for name in names)])

    return send


def test_a_look(rt: Runtime, dialog: Callable[..., Any], search: str) -> None:
    fill(rt, search, 12)
    inputs = [(ids.EXPORT_COLUMNS, "value", ["summary", "full_name"]), (ids.EXPORT_VARIANT, "value", "processed")]
    answer = dialog(LOOK, inputs, ids.EXPORT_TARGET, ids.GRID_VIEW).get_json()["response"]
    assert "12 rows" in json.dumps(answer[ids.EXPORT_PREVIEW])
    assert answer[ids.EXPORT_COLUMNS_COUNT]["children"] == "2 of 32"
    assert answer[ids.EXPORT_START]["disabled"] is False


def test_a_look_at_nobody_and_at_no_column(rt: Runtime, dialog: Callable[..., Any]) -> None:
    for columns, said, where in ((["email"], text.EXPORT_NO_ROWS["processed"], ids.EXPORT_PREVIEW),
                                 ([], "Name the columns", ids.EXPORT_PROBLEM)):  # fmt: skip
        inputs = [(ids.EXPORT_COLUMNS, "value", columns), (ids.EXPORT_VARIANT, "value", "processed")]
        answer = dialog(LOOK, inputs, ids.EXPORT_TARGET, ids.GRID_VIEW).get_json()["response"]
        assert said in json.dumps(answer[where])
        assert answer[ids.EXPORT_START]["disabled"] is True


def watch(dialog: Callable[..., Any], kept: Any) -> Any:
    """What the clock of the dialog brings; None where nothing is to be shown anew."""
    answer = dialog(WATCH, [(ids.EXPORT_CLOCK, "n_intervals", 1)], state=[(ids.EXPORT_RUN, "data", kept)])
    found = (answer.get_json() or {}).get("response") if answer.status_code == 200 else None
    return found if found and ids.EXPORT_PROGRESS in found else None


def test_a_file_is_made_and_offered(rt: Runtime, alice: Actor, dialog: Callable[..., Any], search: str) -> None:
    fill(rt, search, 12)
    answer = dialog(START, [(ids.EXPORT_START, "n_clicks", 1)], ids.EXPORT_TARGET, ids.GRID_VIEW,
                    export_variant="processed", export_format="parquet",
                    export_columns=["full_name", "email"]).get_json()["response"]  # fmt: skip
    kept = answer[ids.EXPORT_RUN]["data"]
    assert (kept["open"], answer[ids.EXPORT_CLOCK]["disabled"]) == (True, False)

    assert ids.RUN_CANCEL in json.dumps(answer[ids.EXPORT_PROGRESS])
    # Nothing has changed: the card with its button stays as it is.
    assert watch(dialog, kept) is None
    assert watch(dialog, {**kept, "shape": None})[ids.EXPORT_RUN]["data"] == kept
    work(rt, kept["run_id"])
    ended = watch(dialog, kept)
    made = exports.list_exports(rt, alice, search)
    shown = json.dumps(ended[ids.EXPORT_PROGRESS])
    assert f'"id": "{ids.EXPORT_DOWNLOAD}"' in shown
    assert f"/exports/{made[0]['id']}" in shown
    assert ended[ids.EXPORT_CLOCK]["disabled"] is True
    assert ended[ids.EXPORT_RUN]["data"]["open"] is False
    assert made[0]["file_name"] in json.dumps(ended[ids.EXPORT_PAST])
    assert made[0]["format"] == "parquet"


def test_an_export_that_fails_says_why_in_the_dialog(
    rt: Runtime, alice: Actor, dialog: Callable[..., Any], search: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    fill(rt, search, 12)
    monkeypatch.setattr("services.exports.export_run.MOST_SHEET_ROWS", 5)
    run_id = start_export(rt, alice, View.of(search, status="all"), None, {"all": True}, "xlsx")
    work(rt, run_id)
    kept = {"run_id": run_id, "open": True}
    shown = json.dumps(watch(dialog, kept)[ids.EXPORT_PROGRESS])
    assert "Choose CSV or Parquet" in shown
    assert ids.EXPORT_DOWNLOAD not in shown


def test_someone_elses_private_run_is_not_watched(rt: Runtime, alice: Actor, bob: Actor, client_for: ClientFor) -> None:
    private = str(searches.create_search(rt, alice, "Mine", "private").id)
    run_id = start_export(rt, alice, View.of(private), None, {"all": True})
    kept = {"run_id": run_id, "open": True}
    answer = call(client_for(bob), WATCH, [(ids.EXPORT_CLOCK, "n_intervals", 1)], [(ids.EXPORT_RUN, "data", kept)])
    assert answer.status_code == 403
    # It is said once: the clock stops.
    assert answer.get_json()["response"][ids.EXPORT_CLOCK]["disabled"] is True


# -- one's files ------------------------------------------------------------------------------------------


def test_only_ones_own_files_of_the_search_are_listed(
    rt: Runtime, alice: Actor, bob: Actor, charlie: Actor, admin: Actor, search: str
) -> None:
    mine, theirs = done(rt, alice, search), done(rt, bob, search)
    done(rt, alice, str(searches.create_search(rt, alice, "Other").id))
    assert [one["run_id"] for one in exports.list_exports(rt, alice, search)] == [mine["id"]]
    assert [one["run_id"] for one in exports.list_exports(rt, bob, search)] == [theirs["id"]]
    assert exports.list_exports(rt, charlie, search) == exports.list_exports(rt, admin, search) == []
    table(rt, "UPDATE exports SET expires_at = now() RETURNING id")
    assert exports.list_exports(rt, alice, search) == []


def test_a_file_is_deleted_before_its_time(rt: Runtime, alice: Actor, client_for: ClientFor, search: str) -> None:
    export_id = done(rt, alice, search)["export_id"]
    button = ids.export_delete(str(export_id))
    shown = json.dumps(button, sort_keys=True, separators=(",", ":"))
    answer = call(client_for(alice), f"{ids.EXPORT_PAST}.children", [[(button, "n_clicks", 1)]],
                  [(ids.GRID_VIEW, "data", page_of(search))], triggered=f"{shown}.n_clicks")  # fmt: skip
    assert text.EXPORT_PAST_NONE in json.dumps(answer.get_json()["response"])
    assert stored_files(rt) == []
    assert table(rt, "SELECT id FROM exports") == []
    assert table(rt, "SELECT user_id FROM audit_log WHERE action = 'export.delete'") == [{"user_id": alice.user_id}]


def test_files_of_others_cannot_be_deleted(rt: Runtime, alice: Actor, bob: Actor, admin: Actor, search: str) -> None:
    export_id = done(rt, alice, search)["export_id"]
    with pytest.raises(Forbidden):
        exports.remove(rt, bob, export_id)
    with pytest.raises(NotFound):
        exports.remove(rt, bob, uuid.uuid4())
    assert len(stored_files(rt)) == 1
    exports.remove(rt, admin, export_id)
    assert stored_files(rt) == []

"""Who gets in: every callback and route, for strangers, viewers and people with someone else's ids."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from werkzeug.test import TestResponse

from callbacks.registry import Registry, Rule
from layouts import ids
from services.access.identity import Actor
from services.runtime import Runtime
from services.searches import searches
from tests.filter_pages import editor
from tests.web import CALLBACK, Browser, call

ClientFor = Callable[[Actor], Browser]
RULE = {"kind": "title", "params": {"terms": ["nurse"], "has": True}}


def plain(output: str) -> str:
    """The id of a callback without Dash's hash for repeated outputs."""
    return re.sub(r"@[0-9a-f]{64}", "", output)


def well_formed(registry: Registry, output: str) -> dict[str, Any]:
    """A call that is wired as declared, with empty values."""
    spec = registry.app.callback_map[output]

    def props(name: str) -> list[Any]:
        return [[] if "ALL" in str(p["id"]) else {**p, "value": None} for p in spec[name]]

    targets = [] if spec["no_output"] else spec["output"]
    listed = targets if isinstance(targets, (list, tuple)) else [targets]
    outputs = [{"id": concrete(o.component_id), "property": o.component_property} for o in listed]
    shape = outputs if isinstance(targets, (list, tuple)) else outputs[0]
    changed = [f"{spec['inputs'][0]['id']}.{spec['inputs'][0]['property']}"]
    return {
        "output": output, "outputs": shape, "inputs": props("inputs"), "state": props("state"),
        "changedPropIds": changed,
    }  # fmt: skip


def concrete(component: Any) -> Any:
    """An id with something in place of dash.MATCH."""
    return (
        component if isinstance(component, str) else {k: v if isinstance(v, str) else "x" for k, v in component.items()}
    )


# ---- strangers


def test_a_stranger_gets_no_callback(registry: Registry, stranger: Browser) -> None:
    assert len(registry.app.callback_map) > 5
    let_in = []
    for output in registry.app.callback_map:
        declared = registry.callbacks.get(output)
        if declared is not None and declared.rule is Rule.ANONYMOUS:
            continue
        answer = stranger.send(CALLBACK, json=well_formed(registry, output))
        if answer.status_code != 401 or answer.get_json() != {"error": "Sign in first."}:
            let_in.append((output, answer.status_code))
    assert let_in == []


def test_a_stranger_gets_no_route_that_is_not_meant_for_strangers(registry: Registry, stranger: Browser) -> None:
    seen = {}
    for rule in registry.app.server.url_map.iter_rules():
        declared = registry.routes.get(rule.endpoint)
        if declared is None or declared.rule is Rule.ANONYMOUS:
            continue
        path = re.sub(r"<[^>]+>", "00000000-0000-4000-8000-000000000000", rule.rule)
        method = "POST" if "POST" in (rule.methods or ()) else "GET"
        seen[rule.rule] = stranger.open(path, method=method).status_code
    assert seen
    assert set(seen.values()) == {401}, seen


@pytest.mark.parametrize("path", ["/_dash-layout", "/_dash-dependencies"])
def test_a_stranger_does_not_learn_what_there_is(stranger: Browser, path: str) -> None:
    assert stranger.get(path).status_code == 401


def test_what_declares_no_rule_is_refused(
    registry: Registry, stranger: Browser, client_for: ClientFor, alice: Actor, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(registry.app.callback_map, "forgotten.children", registry.app.callback_map["page.children"])
    body = well_formed(registry, "forgotten.children")
    assert stranger.send(CALLBACK, json=body).status_code == 401
    client = client_for(alice)
    assert client.send(CALLBACK, json=body).status_code == 403
    assert client.get("/_reload-hash").status_code == 403


@pytest.mark.parametrize("body", [None, [], "x", {}, {"output": 5}, {"output": "nobody.children"}])
def test_nonsense_is_refused(client_for: ClientFor, alice: Actor, stranger: Browser, body: Any) -> None:
    assert stranger.send(CALLBACK, json=body).status_code == 401
    assert client_for(alice).send(CALLBACK, json=body).status_code == 403


@pytest.mark.parametrize(
    "change",
    [
        {"inputs": []},
        {"inputs": [5]},
        {"inputs": "x"},
        {"state": []},
        {"state": [{"id": 5, "property": "search"}]},
        {"outputs": {"id": "toast", "property": "children"}},
        {"outputs": [5]},
        {"changedPropIds": 7},
    ],
)
def test_a_call_wired_otherwise_than_declared_is_refused(
    registry: Registry, client_for: ClientFor, alice: Actor, change: dict[str, Any]
) -> None:
    answer = client_for(alice).send(CALLBACK, json=well_formed(registry, "page.children") | change)
    assert answer.status_code == 400
    assert "Load it again" in answer.get_json()["error"]


def test_a_huge_call_is_refused_before_it_is_read(client_for: ClientFor, alice: Actor) -> None:
    answer = client_for(alice).send(CALLBACK, data=b" " * 3_000_000, content_type="application/json")
    assert answer.status_code == 413


# ---- other sites


@pytest.fixture
def home(client_for: ClientFor, alice: Actor) -> Iterator[Callable[..., TestResponse]]:
    """Calls the page `/` as alice, with headers of the test's choice."""
    client = client_for(alice)

    def send(**headers: str) -> TestResponse:
        named = {key.replace("_", "-"): value for key, value in headers.items()}
        return call(client, "page.children", [(ids.URL, "pathname", "/")], [(ids.URL, "search", "")], headers=named)

    yield send


def test_our_own_page_is_answered(home: Callable[..., TestResponse]) -> None:
    assert home().status_code == 200


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost.evil.example", "http://localhost:81"]
)
def test_another_origin_is_refused_even_with_the_token(home: Callable[..., TestResponse], origin: str) -> None:
    assert home(Origin=origin).status_code == 403


@pytest.mark.parametrize("token", ["", "0" * 64, "ünïcode"])
def test_without_the_token_of_this_session_nothing_is_done(home: Callable[..., TestResponse], token: str) -> None:
    assert home(X_CSRF_Token=token).status_code == 403


def test_the_token_of_another_session_does_not_fit(client_for: ClientFor, alice: Actor, bob: Actor) -> None:
    client = client_for(alice)
    client.csrf = client_for(bob).csrf
    assert client.send("/logout").status_code == 403


def test_cross_site_requests_without_an_origin_are_refused(client_for: ClientFor, alice: Actor) -> None:
    client = client_for(alice)
    headers = {"X-CSRF-Token": client.csrf, "Sec-Fetch-Site": "cross-site"}
    assert client.post("/logout", headers=headers).status_code == 403


# ---- roles


def test_viewers_cannot_use_what_is_for_recruiters(registry: Registry, client_for: ClientFor, charlie: Actor) -> None:
    client = client_for(charlie)
    asked = [o for o, d in registry.callbacks.items() if d.rule in {Rule.RECRUITER, Rule.ADMIN}]
    assert asked
    answers = {plain(o): client.send(CALLBACK, json=well_formed(registry, o)).status_code for o in asked}
    assert set(answers.values()) == {403}, answers


def test_recruiters_cannot_use_what_is_for_admins(registry: Registry, client_for: ClientFor, alice: Actor) -> None:
    client = client_for(alice)
    asked = [o for o, d in registry.callbacks.items() if d.rule is Rule.ADMIN]
    answers = {plain(o): client.send(CALLBACK, json=well_formed(registry, o)).status_code for o in asked}
    assert set(answers.values()) <= {403}, answers


# ---- routes

# Route → what it does with ids of somebody else's. A new route is a line here.
ROUTE_IDS = {
    "/exports/<uuid:export_id>": "test_somebody_elses_files_are_refused",
    "/imports/<run_id>/rejected.csv": "test_somebody_elses_files_are_refused",
    "/search/<uuid:search_id>/ledger.csv": "test_somebody_elses_files_are_refused",
    "/usage.csv": "one's own calls",
    "/triage/<uuid:search_id>/left": "takes a search's id: test_triage_left.py",
    "/analytics.csv": "takes a search's id: test_analytics_page.py",
    "/admin/fairness/<report_id>.csv": "for admins, who see all: test_fairness_page.py",
    "/uploads": "makes one's own",
    "/uploads/allowed": "takes none",
    "/logout": "one's own session",
    "/session": "one's own session",
    "/preferences/theme": "one's own",
}


def test_every_route_is_open_to_strangers_or_is_tried_with_somebody_elses_ids(registry: Registry) -> None:
    known = {rule.rule for rule in registry.app.server.url_map.iter_rules()
             if (d := registry.routes.get(rule.endpoint)) and d.rule is not Rule.ANONYMOUS}  # fmt: skip
    assert known == set(ROUTE_IDS)
    strangers = {rule.rule for rule in registry.app.server.url_map.iter_rules()
                 if (d := registry.routes.get(rule.endpoint)) and d.rule is Rule.ANONYMOUS}  # fmt: skip
    assert strangers == {
        "/healthz", "/readyz", "/metrics", "/login", "/login/<token>", "/login/password/<token>", "/login/oidc",
        "/login/oidc/callback", "/login/out", "/assets-vendor/bootstrap.min.css",
        "/assets-vendor/sourcingx.css", "/assets-vendor/sourcingx.js",
    }  # fmt: skip


def test_somebody_elses_files_are_refused(
    client_for: ClientFor, rt: Runtime, alice: Actor, bob: Actor, charlie: Actor, private: str
) -> None:
    with rt.db.connection() as conn:
        run = conn.execute(
            "INSERT INTO runs (kind, search_id, user_id, state) VALUES ('import', %s, %s, 'done') RETURNING id",
            [private, alice.user_id],
        ).fetchone()
        assert run is not None
        export = conn.execute(
            "INSERT INTO exports (search_id, user_id, run_id, variant, format, file_name, rows, bytes, storage_key,"
            " expires_at) VALUES (%s, %s, %s, 'processed', 'csv', 'x.csv', 1, 1, 'none', now() + interval '1 day')"
            " RETURNING id",
            [private, alice.user_id, run["id"]],
        ).fetchone()
        assert export is not None
    for actor in (bob, charlie):
        client = client_for(actor)
        assert client.get(f"/exports/{export['id']}").status_code == 403
        refused, absent = (client.get(f"/imports/{number}/rejected.csv") for number in (run["id"], 999_999))
        assert (refused.status_code, absent.status_code) == (403, 403)
        assert refused.get_data() == absent.get_data()
        for search in (private, "00000000-0000-4000-8000-000000000000"):
            assert client.get(f"/search/{search}/ledger.csv").status_code == 403
    # The owner is refused for no such reason: the file of this test was never written.
    assert client_for(alice).get(f"/exports/{export['id']}").status_code == 410
    assert client_for(alice).get(f"/imports/{run['id']}/rejected.csv").status_code == 200
    assert client_for(alice).get(f"/search/{private}/ledger.csv").status_code == 200


# ---- someone else's ids

EVERYONE = {"target": {"all": True}, "columns": []}
ASK = {"startRow": 0, "endRow": 100, "filterModel": {}, "sortModel": []}


def _grid(search: str) -> dict[str, Any]:
    return {"search_id": search, "version": 1, "status": "active", "q": "", "f": {}, "filterModel": {}, "sort": []}


def _edit(search: str) -> dict[str, Any]:
    button = ids.search_edit(search)
    shown = json.dumps(button, sort_keys=True, separators=(",", ":"))
    return {
        "inputs": [(ids.NEW_SEARCH, "n_clicks", None), [(button, "n_clicks", 1)]],
        "triggered": f"{shown}.n_clicks",
    }


def _everyone(action: str, value: str) -> dict[str, Any]:
    return {"n": 1, "action": action, "value": value, "target": {"all": True}}


def _drawer(search: str) -> list[Any]:
    return [(ids.PERSON_ANSWER, "data", {"person": "1"}), (ids.GRID_VIEW, "data", _grid(search))]


def _delete_note(search: str) -> dict[str, Any]:
    button = ids.note_delete(1)
    shown = json.dumps(button, sort_keys=True, separators=(",", ":"))
    return {
        "inputs": [[(button, "n_clicks", 1)]],
        "state": [(ids.NOTE_INPUT, "value", ""), *_drawer(search)],
        "triggered": f"{shown}.n_clicks",
    }


NOTE_OUTPUTS = "..person-body.children...person-answer.data...note-input.value.."


def _whole_view() -> list[Any]:
    """Nobody is chosen by similarity."""
    return [(ids.SCREEN_REACH, "value", "all"), (ids.SCREEN_TOP, "value", None), (ids.SCREEN_SAMPLE, "value", None)]


def _criterion() -> list[Any]:
    """One criterion as the editor holds it: a list a field."""
    fields = {"title": "Go", "question": "Has the person worked with Go?", "kind": "must", "weight": 1}
    return [[(ids.screen_field(field, 0), "value", value)] for field, value in fields.items()]


def _sources(search: str) -> list[Any]:
    """The form of the page of PhantomBuster."""
    return [
        (ids.SOURCES_SEARCH, "data", search), (ids.SOURCES_AGENT, "value", "1"), (ids.SOURCES_AGENT, "options", []),
        (ids.SOURCES_URL, "value", ""), (ids.SOURCES_ARGUMENT, "value", ""), (ids.SOURCES_CHECK, "value", False),
    ]  # fmt: skip


def _pressed(button: dict[str, Any]) -> dict[str, Any]:
    shown = json.dumps(button, sort_keys=True, separators=(",", ":"))
    return {"inputs": [[(button, "n_clicks", 1)]], "triggered": f"{shown}.n_clicks"}


FORM_OUTPUTS = "..search-form.is_open...search-saved.data...url.href...search-problem.children.."
# Callback → the call that names someone else's private search. A new callback that takes an id is a
# row here; one that takes none is a line in TAKES_NO_ID.
FOREIGN: list[tuple[str, Callable[[str], dict[str, Any]]]] = [
    ("page.children", lambda s: {
        "inputs": [(ids.URL, "pathname", f"/search/{s}")], "state": [(ids.URL, "search", "")]}),
    ("..search-form.children...search-form.is_open..", _edit),
    (FORM_OUTPUTS, lambda s: {
        "inputs": [(ids.SEARCH_SAVE, "n_clicks", 1), (ids.SEARCH_TITLE, "n_submit", None)],
        "state": [(ids.SEARCH_EDITED, "data", s), (ids.SEARCH_TITLE, "value", "Mine now"),
                  (ids.SEARCH_VISIBILITY, "value", "team"), (ids.SEARCH_OWNER, "value", None),
                  (ids.SEARCH_MEMBERS, "value", ""), [], []]}),
    (FORM_OUTPUTS, lambda s: {
        "inputs": [(ids.SEARCH_ARCHIVE, "n_clicks", 1)], "state": [(ids.SEARCH_EDITED, "data", s)]}),
    ("..search-copy-form.children...search-copy-form.is_open..", lambda s: _pressed(ids.search_copy(s))),
    ("..search-copy-form.is_open...url.href...search-copy-problem.children..", lambda s: {
        "inputs": [(ids.SEARCH_COPY_DO, "n_clicks", 1), (ids.SEARCH_COPY_NAME, "n_submit", None)],
        "state": [(ids.SEARCH_COPIED, "data", s), (ids.SEARCH_COPY_NAME, "value", "Mine"),
                  (ids.SEARCH_COPY_SHARE, "value", False)]}),
    ("..search-delete-form.children...search-delete-form.is_open..", lambda s: _pressed(ids.search_delete(s))),
    ("..search-delete-form.is_open...search-saved.data...search-delete-problem.children..", lambda s: {
        "inputs": [(ids.SEARCH_DELETE_DO, "n_clicks", 1)], "state": [(ids.SEARCH_DELETED, "data", s)]}),
    ("..sample-form.children...sample-form.is_open..", lambda s: _pressed(ids.sample_remove(s, "list"))),
    ("..sample-form.is_open...first-steps.children...search-saved.data...sample-problem.children..", lambda s: {
        "inputs": [(ids.SAMPLE_DO, "n_clicks", 1)],
        "state": [(ids.SAMPLE_REMOVED, "data", {"search": s, "added": 0})]}),
    ("candidate-grid.getRowsResponse", lambda s: {
        "inputs": [(ids.CANDIDATE_GRID, "getRowsRequest", ASK)], "state": [(ids.GRID_VIEW, "data", _grid(s))]}),
    ("count-answer.data", lambda s: {
        "inputs": [(ids.COUNT_REQUEST, "data", {"n": 1, "version": 1})], "state": [(ids.GRID_VIEW, "data", _grid(s))]}),
    ("filter-panel.children", lambda s: {"inputs": [(ids.PANEL_REQUEST, "data", {"search_id": s})]}),
    ("version-answer.data", lambda s: {"inputs": [(ids.VERSION_REQUEST, "data", {"search_id": s})]}),
    ("change-answer.data", lambda s: {
        "inputs": [(ids.CHANGE_REQUEST, "data", _everyone("stage", "hired"))],
        "state": [(ids.GRID_VIEW, "data", _grid(s))]}),
    ("..change-answer.data...reject-dialog.is_open...reject-problem.children..", lambda s: {
        "inputs": [(ids.REJECT_CONFIRM, "n_clicks", 1)],
        "state": [(ids.CHANGE_REQUEST, "data", _everyone("stage", "rejected")), (ids.GRID_VIEW, "data", _grid(s)),
                  (ids.REJECT_PEOPLE, "data", 2), (ids.REJECT_REASON, "value", "By the must.")]}),
    ("..export-dialog.is_open...export-body.children...export-target.data...export-run.data..", lambda s: {
        "inputs": [(ids.EXPORT_REQUEST, "data", {"n": 1, "target": {"all": True}, "columns": []})],
        "state": [(ids.GRID_VIEW, "data", _grid(s))]}),
    ("..export-preview.children...export-columns-count.children...export-problem.children...export-start.disabled..",
     lambda s: {
        "inputs": [(ids.EXPORT_COLUMNS, "value", ["email"]), (ids.EXPORT_VARIANT, "value", "processed")],
        "state": [(ids.EXPORT_TARGET, "data", EVERYONE), (ids.GRID_VIEW, "data", _grid(s))]}),
    ("..export-run.data...export-clock.disabled...export-problem.children...export-progress.children..", lambda s: {
        "inputs": [(ids.EXPORT_START, "n_clicks", 1)],
        "state": [(ids.EXPORT_VARIANT, "value", "processed"), (ids.EXPORT_FORMAT, "value", "csv"),
                  (ids.EXPORT_COLUMNS, "value", ["email"]), (ids.EXPORT_TARGET, "data", EVERYONE),
                  (ids.GRID_VIEW, "data", _grid(s))]}),
    *(("..person-body.children...person-answer.data..", lambda s, step=step: {
        "inputs": [(ids.PERSON_REQUEST, "data", {"n": 1, "person": "1", "position": 0, "step": step})],
        "state": [(ids.GRID_VIEW, "data", _grid(s))]}) for step in (0, 1)),
    (NOTE_OUTPUTS, lambda s: {
        "inputs": [(ids.NOTE_SAVE, "n_clicks", 1)], "state": [(ids.NOTE_INPUT, "value", "Hello"), *_drawer(s)]}),
    (NOTE_OUTPUTS, _delete_note),
    ("..person-body.children...person-answer.data...override-problem.children..", lambda s: {
        "inputs": [(ids.OVERRIDE_SAVE, "n_clicks", 1)],
        "state": [(ids.OVERRIDE_FIT, "value", "strong"), (ids.OVERRIDE_REASON, "value", "Because"), *_drawer(s)]}),
    ("..person-body.children...person-answer.data...verdict-problem.children..", lambda s: {
        "inputs": [[(ids.verdict_agree(1), "n_clicks", None)], [(ids.verdict_save(1), "n_clicks", 1)]],
        "state": [[(ids.verdict_agree(1), "value", "pass")], [(ids.verdict_choice(1), "value", "fail")],
                  [(ids.verdict_reason(1), "value", "Because")], *_drawer(s)],
        "triggered": '{"criterion":1,"type":"verdict-save"}.n_clicks'}),
    ("..person-body.children...person-answer.data...person-edit-problem.children..", lambda s: {
        "inputs": [(ids.PERSON_EDIT_SAVE, "n_clicks", 1)],
        "state": [[(ids.person_edit("title"), "value", "Pilot")],
                  [(ids.person_edit("title"), "id", ids.person_edit("title"))],
                  (ids.PERSON_EDIT_SHOWN, "data", {}), *_drawer(s)]}),
    ("raw-body.children", lambda s: {"inputs": [(ids.RAW_OPEN, "n_clicks", 1)], "state": _drawer(s)}),
    ("..saved-view-list.children...saved-view-name.value..", lambda s: {
        "inputs": [(ids.SAVED_VIEW_SAVE, "n_clicks", 1)],
        "state": [(ids.SAVED_VIEW_NAME, "value", "Mine"), (ids.SAVED_VIEW_SHARED, "value", False),
                  (ids.GRID_VIEW, "data", _grid(s))]}),
    ("..screen-proposal.data...screen-proposal-clock.disabled...screen-proposal-note.children..."
     "screen-propose.disabled..", lambda s: {
        "inputs": [(ids.SCREEN_PROPOSE, "n_clicks", 1)],
        "state": [(ids.SCREEN_JOB_DESCRIPTION, "value", "An engineer for Bern"), (ids.SCREEN_SEARCH, "data", s)]}),
    ("..screen-estimate.children...screen-rubric.data...screen-problem.children..", lambda s: {
        "inputs": [(ids.SCREEN_SAVE, "n_clicks", 1), (ids.SCREEN_SCOPE, "value", "active"), *_whole_view()],
        "state": [(ids.SCREEN_SEARCH, "data", s), (ids.SCREEN_VIEW, "data", None), (ids.SCREEN_RUBRIC, "data", 1),
                  (ids.SCREEN_JOB_DESCRIPTION, "value", "An engineer for Bern"), *_criterion()]}),
    ("..screen-run.data...screen-clock.disabled...screen-rubric.data...screen-problem.children..", lambda s: {
        "inputs": [(ids.SCREEN_START, "n_clicks", 1)],
        "state": [(ids.SCREEN_SCOPE, "value", "active"), (ids.SCREEN_SEARCH, "data", s),
                  (ids.SCREEN_VIEW, "data", None), (ids.SCREEN_JOB_DESCRIPTION, "value", "An engineer for Bern"),
                  (ids.SCREEN_BUDGET, "value", None), (ids.SCREEN_WHEN, "value", "now"), *_whole_view(),
                  *_criterion()]}),
    ("..enrich-estimate.children...enrich-problem.children..", lambda s: {
        "inputs": [(ids.ENRICH_WANTS, "value", ["email"]), (ids.ENRICH_SCOPE, "value", "active"),
                   (ids.ENRICH_AGAIN, "value", []), (ids.ENRICH_CLOCK, "disabled", True)],
        "state": [(ids.ENRICH_SEARCH, "data", s), (ids.ENRICH_VIEW, "data", None)]}),
    ("..enrich-run.data...enrich-clock.disabled...enrich-problem.children..", lambda s: {
        "inputs": [(ids.ENRICH_START, "n_clicks", 1)],
        "state": [(ids.ENRICH_WANTS, "value", ["email"]), (ids.ENRICH_SCOPE, "value", "active"),
                  (ids.ENRICH_AGAIN, "value", []), (ids.ENRICH_SEARCH, "data", s), (ids.ENRICH_VIEW, "data", None)]}),
    ("..import-run.data...url.search...import-problem.children..", lambda s: {
        "inputs": [(ids.IMPORT_START, "n_clicks", 1)],
        "state": [(ids.IMPORT_UPLOAD, "data", s), (ids.IMPORT_SEARCH, "data", s), [], [], []]}),
    ("..import-dry-run-run.data...import-problem.children..", lambda s: {
        "inputs": [(ids.IMPORT_DRY_RUN, "n_clicks", 1)],
        "state": [(ids.IMPORT_UPLOAD, "data", s), (ids.IMPORT_SEARCH, "data", s), [], [], []]}),
]  # fmt: skip
FOREIGN += [
    ("filter-changes.children", lambda s: {
        "inputs": [(ids.FILTER_LOOK, "n_clicks", 1)], "state": [(ids.FILTER_SEARCH, "data", s)]}),
    ("..dry-run.children...dry-run-seen.data...dry-run-stale.hidden..", lambda s: {
        "inputs": [(ids.DRY_RUN_START, "n_clicks", 1)], "state": [(ids.FILTER_SEARCH, "data", s), *editor([RULE])]}),
    ("..dry-run-seen.data...dry-run-stale.hidden..", lambda s: {
        "inputs": [(ids.DRY_RUN_CLOCK, "n_intervals", 1)],
        "state": [(ids.DRY_RUN_SEEN, "data", {"mark": "x", "used": []}), (ids.FILTER_SEARCH, "data", s)]}),
    ("..filter-run.data...filter-clock.disabled...filter-problem.children..", lambda s: {
        "inputs": [(ids.FILTER_APPLY, "n_clicks", 1)],
        "state": [(ids.FILTER_HOW, "value", []), (ids.FILTER_SET, "data", None), (ids.FILTER_SEARCH, "data", s),
                  *editor([RULE])]}),
    ("..filter-set.data...filter-delete.hidden...filter-from.options...filter-problem.children..", lambda s: {
        "inputs": [(ids.FILTER_SAVE, "n_clicks", 1)],
        "state": [(ids.FILTER_NAME, "value", "Mine"), (ids.FILTER_SHARED, "value", True),
                  (ids.FILTER_SCOPE, "value", "search"), (ids.FILTER_SET, "data", None),
                  (ids.FILTER_SEARCH, "data", s), *editor([RULE])]}),
    ("..filter-rules.children...filter-name.value...filter-set.data...filter-delete.hidden...dry-run-stale.hidden"
     "...filter-shared.value...filter-scope.value..", lambda s: {
        "inputs": [(ids.FILTER_FROM_OPEN, "n_clicks", 1)],
        "state": [(ids.FILTER_FROM, "value", f"search:{s}"), (ids.DRY_RUN_SEEN, "data", None)]}),
    ("..ledger.children...ledger-by-rule.children..", lambda s: {
        "inputs": [(ids.LEDGER_FIND, "value", ""), (ids.LEDGER_RULE, "value", "any"),
                   (ids.LEDGER_STATE, "value", "all"), (ids.LEDGER_PREVIOUS, "n_clicks", None),
                   (ids.LEDGER_NEXT, "n_clicks", None), (ids.LEDGER_CHANGED, "data", None)],
        "state": [(ids.LEDGER_AT, "data", 0), (ids.LEDGER_SEARCH, "data", s)]}),
    ("ledger-changed.data", lambda s: {
        "inputs": [[(ids.ledger_restore(1), "n_clicks", 1)]],
        "state": [[(ids.ledger_restore(1), "id", ids.ledger_restore(1))], [(ids.ledger_restore(1), "value", "X")],
                  (ids.LEDGER_SEARCH, "data", s)]}),
    ("..filter-run.data...filter-clock.disabled..", lambda s: {
        "inputs": [[(ids.ledger_restore_rule(1), "n_clicks", None)], (ids.LEDGER_RESTORE_ALL, "n_clicks", 1)],
        "state": [(ids.LEDGER_SEARCH, "data", s)],
        "triggered": f"{ids.LEDGER_RESTORE_ALL}.n_clicks"}),
]  # fmt: skip
# What Dash calls the callback of the button that has people read, which has no output.
MATCH_MAKE = "497571be3bac27ecf7d5585a0609ad06d70fe08c144d4bbf06120d392e112e04"
FOREIGN += [
    ("match-answer.data", lambda s: {
        "inputs": [(ids.MATCH_REQUEST, "data", {"n": 1, "kind": "text", "text": ""})],
        "state": [(ids.GRID_VIEW, "data", _grid(s))]}),
    ("match-fitting-list.children", lambda s: {
        "inputs": [(ids.MATCH_FITTING, "n_clicks", 1)],
        "state": [(ids.PERSON_ANSWER, "data", {"person": "1"}), (ids.GRID_VIEW, "data", _grid(s))]}),
    (MATCH_MAKE, lambda s: {
        "inputs": [(ids.MATCH_MAKE, "n_clicks", 1)], "state": [(ids.GRID_VIEW, "data", _grid(s))]}),
    ("..rediscover-match.data...rediscover-body.children...rediscover-clock.disabled..", lambda s: {
        "inputs": [(ids.REDISCOVER_START, "n_clicks", 1), (ids.REDISCOVER_JOB, "n_clicks", None)],
        "state": [(ids.REDISCOVER_TEXT, "value", ""), (ids.REDISCOVER_SEARCH, "data", s)]}),
    ("..rediscover-body.children...rediscover-clock.disabled..", lambda s: {
        "inputs": [(ids.REDISCOVER_CLOCK, "n_intervals", 1)],
        "state": [(ids.REDISCOVER_MATCH, "data", 1), (ids.REDISCOVER_SEARCH, "data", s)]}),
    ("rediscover-body.children", lambda s: {
        "inputs": [(ids.REDISCOVER_ADD, "n_clicks", 1)],
        "state": [[(ids.rediscover_choice(1), "value", [1])], (ids.REDISCOVER_MATCH, "data", 1),
                  (ids.REDISCOVER_SEARCH, "data", s)]}),
]  # fmt: skip
FOREIGN += [
    ("..sources-earlier.children...sources-agent-state.children..", lambda s: {
        "inputs": [(ids.SOURCES_AGENT, "value", "1")], "state": [(ids.SOURCES_SEARCH, "data", s)]}),
    ("..sources-started.data...sources-problem.children..", lambda s: {
        "inputs": [(ids.SOURCES_LAUNCH, "n_clicks", 1), (ids.SOURCES_LATEST, "n_clicks", None)],
        "state": _sources(s)}),
    ("..sources-started.data...sources-problem.children..", lambda s: {
        "inputs": [[(ids.sources_take("1"), "n_clicks", None)], (ids.SOURCES_TAKE, "n_clicks", 1)],
        "state": [(ids.SOURCES_CONTAINER, "value", "1"), *_sources(s)],
        "triggered": f"{ids.SOURCES_TAKE}.n_clicks"}),
    ("..sources-launches.children...sources-clock.disabled...sources-seen.data..", lambda s: {
        "inputs": [(ids.SOURCES_CLOCK, "n_intervals", 1), (ids.SOURCES_STARTED, "data", None)],
        "state": [(ids.SOURCES_SEARCH, "data", s), (ids.SOURCES_SEEN, "data", None)]}),
    ("..sources-schedules.children...sources-schedule-problem.children..", lambda s: {
        "inputs": [(ids.SOURCES_SCHEDULE_ADD, "n_clicks", 1)],
        "state": [(ids.SOURCES_SCHEDULE_WHAT, "value", "latest"), (ids.SOURCES_EVERY, "value", "24"),
                  (ids.SOURCES_HOUR, "value", "6"), *_sources(s)]}),
]  # fmt: skip
FOREIGN += [
    ("triage-answer.data", lambda s: {
        "inputs": [(ids.TRIAGE_REQUEST, "data", {"n": 1, "do": "begin", "person": "1"})],
        "state": [(ids.TRIAGE_VIEW, "data", {"search_id": s})]}),
    ("triage-ahead.data", lambda s: {
        "inputs": [(ids.TRIAGE_AHEAD_REQUEST, "data", {"n": 1, "person": "1", "position": 0})],
        "state": [(ids.TRIAGE_VIEW, "data", {"search_id": s})]}),
    ("triage-done.data", lambda s: {
        "inputs": [(ids.TRIAGE_CHANGE, "data", {"n": 1, "do": "decide", "person": "1", "value": "shortlisted"})],
        "state": [(ids.TRIAGE_VIEW, "data", {"search_id": s})]}),
    ("triage-done.data", lambda s: {
        "inputs": [(ids.TRIAGE_NOTE_REQUEST, "data", {"n": 1, "person": "1", "body": "Hm"})],
        "state": [(ids.TRIAGE_VIEW, "data", {"search_id": s})]}),
    ("candidate-cards.children", lambda s: {
        "inputs": [(ids.CARDS_REQUEST, "data", {"n": 1, "start": 0})],
        "state": [(ids.GRID_VIEW, "data", {"search_id": s})]}),
    ("mention-offer.data", lambda s: {
        "inputs": [(ids.MENTION_REQUEST, "data", {"n": 1, "search_id": s, "typed": "a"})]}),
]  # fmt: skip

TAKES_NO_ID = {
    "first-problem.children": "makes a search of one's own: test_first_minute.py",
    "first-steps.children": "one's own guide: test_first_minute.py",
    "search-saved.data": "tells whether sample data is still being removed",
    "mentions.children": "counts the notes that name the actor: test_mentions.py",
    "mentions-list.children": "marks the notes that name the actor: test_mentions.py",
    "..sources-agent.options...sources-agent.placeholder...sources-agent-state.children..":
        "the account's agents, the team's",
    "sources-schedules.children": "takes a schedule's id: test_sources_page.py",
    "..password-old.value...password-new.value...password-again.value...password-problem.children..."
    "account-sessions.children..": "one's own password: test_passwords.py",
    "account-sessions.children": "takes a sign-in's id: test_passwords.py",
    "..search-members-list.children...search-members.value...search-problem.children..":
        "finds colleagues by address: test_sharing.py",
    '{"place":["MATCH"],"type":"sample"}.children': "a pattern: test_filter_page.py asks for a private search",
    '{"type":"list-changes","version":["MATCH"]}.children': "takes a list's id: test_lists_page.py",
    '..{"place":["ALL"],"type":"rule-sentence"}.children...dry-run-stale.hidden..': "puts rules into words",
    "..filter-rules.children...dry-run-stale.hidden..": "changes the rows of an editor, reads nothing",
    "..filter-progress.children...filter-clock.disabled...filter-seen.data..": "takes a run: test_filter_page.py",
    "..list-form.children...list-form.is_open..": "takes a list's id: test_lists_page.py",
    "..list-form.is_open...url.href...list-problem.children..": "takes a list's id: test_lists_page.py",
    "..list-kind-hint.children...list-holds-box.hidden..": "explains a kind of list, reads nothing",
    "..list-text.value...list-filled.data...list-entry-problem.children..": "takes a list: test_lists_page.py",
    "..list-file-state.children...list-file-clock.disabled...list-entry-problem.children..":
        "takes a list: test_list_sources.py",
    "..list-file-state.children...list-file-clock.disabled...list-file-seen.data...list-filled.data..":
        "takes a list: test_list_sources.py",
    "names.children": "names are everyone's: test_names_page.py",
    "..names-name.value...names-same.value...names-changed.data...names-problem.children..":
        "names are everyone's: test_names_page.py",
    "names-changed.data": "names are everyone's: test_names_page.py",
    "..list-sheet-run.data...list-sheet-clock.disabled...list-entry-problem.children..":
        "takes a list: test_list_sources.py",
    "..list-sheet-state.children...list-sheet-clock.disabled..": "takes a run: test_list_sources.py",
    "list-entries.children": "takes a list's id: test_lists_page.py",
    "list-filled.data": "takes a list's id: test_lists_page.py",
    "url.href": "takes a list's id: test_lists_page.py",
    '..{"key":["MATCH"],"type":"facet"}.children...{"key":["MATCH"],"type":"facet-done"}.data..':
        "a pattern: test_facets.py asks for a private search",
    "970a17b29218e9dff628a2c3ba28de3b374b1e01f61712a1004a98dd69801410": "keeps the actor's own columns",
    "screen-criteria.children": "changes the rows of an editor, reads nothing",
    "..run-progress.children...screen-clock.disabled...screen-seen.data..": "takes a run's id: test_screen_page.py",
    "..screen-criteria.children...screen-proposal-clock.disabled...screen-proposal-note.children..."
    "screen-propose.disabled..": "takes a run's id: test_screen_page.py",
    "..screen-run.data...screen-clock.disabled..": "takes a run's id: test_screen_page.py",
    "screen-run.data": "takes a run's id: test_screen_page.py",
    "..run-progress.children...enrich-clock.disabled...enrich-seen.data..": "takes a run's id: test_enrich_page.py",
    "..enrich-run.data...enrich-clock.disabled..": "takes a run's id: test_enrich_page.py",
    "enrich-run.data": "takes a run's id: test_enrich_page.py",
    "..screen-hold.children...screen-clock.disabled..": "about the account, not about a search",
    "..screen-criteria.children...screen-problem.children..": "takes a version's id: test_presets.py",
    "..preset-choice.options...screen-problem.children..": "takes a preset's id: test_presets.py",
    "run-state.data": "takes a run's id: test_bulk_bar.py",
    "saved-view-list.children": "takes a view's id: test_saved_views.py",
    "..search-list.children...archive-clock.disabled...archive-watch.data..": "lists what the actor may see",
    "..search-list.children...archive-clock.disabled...archive-watch.data...search-page.value..."
    "search-page-count.children...search-pager.hidden...search-pages.children...search-shown.data...search-q.value..."
    "search-whose.value...search-state.value..":
        "lists what the actor may see",
    "00b3708327c1709712cf7fda8f470593ea5f7091640a5398b4c836a9fc7ebb6e": "of an archived search: test_archive_pages.py",
    "c6d9c58671f06b60abb5542543db1522722c61c896b32d477b0c74e0a2511036": "of a deleted search: test_search_deletion.py",
    "..archive-suggestion.children...search-saved.data..": "archives what is suggested to the actor",
    "..archive-rows.children...archive-page.value...archive-shown.data..":
        "of an archived search: test_archive_pages.py",
    "..archive-state.children...archive-page-clock.disabled..": "of an archived search: test_archive_pages.py",
    "reject-dialog.is_open": "shuts a dialog, reads nothing",
    "usage.children": "shows what the actor may see",
    "filter-chips.children": "puts the given filters into words; a match: test_matching.py",
    "url-answer.data": "reads the given address, no data",
    "..runs-list.children...runs-seen.data..": "lists what the actor may see",
    "..import-files.children...import-preview.children...import-mapping.children...import-start.hidden"
    "...import-dry-run.hidden...import-problem.children..": "takes an upload's id: test_upload.py",
    "..import-dry-run-report.children...import-dry-run-clock.disabled..": "takes a run's id: test_import_page.py",
    "..import-report.children...import-setup.hidden...import-clock.disabled..": "takes a run's id: test_upload.py",
    "..export-columns.options...export-columns.value...export-columns-box.hidden..": "offers columns, reads nothing",
    "..export-progress.children...export-run.data...export-clock.disabled...export-past.children..":
        "takes a run's id: test_export_dialog.py",
    "export-past.children": "takes an export's id: test_export_dialog.py",
    "run-cancel-request.clear_data": "takes a run's id: test_upload.py",
    "..run-undo-request.clear_data...runs-list.children..": "takes a batch's id: test_selection.py",
    "..duplicates-list.children...duplicates-shown.data...duplicates-state.value...duplicates-search.value..."
    "duplicates-score.value..": "lists what the actor may see; a search's id: test_duplicates_page.py",
    '{"card":["MATCH"],"type":"duplicate-card"}.children': "takes a pair's id: test_duplicates_page.py",
    "duplicates-run.data": "compares everyone, shows nobody",
    "..duplicates-progress.children...duplicates-clock.disabled...duplicates-found.data..":
        "takes a run's id: test_duplicates_page.py",
}  # fmt: skip


@pytest.fixture
def private(rt: Runtime, alice: Actor) -> str:
    """Alice's own search, shared with nobody."""
    return str(searches.create_search(rt, alice, "Alice only", "private").id)


@pytest.mark.parametrize(("output", "arguments"), FOREIGN, ids=[f"{o[:40]}-{i}" for i, (o, _) in enumerate(FOREIGN)])
def test_someone_elses_private_search_is_refused(
    client_for: ClientFor, bob: Actor, private: str, output: str, arguments: Callable[[str], dict[str, Any]]
) -> None:
    client = client_for(bob)
    refused = call(client, output, **arguments(private))
    missing = call(client, output, **arguments("00000000-0000-4000-8000-000000000000"))
    assert (refused.status_code, missing.status_code) == (403, 403)
    # The same answer for "not yours" and "not there": ids cannot be probed.
    assert refused.get_json()["error"] == missing.get_json()["error"]
    assert "Alice" not in refused.get_data(as_text=True)


@pytest.mark.parametrize(("output", "arguments"), FOREIGN, ids=[f"{o[:40]}-{i}" for i, (o, _) in enumerate(FOREIGN)])
def test_the_owner_is_not_refused(
    client_for: ClientFor, alice: Actor, private: str, output: str, arguments: Callable[[str], dict[str, Any]]
) -> None:
    """Else the test above would pass for calls that are refused for another reason."""
    assert call(client_for(alice), output, **arguments(private)).status_code in {200, 204}


def test_every_callback_is_tried_with_someone_elses_ids(registry: Registry) -> None:
    tried = {output for output, _ in FOREIGN} | set(TAKES_NO_ID)
    # What only admins may call is refused to everyone else, whatever the ids: see above.
    asked = {plain(output) for output, declared in registry.callbacks.items() if declared.rule is not Rule.ADMIN}
    assert asked - tried == set()

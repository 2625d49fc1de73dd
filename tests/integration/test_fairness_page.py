"""Adverse impact: an admin hands in counts, reads what comes of them, takes it along, deletes it; nobody else does."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Callable
from typing import Any

import pytest
from werkzeug.test import TestResponse

from layouts import ids, text
from services.access.identity import Actor
from services.errors import BadInput, Forbidden, NotFound
from services.figures import fairness
from services.runtime import Runtime
from services.searches import searches
from tests.web import Browser, call

ClientFor = Callable[[Actor], Browser]
ADD = (f"..{ids.FAIRNESS_ANSWER}.children...{ids.FAIRNESS_REPORT}.children...{ids.ADMIN_FAIRNESS}.children..."
       f"{ids.FAIRNESS_TEXT}.value...{ids.FAIRNESS_NAME}.value..")  # fmt: skip
TABLE = "attribute,group,applicants,selected\nsex,women,120,24\nsex,men,140,42\nsex,other,13,3\nsex,not said,2,1\n"


def show(client: Browser, path: str = "/admin/fairness") -> str:
    answer = call(client, "page.children", [(ids.URL, "pathname", path)], [(ids.URL, "search", "")])
    return json.dumps(answer.get_json()["response"][ids.PAGE]["children"], ensure_ascii=False)


def add(client: Browser, name: str, table: str, search: str = "all") -> TestResponse:
    state: list[Any] = [
        (ids.FAIRNESS_NAME, "value", name), (ids.FAIRNESS_SEARCH, "value", search), (ids.FAIRNESS_TEXT, "value", table),
    ]  # fmt: skip
    return call(client, ADD, [(ids.FAIRNESS_ADD, "n_clicks", 1)], state)


def audited(rt: Runtime) -> list[tuple[str, str]]:
    with rt.db.connection() as conn:
        found = conn.execute("SELECT action, detail::text FROM audit_log WHERE action LIKE 'fairness.%' ORDER BY id")
        return [(row["action"], row["detail"]) for row in found.fetchall()]


def test_an_admin_hands_in_counts_and_reads_what_comes_of_them(
    rt: Runtime, admin: Actor, client_for: ClientFor
) -> None:
    client = client_for(admin)
    assert text.FAIRNESS_NONE in show(client)
    search = str(searches.create_search(rt, admin, "Data engineers").id)
    answer = add(client, "Data engineers, autumn", TABLE, search).get_json()["response"]
    shown = json.dumps(answer[ids.FAIRNESS_REPORT]["children"], ensure_ascii=False)
    assert answer[ids.FAIRNESS_ANSWER]["children"] == [] and answer[ids.FAIRNESS_TEXT]["value"] == ""
    assert "20.0 %" in shown and "30.0 %" in shown and '"0.67"' in shown
    assert shown.count(text.FAIRNESS_NOT_SHOWN) == 2 and text.FAIRNESS_HIDDEN.format(n=2) in shown
    assert "chance" in shown and "29 CFR 1607.4" in shown
    (listed,) = fairness.reports(rt, admin)
    assert (listed.title, listed.search, listed.groups) == ("Data engineers, autumn", "Data engineers", 4)
    page = show(client, f"/admin/fairness/{listed.id}")
    assert "20.0 %" in page and f"/admin/fairness/{listed.id}" in page
    assert audited(rt) == [("fairness.report", '{"groups": 4}')]


def test_what_is_hidden_is_written_down_nowhere(rt: Runtime, admin: Actor) -> None:
    made = fairness.add(rt, admin, "All", TABLE)
    with rt.db.connection() as conn:
        rows = conn.execute("SELECT * FROM impact_groups WHERE report_id = %s ORDER BY position", [made]).fetchall()
    assert [(row["name"], row["applicants"], row["selected"]) for row in rows] == [
        ("women", 120, 24), ("men", 140, 42), ("other", None, None), ("not said", None, None),
    ]  # fmt: skip
    assert [row["hidden"] for row in rows] == [False, False, True, True]


def test_bad_tables_get_one_message_and_nothing_is_kept(rt: Runtime, admin: Actor, client_for: ClientFor) -> None:
    client = client_for(admin)
    for name, table, search, said in (
        ("", TABLE, "all", fairness.NO_TITLE),
        ("Autumn", "name,applicants\nA,1", "all", "is about persons"),
        ("Autumn", "group,applicants,selected\nA,3,4", "all", "Line 2: selected is more than applicants"),
        ("Autumn", TABLE, "none", fairness.NO_SEARCH),
        ("Autumn", TABLE, "00000000-0000-0000-0000-000000000000", fairness.NO_SEARCH),
    ):
        answer = add(client, name, table, search).get_json()["response"]
        assert list(answer) == [ids.FAIRNESS_ANSWER], "what was typed stays"
        assert said in answer[ids.FAIRNESS_ANSWER]["children"]["props"]["children"]
    assert fairness.reports(rt, admin) == [] and audited(rt) == []


def test_the_file_holds_what_the_page_shows(rt: Runtime, admin: Actor, client_for: ClientFor) -> None:
    made = fairness.add(rt, admin, "All", TABLE.replace("women", "=women"))
    answer = client_for(admin).get(f"/admin/fairness/{made}.csv")
    assert answer.status_code == 200 and answer.headers["Cache-Control"] == "no-store"
    lines = list(csv.DictReader(io.StringIO(answer.get_data(as_text=True))))
    assert [line["group"] for line in lines] == ["'=women", "men", "other", "not said"]
    assert (lines[0]["selection_rate"], lines[0]["impact_ratio"], lines[0]["below_four_fifths"]) == (
        "0.2000", "0.6667", "yes",
    )  # fmt: skip
    assert lines[1]["below_four_fifths"] == "no" and lines[2]["applicants"] == fairness.HIDDEN
    assert [action for action, _ in audited(rt)] == ["fairness.report", "fairness.download"]


def test_a_report_is_deleted_for_good(rt: Runtime, admin: Actor, client_for: ClientFor) -> None:
    made, other = fairness.add(rt, admin, "First", TABLE), fairness.add(rt, admin, "Second", TABLE)
    outputs = f"..{ids.FAIRNESS_ANSWER}.children...{ids.FAIRNESS_REPORT}.children...{ids.ADMIN_FAIRNESS}.children.."
    client = client_for(admin)
    answer = call(client, outputs, [(ids.FAIRNESS_DELETE, "n_clicks", 1)], [(ids.FAIRNESS_ID, "data", made)])
    assert "Second" in answer.get_data(as_text=True) and "First" not in answer.get_data(as_text=True)
    assert [one.id for one in fairness.reports(rt, admin)] == [other]
    with pytest.raises(NotFound):
        fairness.delete(rt, admin, made)
    with rt.db.connection() as conn:
        assert (
            conn.execute("SELECT count(*) AS n FROM impact_groups WHERE report_id = %s", [made]).fetchall()[0]["n"] == 0
        )
    assert fairness.NO_REPORT in show(client, f"/admin/fairness/{made}")


def test_a_report_outlives_the_search_it_was_about(rt: Runtime, admin: Actor) -> None:
    search = searches.create_search(rt, admin, "Gone")
    fairness.add(rt, admin, "Autumn", TABLE, str(search.id))
    with rt.db.connection() as conn:
        conn.execute("DELETE FROM searches WHERE id = %s", [search.id])
    (left,) = fairness.reports(rt, admin)
    assert (left.search_id, left.search) == (None, "")


def test_nobody_but_admins_has_to_do_with_it(
    rt: Runtime, alice: Actor, charlie: Actor, admin: Actor, client_for: ClientFor
) -> None:
    made = fairness.add(rt, admin, "All", TABLE)
    for actor in (alice, charlie):
        for use in (
            lambda who: fairness.reports(rt, who),
            lambda who: fairness.searches(rt, who),
            lambda who: fairness.read(rt, who, made),
            lambda who: fairness.add(rt, who, "All", TABLE),
            lambda who: fairness.delete(rt, who, made),
            lambda who: fairness.report_csv(rt, who, made),
        ):
            with pytest.raises(Forbidden):
                use(actor)
        client = client_for(actor)
        assert client.get(f"/admin/fairness/{made}.csv").status_code == 403
        assert add(client, "Mine", TABLE).status_code == 403
        assert "women" not in show(client, f"/admin/fairness/{made}")
    assert len(fairness.reports(rt, admin)) == 1


def test_no_title_is_refused_before_the_table_is_read(rt: Runtime, admin: Actor) -> None:
    with pytest.raises(BadInput, match="few words"):
        fairness.add(rt, admin, " \u200b ", "no table")

"""How long people are kept, by a clock that stands still."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from layouts import drawer_profile, page_report, text
from services.access.identity import Actor
from services.errors import BadInput, Forbidden, NotFound
from services.filtering import list_rows, lists
from services.people import person as people
from services.privacy import data_report, erasure_nightly, retention
from services.runtime import Runtime
from services.searches import searches
from tests.integration.test_erasure import HEADER, load
from tests.two_people import add_person, one, rows

NOW = datetime(2030, 6, 15, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)


@pytest.fixture
def search(rt: Runtime, alice: Actor) -> str:
    return str(searches.create_search(rt, alice, "Backend engineers, Lisbon").id)


def person(rt: Runtime, alice: Actor, search: str, name: str, country: str, collected: datetime, **more: Any) -> int:
    return add_person(rt, [UUID(search)], alice, full_name=name, country=country, collected_at=collected,
                      created_at=more.pop("created_at", collected), **more)  # fmt: skip


def names(rt: Runtime) -> list[str]:
    return [row["full_name"] for row in rows(rt, "SELECT full_name FROM profiles ORDER BY full_name")]


def ago(months: int, days: int = 0) -> datetime:
    """Some months before NOW, by the calendar, and days."""
    year, month = divmod(NOW.year * 12 + NOW.month - 1 - months, 12)
    return NOW.replace(year=year, month=month + 1) - days * DAY


def test_each_jurisdiction_has_a_time_of_its_own(rt: Runtime, alice: Actor, admin: Actor, search: str) -> None:
    person(rt, alice, search, "German, over", "Germany", ago(24, 1), notified_at=NOW)
    person(rt, alice, search, "German, not yet", "GERMANY", ago(24, -1), notified_at=NOW)
    person(rt, alice, search, "Brazilian, not yet", "Brazil", ago(24, 1), notified_at=NOW)
    person(rt, alice, search, "Brazilian, over", "Brazil", ago(36, 1), notified_at=NOW)
    person(rt, alice, search, "Nowhere, over", "", ago(36, 1), notified_at=NOW)
    found = retention.overview(rt, admin, NOW)
    assert [row.full_name for row in found.overdue if row.over] == ["German, over", "Brazilian, over", "Nowhere, over"]
    assert (found.expired, found.untold) == (3, 0)
    assert {row.kept_until for row in found.overdue} == {NOW - DAY}


def test_who_got_on_since_is_kept_longer(rt: Runtime, alice: Actor, admin: Actor, search: str) -> None:
    kept = person(rt, alice, search, "Interviewed since", "France", ago(30), notified_at=NOW)
    rows(rt, "UPDATE candidates SET stage = 'interviewing', stage_changed_at = %s WHERE profile_id = %s", ago(23), kept)
    assert retention.overview(rt, admin, NOW).expired == 0
    assert retention.overview(rt, admin, NOW + 40 * DAY).expired == 1


def test_notice_is_due_a_month_after_someone_was_collected_first(
    rt: Runtime, alice: Actor, admin: Actor, search: str
) -> None:
    person(rt, alice, search, "Late", "France", NOW, created_at=ago(1, 1), source="csv")
    person(rt, alice, search, "Not yet", "France", NOW, created_at=ago(1, -1))
    person(rt, alice, search, "Told", "France", NOW, created_at=ago(6), notified_at=ago(5))
    found = retention.overview(rt, admin, NOW)
    assert [(row.full_name, row.source, row.untold, row.over) for row in found.overdue] == [
        ("Late", "csv", True, False)
    ]
    assert found.overdue[0].notice_due == NOW - DAY
    assert retention.mark_told(rt, admin, NOW) == 1
    after = retention.overview(rt, admin, NOW)
    assert (after.untold, after.overdue) == (0, [])
    assert one(rt, "SELECT notified_at FROM profiles WHERE full_name = 'Told'")["notified_at"] == ago(5)


def test_each_person_has_their_dates(rt: Runtime, alice: Actor, admin: Actor, search: str) -> None:
    """In the drawer and in the report, and by the same rules as in the list of who is overdue."""
    german = person(rt, alice, search, "German", "GERMANY", ago(20), created_at=ago(22), email="g@example.com")
    moved = person(rt, alice, search, "Moved on", "Brazil", ago(20), notified_at=ago(19))
    rows(rt, "UPDATE candidates SET stage = 'contacted', stage_changed_at = %s WHERE profile_id = %s", ago(3), moved)
    shown = {}
    for profile in (german, moved):
        own = one(rt, "SELECT id FROM candidates WHERE profile_id = %s", profile)["id"]
        shown[profile] = people.person(rt, alice, UUID(search), own)
    assert [(p.notice_due, p.notified_at, p.kept_until) for p in shown.values()] == [
        (ago(21), None, ago(-4)), (ago(19), ago(19), ago(-33))]  # fmt: skip
    drawn = [str(drawer_profile.dates(p)) for p in shown.values()]
    assert text.PERSON_TELL in drawn[0] and text.PERSON_TOLD not in drawn[0]
    assert text.PERSON_TOLD in drawn[1] and all(text.PERSON_KEPT in one_of for one_of in drawn)
    (report,) = data_report.reports(rt, admin, "g@example.com")
    assert (report.profile["notice_due"], report.profile["kept_until"]) == (ago(21), ago(-4))
    assert text.REPORT_NOT_TOLD in str(page_report.reports([report]))
    for days, over in ((-1, 0), (1, 1)):
        assert retention.overview(rt, admin, ago(-4) + days * DAY).expired == over


def test_some_are_told_one_by_one(rt: Runtime, alice: Actor, admin: Actor, search: str) -> None:
    first, _ = (person(rt, alice, search, name, "", NOW, created_at=ago(3)) for name in ("A", "B"))
    assert retention.mark_told(rt, admin, NOW, [first]) == 1
    assert [row.full_name for row in retention.overview(rt, admin, NOW).overdue] == ["B"]


def test_the_night_erases_nobody_unless_an_admin_wants_it(rt: Runtime, alice: Actor, admin: Actor, search: str) -> None:
    person(rt, alice, search, "Over", "France", ago(25))
    person(rt, alice, search, "Fresh", "France", ago(1))
    assert retention.purge(rt, NOW) == 0 and names(rt) == ["Fresh", "Over"]
    retention.set_all(rt, admin, purge=True, decision_months=36)
    assert retention.purge(rt, NOW) == 1 and names(rt) == ["Fresh"]
    assert retention.purge(rt, NOW) == 0
    assert one(rt, "SELECT reason, people, user_id FROM erasures") == {
        "reason": "retention",
        "people": 1,
        "user_id": None,
    }
    assert one(rt, "SELECT profile_count FROM searches") == {"profile_count": 1}
    erasure_nightly.run(rt)
    assert names(rt) == ["Fresh"], "by today's clock their time is not over"


def test_many_go_in_one_night(
    rt: Runtime, alice: Actor, admin: Actor, search: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(retention, "AT_ONCE", 3)
    for n in range(8):
        person(rt, alice, search, f"P {n}", "France", ago(25))
    retention.set_all(rt, admin, purge=True, decision_months=36)
    assert retention.purge(rt, NOW) == 8 and names(rt) == []


def test_who_was_purged_may_come_again(rt: Runtime, alice: Actor, admin: Actor, search: str) -> None:
    row = f"{HEADER}\nAda Example,https://www.linkedin.com/in/ada-example,ada@example.com,,,,,\n"
    load(rt, alice, search, row)
    rows(rt, "UPDATE profiles SET collected_at = %s", ago(40))
    retention.set_all(rt, admin, purge=True, decision_months=36)
    assert retention.purge(rt, NOW) == 1
    counts = load(rt, alice, search, row)
    assert (counts["added"], counts["suppressed"]) == (1, 0)


def test_who_is_purged_stays_on_lists(rt: Runtime, alice: Actor, admin: Actor, search: str) -> None:
    person(rt, alice, search, "Ada Example", "France", ago(40), email="ada@example.com")
    made = lists.create(rt, alice, "do_not_contact", "Never again")
    lists.add(rt, alice, made, list_rows.from_text("ada@example.com", "people"))
    retention.set_all(rt, admin, purge=True, decision_months=36)
    assert retention.purge(rt, NOW) == 1
    assert lists.get(rt, alice, made).entry_count == 1


def test_the_decision_log_has_a_time_of_its_own(rt: Runtime, alice: Actor, admin: Actor, search: str) -> None:
    own = person(rt, alice, search, "Still here", "France", NOW, notified_at=NOW)
    here = one(rt, "SELECT id FROM candidates WHERE profile_id = %s", own)["id"]
    old = datetime.now(UTC) - timedelta(days=800)
    for candidate, at in ((here, old), (999_999, old), (999_998, datetime.now(UTC) - timedelta(days=100))):
        rows(
            rt,
            "INSERT INTO ai_decisions (candidate_id, rubric_id, user_id, model, prompt_version, input_hash, output,"
            " tokens, created_at) VALUES (%s, 1, %s, 'm', '1', 'h', '[]', 1, %s)",
            candidate,
            alice.user_id,
            at,
        )
    retention.set_all(rt, admin, purge=False, decision_months=6)
    retention.purge(rt, datetime.now(UTC) + timedelta(days=3650))
    left = {row["candidate_id"] for row in rows(rt, "SELECT candidate_id FROM ai_decisions")}
    # Who is there keeps theirs; nothing goes within six months, whatever the clock of the caller says.
    assert left == {here, 999_998}


# -- rules -------------------------------------------------------------------------------------------


def test_an_admin_edits_rules(rt: Runtime, alice: Actor, admin: Actor, search: str) -> None:
    person(rt, alice, search, "Swiss", "Switzerland", ago(13), notified_at=NOW)
    retention.add_rule(rt, admin, "Just the Swiss", "Switzerland,\n Liechtenstein", "12")
    assert retention.overview(rt, admin, NOW).expired == 1, (
        "the shorter time counts where two rules are about a country"
    )
    rule = next(r for r in retention.overview(rt, admin, NOW).rules if r.jurisdiction == "Just the Swiss")
    assert (rule.countries, rule.keep_months) == (["liechtenstein", "switzerland"], 12)
    retention.set_rule(rt, admin, rule.id, 14)
    assert retention.overview(rt, admin, NOW).expired == 0
    retention.remove_rule(rt, admin, rule.id)
    assert "Just the Swiss" not in {r.jurisdiction for r in retention.overview(rt, admin, NOW).rules}


def test_months_that_make_no_sense_change_nothing(rt: Runtime, admin: Actor) -> None:
    before = retention.overview(rt, admin, NOW)
    for months in ("0", "241", "-1", "a year", "", None, "1.5"):
        with pytest.raises(BadInput, match="Months are a whole number"):
            retention.add_rule(rt, admin, "X", "France", months)
        with pytest.raises(BadInput, match="Months are a whole number"):
            retention.set_rule(rt, admin, before.rules[0].id, months)
        with pytest.raises(BadInput, match="Months are a whole number"):
            retention.set_all(rt, admin, purge=True, decision_months=months)
    assert retention.overview(rt, admin, NOW) == before


def test_rules_that_make_no_sense_are_refused(rt: Runtime, admin: Actor) -> None:
    for name, countries in (("", "France"), ("X", ""), ("X", " , ")):
        with pytest.raises(BadInput):
            retention.add_rule(rt, admin, name, countries, 12)
    with pytest.raises(BadInput, match="already"):
        retention.add_rule(rt, admin, "EVERYWHERE ELSE", "France", 12)
    others = next(rule for rule in retention.overview(rt, admin, NOW).rules if not rule.countries)
    with pytest.raises(NotFound):
        retention.remove_rule(rt, admin, others.id)
    with pytest.raises(NotFound):
        retention.set_rule(rt, admin, 999, 12)


def test_it_is_for_admins_only(rt: Runtime, alice: Actor) -> None:
    for act in (
        lambda: retention.overview(rt, alice, NOW), lambda: retention.mark_told(rt, alice, NOW),
        lambda: retention.set_all(rt, alice, purge=True, decision_months=12),
        lambda: retention.add_rule(rt, alice, "X", "France", 12), lambda: retention.set_rule(rt, alice, 1, 12),
        lambda: retention.remove_rule(rt, alice, 1),
    ):  # fmt: skip
        with pytest.raises(Forbidden):
            act()

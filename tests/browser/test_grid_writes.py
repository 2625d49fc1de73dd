"""Others write while someone reads."""

from __future__ import annotations

import threading
import uuid

import redis

from tests.browser.grid_page import GridPage, counted
from tests.browser.product import Product
from tests.waiting import until

PIPELINE = "array['new','shortlisted','contacted','interviewing','hired','rejected']"
TITLE = "nullif(c.title_key, '') COLLATE \"C\" ASC NULLS LAST, c.id ASC"
BY_STAGE = f"array_position({PIPELINE}, c.stage), c.id"


def test_ten_thousand_stage_changes_by_a_colleague_move_nothing_under_the_reader(
    page: GridPage, product: Product, search: uuid.UUID
) -> None:
    before = product.ids(search, order=BY_STAGE)
    page.open(search, "?sort=stage.asc").shows(before, at=0)
    page.record()
    burst = threading.Thread(target=set_stages, args=(product, search, before[::2][:10_000], "hired"))
    burst.start()
    row = 0
    while burst.is_alive():
        row = (row + 7_919) % len(before)
        page.scroll_to(row)
        page.shows(before, at=row)
    burst.join()
    until(lambda: page.is_shown("#stale-pill"), "no pill")
    for row in (26_000, 50, 13_000):
        page.scroll_to(row)
        page.shows(before, at=row)
    page.showed_only(before)

    after = product.ids(search, order=BY_STAGE)
    assert after != before
    page.click("#stale-pill")
    page.shows(after, at=0)
    assert not page.is_shown("#stale-pill")
    moved = after.index(before[0])
    page.scroll_to(moved)
    assert page.shows(after, at=moved).cells[moved]["stage"] == "Hired"


def test_a_view_that_is_no_longer_kept_starts_over_with_the_newest_data(
    page: GridPage, product: Product, search: uuid.UUID
) -> None:
    before = product.ids(search, order=BY_STAGE)
    page.open(search, "?sort=stage.asc").shows(before, at=0)
    set_stages(product, search, before[:3_000], "rejected")
    with redis.Redis.from_url(product.redis_url) as client:
        client.flushall()
    after = product.ids(search, order=BY_STAGE)
    page.scroll_to(15_000)
    page.says("loaded again", "nothing is said of it")
    page.shows(after, at=15_000)
    page.scroll_to(0)
    page.shows(after, at=0)
    assert not page.is_shown("#stale-pill")


def test_candidates_that_are_deleted_meanwhile_stay_in_their_place(page: GridPage, product: Product) -> None:
    search = product.generate(500, seed=5)
    before = product.ids(search)
    page.open(search).shows(before, at=0)
    gone = before[300:303]
    product.sql("DELETE FROM candidates WHERE id = ANY (%(ids)s)", ids=[int(row) for row in gone])
    product.sql("SELECT bump_version(%(search)s)", search=search)
    page.scroll_to(295)
    look = page.until(lambda look: look.cells.get(301, {}).get("full_name") == "Deleted since", "not shown as deleted")
    assert look.blank == [300, 301, 302]
    assert {at: row for at, row in look.ids.items() if row != before[at]} == {}


def test_ones_own_change_is_no_news_in_any_other_order(page: GridPage, product: Product) -> None:
    search = product.generate(300, seed=7)
    expected = product.ids(search)
    page.open(search).shows(expected, at=0)
    for column in ("title", "company"):
        page.sort_by(column)
        page.until(lambda look: look.exact and not look.blank, f"not sorted by {column}")
    shown = page.look()
    assert shown is not None
    page.tick(0)
    page.click('[data-action="exclude"]')
    page.says("1 person changed", "nothing says what was done")
    assert not page.is_shown("#stale-pill")
    # This order was shown before the change, and its list may still be kept.
    page.sort_by("title")
    left = product.ids(search, order=TITLE)
    assert sorted(left) == sorted(one for one in expected if one != shown.ids[0])
    page.shows(left, at=0)
    assert not page.is_shown("#stale-pill")
    page.click("#undo-last")
    page.says("Undone for 1 person", "the last action is not taken back")
    page.filter_header("title", "e")
    page.until(lambda look: look.exact and not look.blank and look.count != f"{len(left)} people", "not filtered")
    assert not page.is_shown("#stale-pill")
    page.filter_header("title", "")
    page.shows(product.ids(search, order=TITLE), at=0)


def test_whom_a_colleague_changed_is_left_alone_until_that_was_seen(page: GridPage, product: Product) -> None:
    search = product.generate(300, seed=8)
    product.sql("UPDATE candidates SET stage = 'new' WHERE search_id = %(search)s", search=search)
    expected = product.ids(search)
    page.open(search).shows(expected, at=0)
    set_stages(product, search, expected[:2], "hired")
    page.tick(0)
    page.click('[data-action="stage"][data-value="shortlisted"]')
    page.says("1 left alone", "nothing says that they were left alone")
    page.until(lambda look: look.cells[0]["stage"] == "Hired", "the row is not shown as it is now")
    page.tick(0)
    page.click('[data-action="stage"][data-value="shortlisted"]')
    page.says("1 person changed", "they are still left alone")

    # The drawer shows the newest data, whatever the row is.
    page.click('#candidate-grid .ag-row[row-index="1"] .sx-name')
    until(lambda: page.is_shown('#stage-select [data-value="hired"][aria-pressed="true"]'), "the drawer is not newest")
    page.click('#stage-select [data-value="contacted"]')
    page.until(lambda look: look.cells[1]["stage"] == "Contacted", "the drawer cannot set the stage")
    assert product.sql("SELECT stage FROM candidates WHERE id = %(id)s", id=int(expected[1])) == [("contacted",)]


def test_what_comes_late_for_a_view_that_was_left_is_not_heard(
    page: GridPage, product: Product, search: uuid.UUID
) -> None:
    expected = product.ids(search, order=TITLE)
    page.open(search).shows(product.ids(search), at=0)
    page.sort_by("title")
    page.shows(expected, at=0)
    late = {
        "search_id": str(search),
        "turn": 0,
        "version": 1,
        "count": 5,
        "exact": True,
        "start": 0,
        "snapshot": "1:1:",
    }
    for answer in (late, {**late, "error": "The database is busy.", "retry": False}):
        page.driver.execute_script("window.dash_clientside.grid.answered(arguments[0])", answer)
    assert page.text("#row-count") == counted(len(expected))
    assert not page.is_shown("#grid-notice")


def set_stages(product: Product, search: uuid.UUID, ids: list[str], stage: str) -> None:
    """As a colleague's bulk actions do: 500 at a time, the version with each."""
    for start in range(0, len(ids), 500):
        product.sql(
            "UPDATE candidates SET stage = %(stage)s, stage_changed_at = now(), changed_by = NULL,"
            " changed_xid = pg_current_xact_id() WHERE id = ANY (%(ids)s)",
            stage=stage,
            ids=[int(row) for row in ids[start : start + 500]],
        )
        product.sql("SELECT bump_version(%(search)s)", search=search)

"""The list of searches as its page asks for it."""

from __future__ import annotations

from typing import Any

from layouts import ids
from tests.web import Browser, call

LIST = (
    "..search-list.children...archive-clock.disabled...archive-watch.data...search-page.value..."
    "search-page-count.children...search-pager.hidden...search-pages.children...search-shown.data...search-q.value..."
    "search-whose.value...search-state.value.."
)


def shown_list(
    client: Browser,
    *,
    q: str = "",
    whose: str = "",
    state: str = "active",
    page: Any = 1,
    address: str | None = None,
    by: str = "search-page.value",
) -> dict[str, Any]:
    """What the list's callback answers; by: what was changed last. address: that the browser went to."""
    followed = None if address is None else {"query": address, "count": 1}
    answer = call(
        client, LIST,
        [(ids.SEARCH_Q, "value", q), (ids.SEARCH_WHOSE, "value", whose), (ids.SEARCH_STATE, "value", state),
         (ids.SEARCH_PAGE, "value", page), (ids.SEARCH_PREVIOUS, "n_clicks", 1), (ids.SEARCH_NEXT, "n_clicks", 1),
         (ids.SEARCH_SAVED, "data", None), (ids.SEARCH_ADDRESS, "data", followed)],
        triggered=by if address is None else "search-address.data",
    )  # fmt: skip
    assert answer.status_code == 200, answer.get_data(as_text=True)
    response: dict[str, Any] = answer.get_json()["response"]
    return response

"""Which page an address shows. A new page is one line of PAGES."""

from __future__ import annotations

from collections.abc import Callable
from functools import cache
from typing import Any
from urllib.parse import urlsplit

from dash import ClientsideFunction, Input, Output, State
from flask import Response, g, request
from werkzeug.exceptions import HTTPException
from werkzeug.routing import Map, MapAdapter
from werkzeug.routing import Rule as Path

from callbacks import (
    account,
    admin_operations,
    admin_users,
    agreement,
    analytics,
    duplicates,
    enrichment,
    fairness,
    filters,
    imports,
    ledger,
    list_page,
    lists,
    matching_admin,
    mentions,
    names,
    privacy,
    rediscovery,
    runs,
    screening,
    search_list,
    search_page,
    sources,
    triage,
    usage,
)
from callbacks.registry import Registry, Rule
from callbacks.session import PAGE_ENDPOINTS, current_actor
from layouts import ids, shell, text
from services.errors import Archived, Forbidden, ProductError

# Gets (rt, actor, **parameters of the path) and returns a component; see query() for the rest of the address.
PageFunction = Callable[..., Any]

# (path with werkzeug's <converter:name> parameters, function)
PAGES: list[tuple[str, PageFunction]] = [
    ("/", search_list.page),
    ("/search/<uuid:search_id>", search_page.page),
    ("/search/<uuid:search_id>/triage", triage.page),
    ("/search/<uuid:search_id>/import", imports.page),
    ("/search/<uuid:search_id>/sources", sources.page),
    ("/search/<uuid:search_id>/screen", screening.page),
    ("/search/<uuid:search_id>/enrich", enrichment.page),
    ("/search/<uuid:search_id>/match", rediscovery.page),
    ("/search/<uuid:search_id>/agreement", agreement.page),
    ("/search/<uuid:search_id>/agreement/<int:version>", agreement.page),
    ("/search/<uuid:search_id>/filter", filters.page),
    ("/search/<uuid:search_id>/ledger", ledger.page),
    ("/search/<uuid:search_id>/funnel", ledger.funnel_page),
    ("/lists", lists.page),
    ("/lists/<int:list_id>", list_page.page),
    ("/lists/names", names.page),
    ("/duplicates", duplicates.page),
    ("/mentions", mentions.page),
    ("/runs", runs.page),
    ("/usage", usage.page),
    ("/analytics", analytics.page),
    ("/analytics/<int:period>", analytics.page),
    ("/search/<uuid:search_id>/analytics", analytics.page),
    ("/search/<uuid:search_id>/analytics/<int:period>", analytics.page),
    ("/account", account.page),
    ("/admin/users", admin_users.page),
    ("/admin/sessions", admin_users.sessions_page),
    ("/admin/workers", admin_operations.workers_page),
    ("/admin/jobs", admin_operations.jobs_page),
    ("/admin/matching", matching_admin.page),
    ("/admin/keys", admin_operations.keys_page),
    ("/admin/privacy", privacy.page),
    ("/admin/fairness", fairness.page),
    ("/admin/fairness/<int:report_id>", fairness.page),
]


def find(pathname: str) -> tuple[PageFunction, dict[str, Any]] | None:
    """The page function of a path with its parameters, or None."""
    try:
        endpoint, params = _paths().match(pathname or "/")
    except HTTPException:
        return None
    return PAGES[int(endpoint)][1], dict(params)


@cache
def _paths() -> MapAdapter:
    """Made once: it takes as long as a page."""
    rules = [Path(path, endpoint=str(number)) for number, (path, _) in enumerate(PAGES)]
    return Map(rules, strict_slashes=False).bind("")


def query() -> str:
    """The query string of the page that is being made, without "?"."""
    return str(g.get("page_query", ""))


def register(registry: Registry) -> None:
    """The router, the shell around it and the status of addresses that show nothing."""
    rt = registry.rt

    def layout() -> Any:
        actor = g.get("actor", None) if g else None
        return shell.layout(actor.name, actor.role, actor.user_id) if actor else shell.layout("", "")

    registry.app.layout = layout

    def explain(error: ProductError) -> Any:
        titles = {Archived: text.ARCHIVE_TITLE, Forbidden: text.FORBIDDEN_TITLE}
        return shell.message_page(titles.get(type(error), text.PROBLEM_TITLE), error.message)

    @registry.callback(
        Output(ids.PAGE, "children"), Input(ids.URL, "pathname"), State(ids.URL, "search"),
        rule=Rule.ANY, on_error=explain,
    )  # fmt: skip
    def show_page(pathname: str | None, search: str | None) -> Any:
        found = find(urlsplit(pathname or "/").path)
        if found is None:
            return shell.message_page(text.NOT_FOUND_TITLE, text.NOT_FOUND_BODY)
        function, params = found
        g.page_query = (search or "").removeprefix("?")
        return function(rt, current_actor(), **params)

    registry.clientside(ClientsideFunction("shell", "arrived"), Input(ids.PAGE, "children"), State(ids.URL, "pathname"))

    @registry.app.server.after_request
    def missing_pages_are_404(response: Response) -> Response:
        if request.endpoint in PAGE_ENDPOINTS and response.status_code == 200 and find(request.path) is None:
            response.status_code = 404
        return response

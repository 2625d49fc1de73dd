"""From requests to services and back: each module registers its callbacks and routes."""

from __future__ import annotations

from callbacks import (
    account,
    actions,
    admin_operations,
    admin_users,
    analytics,
    archives,
    cards,
    criteria,
    data_report,
    documents,
    duplicates,
    enrichment,
    errors,
    export_dialog,
    exports,
    facets,
    fairness,
    filter_runs,
    filters,
    first_steps,
    grid,
    imports,
    ledger,
    list_filling,
    list_page,
    list_sources,
    lists,
    matching,
    matching_admin,
    mentions,
    names,
    overrides,
    pages,
    person,
    person_edit,
    privacy,
    rediscovery,
    request_log,
    retention,
    routes,
    run_watch,
    runs,
    screening,
    search_dialogs,
    search_list,
    searches,
    session,
    sign_in,
    sources,
    triage,
    triage_left,
    usage,
    views,
)
from callbacks.registry import Registry

# A new module is one line here.
MODULES = (
    routes, sign_in, documents, pages, account, search_list, searches, search_dialogs, archives, grid, actions,
    run_watch, facets, views, person, person_edit, overrides, imports, sources, runs, exports, export_dialog,
    criteria, screening, enrichment,
    duplicates, lists, list_page, list_filling, list_sources, names, filters, filter_runs, ledger, usage, admin_users,
    admin_operations, matching_admin, privacy, retention, data_report, fairness, analytics,
    matching, rediscovery, triage, triage_left, mentions, cards, first_steps,
)  # fmt: skip


def register_all(registry: Registry) -> None:
    """Wire everything to the registry's app. Session comes before all that serves: it stands in front of it."""
    request_log.register(registry)
    session.register(registry)
    errors.init(registry.app.server)
    for module in MODULES:
        module.register(registry)

"""The page of one search."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import g

from callbacks import cards, errors, triage, views
from callbacks.archives import page as archive_page
from callbacks.view_state import page_state
from layouts import page_search
from layouts.archive import frozen_notice
from layouts.first_steps import line as first_step_line
from layouts.match_menu import match_menu
from layouts.page_filter import behind_line
from layouts.saved_views import saved_views_menu
from services.access.identity import Actor
from services.archive import archives
from services.filtering import rules_in_force
from services.grid import column_state, grid_criteria, saved_views
from services.grid.grid_view import parse_url
from services.matching import matching
from services.runs import runs
from services.runtime import Runtime
from services.searches import first_steps, searches


def page(rt: Runtime, actor: Actor, search_id: str) -> Any:
    """The page of one search, in the view that the address says, else that the person chose to open first.

    Of an archived one, its preview.
    """
    archive = archives.find(rt, actor, search_id)
    if archive is not None and archive.archived:
        return archive_page(rt, actor, search_id)
    archives.touch(rt, search_id)
    search = searches.get_search(rt, actor, search_id)
    query = str(g.get("page_query", ""))
    view, person, shown, notices = parse_url(search.id, query)
    if shown == "triage":
        return triage.page(rt, actor, search_id)
    first = None if query else saved_views.default_view(rt, actor, search.id)
    view, gone = grid_criteria.without_gone(rt, actor, first.view if first else view)
    view, pending, unmatched = matching.settle(rt, actor, view)
    for notice in (*notices, *gone, *unmatched):
        errors.toast(notice)
    narrow = cards.wanted()
    criteria = grid_criteria.columns(rt, actor, search.id)
    state = page_state(view, person, pending) | {"runs": runs.open_runs(rt, actor, search.id)}
    return page_search.search_page(
        search_id=str(search.id),
        title=search.title,
        page=state,
        sort=view.sort,
        columns=column_state.of_actor(rt, actor),
        editable=search.editable,
        criteria=criteria,
        match=match_menu(
            str(search.id),
            off=matching.why_off(rt, actor),
            has_job=matching.has_job(rt, actor, search.id),
            may_make=search.editable and matching.may_be_made(rt, actor),
        ),
        views=saved_views_menu(views.shown_views(rt, actor, search.id), may_share=actor.may_edit),
        cards=narrow,
        guide=None if narrow else _guide(rt, actor, search.id),
        notice=frozen_notice() if archive is not None and archive.under_way else _behind(rt, actor, search.id),
    )


def _guide(rt: Runtime, actor: Actor, search_id: UUID) -> Any:
    """The next step, on the page of the search that the guide is about."""
    steps = first_steps.of_actor(rt, actor)
    return first_step_line(steps) if steps and steps.search_id == str(search_id) else None


def _behind(rt: Runtime, actor: Actor, search_id: UUID) -> Any:
    """A line where a list has changed since rules were applied."""
    return behind_line(str(search_id)) if rules_in_force.is_behind(rt, actor, search_id) else None

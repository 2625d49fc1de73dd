"""The pages `/analytics` and `/search/<id>/analytics`, and each of their tables as a file."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from flask import Response, request

from callbacks import page_values
from callbacks.reader_zone import current_zone
from callbacks.registry import Registry, Rule
from callbacks.session import current_actor
from layouts import analytics_tables, page_analytics, text
from services import zones
from services.access.identity import Actor
from services.errors import NotFound
from services.exports.spreadsheet_text import csv_line
from services.figures import analytics
from services.runtime import Runtime
from services.searches import searches


def page(rt: Runtime, actor: Actor, search_id: UUID | None = None, period: int | None = None) -> Any:
    """Of all searches, or of one; people added in so many days, or ever. Raises Forbidden, NotFound."""
    zone = current_zone()
    if search_id is None:
        return page_analytics.page(analytics.read(rt, actor, None, period, zone), zone=zone)
    search = searches.get_search(rt, actor, search_id)
    found = analytics.read(rt, actor, search.id, period, zone)
    return page_analytics.page(found, str(search.id), search.title, zone=zone)


def register(registry: Registry) -> None:
    rt = registry.rt

    @registry.route("/analytics.csv", rule=Rule.ANY)
    def download_analytics() -> Response:
        """?table=…&search=…&period=…&zone=…; without the last three: all searches, all time, weeks by UTC."""
        search, period = request.args.get("search"), request.args.get("period")
        found = analytics.read(
            rt, current_actor(), page_values.uuid(search) if search else None,
            page_values.digits(period) if period else None, zones.known(request.args.get("zone")),
        )  # fmt: skip
        name = request.args.get("table")
        table = next((one for one in analytics_tables.tables(found) if one.name == name), None)
        if table is None:
            raise NotFound(text.NOT_FOUND_TITLE)
        body = b"".join(csv_line(row) for row in (table.head, *table.rows))
        answer = Response(body, content_type="text/csv; charset=utf-8")
        answer.headers["Content-Disposition"] = f'attachment; filename="analytics-{table.name}.csv"'
        answer.headers["Cache-Control"] = "no-store"
        return answer

"""The candidate grid: one AgGrid with everything that keeps it right at a million rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Protocol

import dash_ag_grid as dag

from layouts import ids, text

SIMILARITY = "similarity"
# 32 px a row keeps 1,000,000 rows under the tallest element that browsers can scroll (about 33 M px).
ROW_HEIGHT = 32
BLOCK = 100

_TEXT_FILTER = {
    "filter": "agTextColumnFilter",
    "filterParams": {"debounceMs": 350, "maxNumConditions": 4, "buttons": ["clear"]},
}
_NUMBER_FILTER = {
    "filter": "agNumberColumnFilter",
    "filterParams": {"debounceMs": 350, "maxNumConditions": 4, "inRangeInclusive": True, "buttons": ["clear"]},
}
_DATE_FILTER = {
    "filter": "agDateColumnFilter",
    "filterParams": {"debounceMs": 350, "maxNumConditions": 4, "inRangeInclusive": True, "buttons": ["clear"]},
}
_KINDS: dict[str, dict[str, Any]] = {
    "name": {**_TEXT_FILTER, "width": 210, "pinned": "left", "cellRenderer": "SxName", "lockVisible": True},
    "text": {**_TEXT_FILTER, "width": 190},
    "number": {**_NUMBER_FILTER, "width": 130, "type": "rightAligned"},
    "date": {**_DATE_FILTER, "width": 130, "valueFormatter": {"function": "sxDate(params.value)"}},
    "plain": {"width": 150},
    "skills": {"width": 260, "sortable": False},
    "badge": {"width": 120, "cellRenderer": "SxBadge"},
    "fit": {"width": 120, "cellRenderer": "SxFit", "tooltipValueGetter": {"function": "sxFitTooltip(params)"}},
    "verdict": {
        "width": 140,
        "cellRenderer": "SxVerdict",
        "tooltipValueGetter": {"function": "sxVerdictTooltip(params)"},
        # The value is an object, of which AG Grid would guess what it is.
        "cellDataType": False,
    },
    "score": {
        **_NUMBER_FILTER,
        "width": 100,
        "type": "rightAligned",
        "cellRenderer": "SxScore",
        "tooltipValueGetter": {"function": "sxScoreTooltip(params)"},
    },
    "similarity": {
        **_NUMBER_FILTER,
        "width": 110,
        "type": "rightAligned",
        "cellRenderer": "SxLikeness",
        "tooltipValueGetter": {"function": "sxLikenessTooltip(params)"},
    },
    "flag": {"width": 110, "cellRenderer": "SxFlag"},
    "tags": {"width": 160, "sortable": False, "cellRenderer": "SxTags"},
    "known": {
        "width": 120,
        "sortable": False,
        "cellRenderer": "SxKnown",
        "tooltipValueGetter": {"function": "sxKnownTooltip(params)"},
        "headerTooltip": text.KNOWN_HINT,
    },
}
# field, how it is shown, hidden until chosen
_COLUMNS: tuple[tuple[str, str, bool], ...] = (
    ("full_name", "name", False),
    ("similarity", "similarity", True),
    ("stage", "badge", False),
    ("known", "known", False),
    ("score", "score", False),
    ("fit", "fit", False),
    ("title", "text", False),
    ("company", "text", False),
    ("location", "text", False),
    ("years_experience", "number", False),
    ("skills", "skills", False),
    ("tags", "tags", False),
    ("added_at", "date", False),
    ("last_name", "text", True),
    ("headline", "plain", True),
    ("industry", "plain", True),
    ("current_tenure_months", "number", True),
    ("average_tenure_months", "number", True),
    ("note_count", "number", True),
    ("filter_status", "badge", True),
    ("source", "plain", True),
    ("has_email", "flag", True),
    ("screened_at", "date", True),
)


class Criterion(Protocol):
    """services.grid.grid_criteria.CriterionColumn."""

    @property
    def field(self) -> str: ...
    @property
    def title(self) -> str: ...
    @property
    def kind(self) -> str: ...


def column_defs(
    chosen: Sequence[Mapping[str, Any]] = (), criteria: Sequence[Criterion] = (), *, compared: bool = False
) -> list[dict[str, Any]]:
    """AG Grid's columnDefs: the standard columns in the order, width and pinning a person chose.

    chosen: [{colId, width, hide, pinned}, …] as services/grid/column_state checks it. criteria: of the search, each a
    column that is hidden until chosen. compared: the view is compared with something, and only then shows how alike
    people are.
    """
    known = {field: _column(field, kind, hide) for field, kind, hide in _COLUMNS}
    known |= {one.field: _criterion(one) for one in criteria}
    order = [c["colId"] for c in chosen if c.get("colId") in known]
    if order and SIMILARITY not in order:
        # Who arranged their columns before there was this one finds it beside the name, not behind the last.
        order.insert(1, SIMILARITY)
    for state in chosen:
        if state.get("colId") in known:
            known[state["colId"]].update({k: state[k] for k in ("width", "hide", "pinned") if k in state})
    known[SIMILARITY]["hide"] = not compared
    return [known[field] for field in [*order, *(f for f in known if f not in order)]]


def _column(field: str, kind: str, hide: bool) -> dict[str, Any]:
    column = {"field": field, "colId": field, "headerName": text.COLUMN_LABELS[field], "hide": hide}
    if field == "headline":
        column["sortable"] = False
    return column | _KINDS[kind]


def _criterion(one: Criterion) -> dict[str, Any]:
    hint = text.CRITERION_COLUMN_HINT.format(title=one.title, kind=text.CRITERION_KINDS[one.kind].lower())
    named = {"field": one.field, "colId": one.field, "headerName": one.title, "headerTooltip": hint, "hide": True}
    # Colours follow what is wanted: to have what should be avoided is no good news.
    return named | _KINDS["verdict"] | {"cellRendererParams": {"kind": one.kind}}


def candidate_grid(
    filter_model: Mapping[str, Any],
    sort: Sequence[tuple[str, str]],
    chosen: Sequence[Mapping[str, Any]] = (),
    criteria: Sequence[Criterion] = (),
    *,
    compared: bool = False,
) -> dag.AgGrid:
    """The grid on infinite blocks of 100 rows, starting with a filter and a sort."""
    return dag.AgGrid(
        id=ids.CANDIDATE_GRID,
        className="sx-grid",
        rowModelType="infinite",
        columnDefs=column_defs(chosen, criteria, compared=compared),
        defaultColDef={
            "sortable": True,
            "resizable": True,
            "suppressHeaderMenuButton": False,
            "minWidth": 70,
            "tooltipValueGetter": {"function": "sxTooltip(params)"},
        },
        getRowId="params.data.id",
        # AgGrid would keep selected rows, personal data, in localStorage.
        persistence=False,
        persisted_props=[],
        dashGridOptions={
            "theme": "themeQuartz",
            "rowHeight": ROW_HEIGHT,
            "headerHeight": 36,
            "cacheBlockSize": BLOCK,
            # One at a time: the wrapper keeps one pending request, and with two a long jump leaves blank rows.
            "maxConcurrentDatasourceRequests": 1,
            "blockLoadDebounceMillis": 50,
            "maxBlocksInCache": 12,
            # Rows that wait for their data are as much work to draw as rows: the first block comes with the page.
            "infiniteInitialRowCount": 1,
            # Drawn above and below what is to be seen.
            "rowBuffer": 5,
            "cacheOverflowSize": 1,
            "rowSelection": {
                "mode": "multiRow",
                "headerCheckbox": False,
                "enableClickSelection": False,
                "checkboxes": True,
            },
            "selectionColumnDef": {"width": 44, "pinned": "left", "suppressHeaderMenuButton": True},
            "tooltipShowDelay": 600,
            "multiSortKey": "ctrl",
            "alwaysMultiSort": False,
            "suppressDragLeaveHidesColumns": True,
            "enableCellTextSelection": True,
            "ensureDomOrder": True,
            "animateRows": False,
            # The page has an empty state of its own, with what to do next.
            "suppressNoRowsOverlay": True,
            "initialState": {
                # Of the columns it says only how they sort: without this, AG Grid shows those that are hidden, too.
                "partialColumnState": True,
                "filter": {"filterModel": dict(filter_model)},
                "sort": {"sortModel": [{"colId": name, "sort": direction} for name, direction in sort]},
            },
        },
        style={"height": "100%", "width": "100%"},
    )

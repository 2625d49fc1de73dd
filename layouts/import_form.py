"""Parts of the import page: how the files are read, what their columns are, their first rows."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Protocol

import dash_bootstrap_components as dbc
from dash import html

from layouts import ids, text
from layouts.pages_searches import time

# The choice of no field; a Select shows nothing for an empty value.
KEEP = "keep"


class Shape(Protocol):
    """As services.imports.import_readers.Shape."""

    kind: str
    encoding: str
    delimiter: str
    header_row: int
    sheets: tuple[str, ...]


class File(Protocol):
    """As services.imports.import_preview.FileShown."""

    file_name: str
    shape: Any
    sheets: tuple[str, ...]


class Guess(Protocol):
    """As services.imports.import_guess.Guess."""

    field: str
    how: str
    confidence: int
    like: str


class Column(Protocol):
    """As services.imports.import_preview.ColumnShown."""

    name: str
    samples: list[str]
    guess: Any


class Row(Protocol):
    """As services.imports.import_preview.RowShown."""

    label: str
    cells: list[str]
    problem: str


def files(shown: Sequence[File], encodings: Mapping[str, str]) -> html.Div:
    """A card for each file, with what was found out about it, to be corrected. encodings: code → name."""
    return html.Div([_file(place, file, encodings) for place, file in enumerate(shown)], className="sx-files")


def _file(place: int, file: File, encodings: Mapping[str, str]) -> html.Div:
    shape = file.shape
    name = html.Strong(file.file_name, className="sx-file-name", title=file.file_name)
    head = html.Div([name, html.Span(text.IMPORT_KINDS[shape.kind], className="sx-mark")], className="sx-file-head")
    controls: list[Any] = []
    if shape.kind == "csv":
        known = text.IMPORT_DELIMITERS
        delimiters = known if shape.delimiter in known else known | {shape.delimiter: shape.delimiter}
        controls = [
            _select(place, "delimiter", text.IMPORT_DELIMITER, delimiters, shape.delimiter),
            _select(place, "encoding", text.IMPORT_ENCODING, encodings, shape.encoding),
        ]
    if shape.kind in ("csv", "xlsx"):
        controls.append(_header_row(place, shape.header_row))
    if len(shape.sheets) > 1:
        controls.append(_sheets(place, shape.sheets, file.sheets))
    return html.Div(
        [head, html.Div(controls, className="sx-file-options") if controls else None], className="sx-card sx-file"
    )


def _select(place: int, name: str, label: str, options: Mapping[str, str], value: str) -> html.Label:
    choices = [{"label": shown, "value": known} for known, shown in options.items()]
    return html.Label(
        [label, dbc.Select(id=ids.import_option(place, name), options=choices, value=value, size="sm")],
        **{"data-option": name},
    )


def _header_row(place: int, value: int) -> html.Label:
    field = dbc.Input(
        id=ids.import_option(place, "header_row"), type="number", min=0, max=1000, step=1, value=value,
        debounce=True, size="sm",
    )  # fmt: skip
    return html.Label([text.IMPORT_HEADER_ROW, field], title=text.IMPORT_HEADER_HINT, **{"data-option": "header_row"})


def _sheets(place: int, sheets: Sequence[str], chosen: Sequence[str]) -> html.Div:
    choices = [{"label": name, "value": name} for name in sheets]
    box = dbc.Checklist(id=ids.import_option(place, "sheets"), options=choices, value=list(chosen), inline=True)
    legend = html.Legend(text.IMPORT_SHEETS, className="sx-legend")
    return html.Fieldset([legend, box], className="sx-sheets", **{"data-option": "sheets"})


def preview(columns: Sequence[str], rows: Sequence[Row]) -> html.Div:
    """The first rows as a table; a row that cannot be taken says why."""
    head = html.Thead(html.Tr([html.Th(name, scope="col") for name in (text.IMPORT_ROW, *columns)]))
    body = html.Tbody([_row(row, len(columns)) for row in rows])
    title = text.IMPORT_PREVIEW_ONE if len(rows) == 1 else text.IMPORT_PREVIEW.format(count=len(rows))
    table = html.Table([head, body], className="sx-table sx-preview")
    return html.Div([html.H2(title), html.Div(table, className="sx-scroll", tabIndex=0)])


def _row(row: Row, width: int) -> html.Tr:
    place = html.Th(row.label.removeprefix("row "), scope="row", className="sx-muted", title=row.label)
    if row.problem:
        return html.Tr([place, html.Td(row.problem, colSpan=width, className="sx-problem")])
    return html.Tr([place, *(html.Td(cell, title=cell if len(cell) > 30 else None) for cell in row.cells)])


def mapping(
    columns: Sequence[Column],
    fields: Mapping[str, str],
    *,
    header_known: bool = True,
    used_by: str,
    used_at: datetime | None,
    uses: int,
) -> html.Div:
    """For each column a choice of field, with samples and why it was suggested. fields: field → label."""
    options = [{"label": text.IMPORT_NO_FIELD, "value": KEEP}]
    options += [{"label": label, "value": field} for field, label in fields.items()]
    head: list[Any] = [html.H2(text.IMPORT_MAPPING)]
    if used_at is not None:
        who = used_by or text.IMPORT_SOMEONE
        before, _, after = text.IMPORT_REMEMBERED.format(who=who, when="\n", uses=f"{uses:,}").rpartition("\n")
        head.append(html.P([before, time(used_at), after], **{"data-testid": "import-remembered"}))
    if not header_known:
        said = text.IMPORT_HEADER_UNKNOWN
        head.append(html.P(said, className="sx-notice", **{"data-testid": "import-header-unknown"}))
    head.append(html.P(text.IMPORT_MAPPING_HINT, className="sx-muted"))
    choices = [_column(place, column, options) for place, column in enumerate(columns)]
    return html.Div([*head, html.Div(choices, className="sx-columns-map")])


def _column(place: int, column: Column, options: list[dict[str, str]]) -> html.Label:
    chosen = column.guess.field if column.guess else KEEP
    samples = " · ".join(column.samples) or text.IMPORT_NO_SAMPLES
    return html.Label(
        [
            html.Span(
                [html.Span(column.name, className="sx-column-name", title=column.name), _badge(column.guess)],
                className="sx-column-head",
            ),
            # The name says whose choice it is, when the file is read in another way and has other columns.
            dbc.Select(id=ids.import_map(place), options=options, value=chosen, size="sm", name=column.name),
            html.Span(samples, className="sx-column-samples", title=samples),
        ],
        className="sx-column",
        **{"data-column": column.name},
    )  # fmt: skip


def _badge(guess: Guess | None) -> html.Span:
    """Why a field was suggested, in words; the colour only repeats them."""
    if guess is None:
        return html.Span(text.IMPORT_UNKNOWN, className="sx-mark")
    said = text.IMPORT_GUESSES[guess.how].format(like=guess.like, confidence=guess.confidence)
    sure = guess.how in ("header", "remembered", "kept")
    return html.Span(said, className=f"sx-mark sx-mark-{'good' if sure else 'warn'}", **{"data-guess": guess.how})

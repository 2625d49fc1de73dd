"""What a person wrote about someone by hand in the drawer: what it is, since when, and the form that changes it. Pure.

`Edit` is services.people.profile_values.Edit, read by name.
"""

from __future__ import annotations

from typing import Any

import dash_bootstrap_components as dbc
from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids, text
from layouts.pages_searches import time

Edit = Any
# In the order of the form: how long each may be, and what kind of box it is.
FIELDS = {
    "title": (300, "text"), "company": (300, "text"), "headline": (500, "text"), "location": (300, "text"),
    "country": (100, "text"), "industry": (200, "text"), "email": (320, "email"), "phone": (50, "tel"),
}  # fmt: skip


def edited_section(person: Any) -> list[Component]:
    """Each value by hand with who wrote it and when, what the source says, and the way back to that."""
    if not person.edits:
        return []
    return [
        html.H3(text.PERSON_EDITED),
        html.Ul([_edited(one, getattr(person, one.field), person.editable) for one in person.edits]),
    ]


def form_section(person: Any) -> list[Component]:
    """A form that is closed until asked for, for whoever may change the search."""
    if not person.editable:
        return []
    shown = {field: getattr(person, field) for field in FIELDS}
    boxes = [
        html.Label([html.Span(_name(field)), dbc.Input(
            id=ids.person_edit(field), type=kind, value=shown[field], maxLength=most, size="sm", autoComplete="off")])
        for field, (most, kind) in FIELDS.items()
    ]  # fmt: skip
    form = html.Div(
        [
            html.P(text.PERSON_EDIT_HINT, className="sx-muted"),
            html.Div(boxes, className="sx-edit-fields"),
            # What stands in the form as it is opened, so that nobody's later change is overwritten unseen.
            dcc.Store(id=ids.PERSON_EDIT_SHOWN, data=shown),
            html.P(id=ids.PERSON_EDIT_PROBLEM, className="sx-problem", role="alert"),
            html.Button(text.PERSON_EDIT_SAVE, id=ids.PERSON_EDIT_SAVE, type="button",
                        className="btn btn-sm btn-primary"),
        ],
        className="sx-override",
    )  # fmt: skip
    opener = html.Summary(text.PERSON_EDIT_OPEN, id=ids.PERSON_EDIT_OPEN)
    return [html.Details([opener, form], className="sx-override-box sx-edit-box")]


def _edited(one: Edit, value: str, editable: bool) -> Component:
    who = text.PERSON_EDITED_BY.format(who=one.editor) if one.editor else text.PERSON_EDITED_BY_SOMEONE
    source = text.VENDOR_NAMES.get(one.source, one.source) or text.PERSON_NO_SOURCE
    said = text.PERSON_EDIT_SOURCE if one.source_value else text.PERSON_EDIT_SOURCE_NOTHING
    by = [
        html.Span(text.PERSON_EDITED_BY_YOU if one.own else who), time(one.at),
        html.Span(said.format(source=source, value=one.source_value), dir="auto"), time(one.source_at),
    ]  # fmt: skip
    if editable:
        by.append(html.Button(
            text.PERSON_EDIT_BACK, id=ids.person_edit_back(one.field), type="button", className="btn btn-sm btn-link",
            **{"aria-label": text.PERSON_EDIT_BACK_LABEL.format(field=_name(one.field).lower())},
        ))  # fmt: skip
    shown = html.Span(value, dir="auto") if value else html.Span(text.PERSON_EDIT_CLEARED, className="sx-muted")
    return html.Li(
        [html.Div([html.Span(f"{_name(one.field)}: ", className="sx-muted"), shown]),
         html.Div(by, className="sx-by sx-muted")],
        **{"data-testid": "person-edited", "data-field": one.field},
    )  # fmt: skip


def _name(field: str) -> str:
    return text.DUPLICATE_FIELDS[field]

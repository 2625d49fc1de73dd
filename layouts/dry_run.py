"""What rules would do, beside the rules: counts a rule, some people with why, alike names with how alike. Pure.

`DryRun` and `FuzzyPair` are those of services.filtering.filtering, `Sampled` that of services.filtering.filter_reads,
read by name.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from dash import dcc, html
from dash.development.base_component import Component

from layouts import ids, text

DryRun = Any
Sampled = Any
FuzzyPair = Any
# services.filtering.filter_samples.Caught.
Caught = Any

# What a rule looks at, to be shown beside a person: kind → parts of Sampled.
LOOKED_AT: Mapping[str, tuple[str, ...]] = {
    "list": ("company",),
    "title": ("title",),
    "keyword": ("title", "headline"),
    "location": ("location",),
    "experience": ("years_experience",),
    "current_tenure": ("current_tenure_months",),
    "job_hopper": ("average_tenure_months",),
    "level": ("title",),
    "freelance": ("title", "company"),
    "consulting": ("title", "company"),
    "school": ("schools",),
    "contacted": ("title", "company"),
    "missing": ("title", "company"),
}


def nothing_yet() -> list[Component]:
    """Before the first try."""
    return [html.P(text.DRY_RUN_NONE, className="sx-muted")]


def failed(message: str) -> list[Component]:
    """In place of figures."""
    return [html.P(message, className="sx-problem", role="alert")]


def dry_run(found: DryRun, places: Sequence[int]) -> list[Component]:
    """Figures. places: where each rule stands on the page, since some may be off."""
    if not found.people:
        return [html.P(text.DRY_RUN_NOBODY)]
    about = "" if found.exact else f"{text.FACET_ABOUT} "
    said = text.DRY_RUN_LEFT.format(
        left=f"{about}{found.left_out:,}", people=f"{found.people:,}", stay=f"{about}{found.stay:,}"
    )
    notes = []
    if not found.exact:
        notes.append(text.DRY_RUN_ABOUT.format(n=found.sample_of))
    if found.guarded:
        notes.append(text.DRY_RUN_GUARDED.format(n=f"{found.guarded:,}"))
    if found.flagged:
        notes.append(text.DRY_RUN_FLAGGED.format(n=f"{found.flagged:,}"))
    share = round(100 * found.left_out / found.people)
    bar = html.Div(html.Div(style={"width": f"{share}%"}), className="sx-dry-bar", **{"aria-hidden": "true"})
    return [
        html.P(html.Strong(said, **{"data-testid": "dry-run-total"})),
        bar,
        *(html.P(note, className="sx-muted") for note in notes),
        html.Ol([_rule(one, place) for one, place in zip(found.rules, places, strict=True)], className="sx-dry-rules"),
    ]


def samples(
    kind: str,
    people: Sequence[Sampled],
    unsure: Sequence[Sampled],
    pairs: Sequence[FuzzyPair] | None,
    search_id: str,
    caught: Mapping[int, Caught],
) -> list[Component]:
    """Some of whom a rule leaves out, and of whom it cannot say. pairs: alike names, of a fuzzy rule. caught: by
    candidate id, the entry of the rule's list."""
    parts: list[Component] = []
    for title, some in ((text.DRY_RUN_SAMPLES, people), (text.DRY_RUN_UNSURE, unsure)):
        if some:
            items = [_person(kind, one, search_id, caught.get(one.id)) for one in some]
            parts += [html.Strong(title), html.Ul(items, className="sx-samples")]
    if pairs is not None:
        parts += [html.Strong(text.ALIKE_ASK), _pairs(pairs)]
    return parts or [html.P(text.DRY_RUN_NO_SAMPLES, className="sx-muted")]


def people_links(people: Sequence[Sampled], search_id: str) -> Component:
    """Some people by name, each a link."""
    return html.Ul([_person("title", one, search_id) for one in people], className="sx-samples")


def _rule(one: Any, place: int) -> Component:
    figures = (one.alone, one.in_order, one.unknown, one.without)
    labels = text.DRY_RUN_COLUMNS[1:]
    shown = [f"{n:,}" for n in figures]
    shown[3] = text.DRY_RUN_WITHOUT.format(n=shown[3])
    terms = [
        html.Div(
            [html.Dt(label), html.Dd(value)], title=hint, **{"data-figure": name},
        )
        for label, value, hint, name in zip(
            labels, shown, text.DRY_RUN_HINTS[1:], ("alone", "in_order", "unknown", "without"), strict=True
        )
    ]  # fmt: skip
    guarded = text.DRY_RUN_GUARD.format(n=f"{one.guarded:,}") if one.guarded else ""
    wanted = {"kind": one.rule.kind, "ids": list(one.samples), "unknown": list(one.unknown_samples)}
    if one.rule.params.get("match") == "fuzzy":
        wanted |= {"list_id": one.rule.list_id, "threshold": one.rule.params["threshold"]}
    if one.rule.list_id is not None:
        wanted["rule"] = one.rule.as_json()
    ask = html.Button(
        text.DRY_RUN_SAMPLES, id=ids.sample_ask(place), type="button", className="btn btn-sm btn-link",
        **{"aria-label": f"{text.DRY_RUN_SAMPLES}: {one.sentence}"},
    )  # fmt: skip
    return html.Li(
        [
            html.Div(one.sentence, className="sx-dry-sentence", dir="auto"),
            html.Dl(terms, className="sx-dry-figures"),
            html.Small(guarded, className="sx-muted") if guarded else None,
            dcc.Store(id=ids.sample_of(place), data=wanted),
            html.Div(ask, id=ids.sample(place), className="sx-dry-samples"),
        ],
        value=place + 1,
        **{"data-testid": "dry-run-rule", "data-kind": one.rule.kind},
    )


def _person(kind: str, one: Sampled, search_id: str, caught: Caught | None = None) -> Component:
    name = dcc.Link(one.full_name or text.PERSON_UNNAMED, href=f"/search/{search_id}?status=all&person={one.id}")
    why = " · ".join(filter(None, (_value(part, getattr(one, part)) for part in LOOKED_AT[kind])))
    parts = [name, html.Span(f" – {why or text.DRY_RUN_BLANK}", className="sx-muted", dir="auto")]
    if caught is not None:
        by = text.DRY_RUN_CAUGHT.format(entry=caught.entry, row=caught.row)
        parts.append(html.Div(by, className="sx-sample-entry", dir="auto"))
    return html.Li(parts)


def _value(part: str, value: Any) -> str:
    if value is None or value == "":
        return ""
    if isinstance(value, tuple):
        return ", ".join(value)
    units = {"years_experience": text.PERSON_YEARS, "current_tenure_months": text.PERSON_MONTHS,
             "average_tenure_months": text.PERSON_MONTHS}  # fmt: skip
    return units[part][value != 1].format(n=f"{value:g}") if part in units else str(value)


def _pairs(pairs: Sequence[FuzzyPair]) -> Component:
    if not pairs:
        return html.P(text.ALIKE_NONE, className="sx-muted")
    numbers = set(text.ALIKE_COLUMNS[2:])
    head = [html.Th(n, scope="col", className="sx-number" if n in numbers else None) for n in text.ALIKE_COLUMNS]
    rows = [
        html.Tr([html.Td(one.name, dir="auto"), html.Td(one.entry, dir="auto"),
                 html.Td(f"{one.alike:.2f}", className="sx-number"), html.Td(f"{one.people:,}", className="sx-number")])
        for one in pairs
    ]  # fmt: skip
    return html.Div(
        html.Table([html.Thead(html.Tr(head)), html.Tbody(rows)], className="sx-table sx-alike"), className="sx-scroll"
    )

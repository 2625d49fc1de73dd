"""Widgets that stand in a row of a list: a dict id each."""

from __future__ import annotations

from typing import Any


def admin_act(row: Any, do: Any) -> dict[str, Any]:
    """A button of a row of an admin page; do: link, password, disable, enable, end, retry, test, drop-model,
    drop-sure or drop-keep.

    row may be dash.ALL.
    """
    return {"type": f"admin-{do}", "id": row}


def retention_row(row: Any, what: Any) -> dict[str, Any]:
    """A part of a row of the page on privacy; what: told (a person), months, change or remove (a rule).

    row may be dash.ALL.
    """
    return {"type": f"retention-{what}", "id": row}


def admin_role(user_id: Any) -> dict[str, Any]:
    """The role of one user; user_id may be dash.ALL."""
    return {"type": "admin-role", "id": user_id}


def budget_amount(whose: Any) -> dict[str, Any]:
    """The field of one budget; whose: "team", "each", a user's id, or dash.ALL."""
    return {"type": "budget-amount", "id": whose}


def budget_save(whose: Any) -> dict[str, Any]:
    """The button beside it."""
    return {"type": "budget-save", "id": whose}


def vendor_reserve(vendor: Any) -> dict[str, Any]:
    """The field of what is kept back of a vendor's day. vendor may be dash.ALL."""
    return {"type": "vendor-reserve", "id": vendor}


def vendor_reserve_save(vendor: Any) -> dict[str, Any]:
    """The button beside it."""
    return {"type": "vendor-reserve-save", "id": vendor}


def search_member(email: Any) -> dict[str, Any]:
    """What a named person may do in the search of the form. email may be dash.ALL."""
    return {"type": "search-member", "email": email}


def search_edit(search_id: Any) -> dict[str, Any]:
    """The edit button of one search in the list; search_id may be dash.ALL."""
    return {"type": "search-edit", "id": search_id}


def search_copy(search_id: Any) -> dict[str, Any]:
    """The menu's line that asks for a copy of one search; search_id may be dash.ALL."""
    return {"type": "search-copy", "id": search_id}


def search_delete(search_id: Any) -> dict[str, Any]:
    """The menu's line that asks to delete one search; search_id may be dash.ALL."""
    return {"type": "search-delete", "id": search_id}


def search_undelete(search_id: Any, at: Any) -> dict[str, Any]:
    """The button that brings a deleted search back, in the list or in a message (at); both may be dash.ALL."""
    return {"type": "search-undelete", "id": search_id, "at": at}


def sample_remove(search_id: Any, at: Any) -> dict[str, Any]:
    """What asks to remove sample data, in the list or beside the guide (at); both may be dash.ALL."""
    return {"type": "sample-remove", "id": search_id, "at": at}


def search_restore(search_id: Any) -> dict[str, Any]:
    """The button that brings an archived search back; search_id may be dash.ALL."""
    return {"type": "search-restore", "id": search_id}


def view_action(action: Any, view_id: Any) -> dict[str, Any]:
    """A button of one saved view: rename, keep, share, default, delete, remove; or leave. Both may be dash.ALL."""
    return {"type": "view-action", "action": action, "id": view_id}


def view_new_name(view_id: Any) -> dict[str, Any]:
    """The field with the new name of a saved view; view_id may be dash.ALL."""
    return {"type": "view-new-name", "id": view_id}


def note_delete(note_id: Any) -> dict[str, Any]:
    """The delete button of one's own note; note_id may be dash.ALL."""
    return {"type": "note-delete", "id": note_id}


def export_delete(export_id: Any) -> dict[str, Any]:
    """The delete button of one file; export_id may be dash.ALL."""
    return {"type": "export-delete", "id": export_id}


def import_map(place: Any) -> dict[str, Any]:
    """The field of one column of an uploaded file; place counts columns from 0 and may be dash.ALL."""
    return {"type": "import-map", "place": place}


def import_option(place: Any, name: Any) -> dict[str, Any]:
    """How one uploaded file is read: name is delimiter, encoding, header_row or sheets; both may be dash.ALL."""
    return {"type": "import-option", "place": place, "name": name}


def duplicate_card(card: Any) -> dict[str, Any]:
    """One pair of people; card is p<pair> or m<merge>, or dash.MATCH."""
    return {"type": "duplicate-card", "card": card}


def duplicate_act(card: Any, do: Any) -> dict[str, Any]:
    """A button of a pair; do: merge, dismiss, reopen, or undo-<merge>; may be dash.ALL."""
    return {"type": "duplicate-act", "card": card, "do": do}


def duplicate_choice(card: Any, field: Any) -> dict[str, Any]:
    """Whose value of a field counts; field may be dash.ALL."""
    return {"type": "duplicate-choice", "card": card, "field": field}


def person_edit(field: Any) -> dict[str, Any]:
    """The box of one field in the form that edits a person; field may be dash.ALL, as in the next one."""
    return {"type": "person-edit", "field": field}


def person_edit_back(field: Any) -> dict[str, Any]:
    """Gives a field its source's value back."""
    return {"type": "person-edit-back", "field": field}


def verdict_agree(criterion: Any) -> dict[str, Any]:
    """Agrees with the model's verdict on one criterion; criterion may be dash.ALL, as in the next three."""
    return {"type": "verdict-agree", "criterion": criterion}


def verdict_choice(criterion: Any) -> dict[str, Any]:
    """What a person decides instead."""
    return {"type": "verdict-choice", "criterion": criterion}


def verdict_reason(criterion: Any) -> dict[str, Any]:
    """And why."""
    return {"type": "verdict-reason", "criterion": criterion}


def verdict_save(criterion: Any) -> dict[str, Any]:
    """Saves that."""
    return {"type": "verdict-save", "criterion": criterion}


def facet(key: Any) -> dict[str, Any]:
    """The values or bars of one facet; key may be dash.MATCH."""
    return {"type": "facet", "key": key}


def facet_ask(key: Any) -> dict[str, Any]:
    """The Store in which the browser asks for one facet."""
    return {"type": "facet-ask", "key": key}


def facet_done(key: Any) -> dict[str, Any]:
    """The Store that says which question was answered."""
    return {"type": "facet-done", "key": key}


def facet_find(key: Any) -> dict[str, Any]:
    """The box that finds values of a long facet."""
    return {"type": "facet-find", "key": key}


def facet_from(key: Any) -> dict[str, Any]:
    """The lower end of a range."""
    return {"type": "facet-from", "key": key}


def facet_to(key: Any) -> dict[str, Any]:
    """The upper end of a range."""
    return {"type": "facet-to", "key": key}


def screen_field(field: str, place: Any) -> dict[str, Any]:
    """A field of the criterion at a place (0, 1, …) of the rubric; place may be dash.ALL."""
    return {"type": "screen-criterion", "field": field, "place": place}


def screen_remove(place: Any) -> dict[str, Any]:
    """The button that removes the criterion at a place; place may be dash.ALL."""
    return {"type": "screen-remove", "place": place}


def name_remove(alias_id: Any) -> dict[str, Any]:
    """The button that removes a pair of names."""
    return {"type": "name-remove", "id": alias_id}


def list_entry_remove(entry_id: Any) -> dict[str, Any]:
    """The button that takes an entry out of a list; entry_id may be dash.ALL."""
    return {"type": "list-entry-remove", "id": entry_id}


def list_changes(version: Any) -> dict[str, Any]:
    """What one version of a list changed; version may be dash.MATCH."""
    return {"type": "list-changes", "version": version}


def list_changes_ask(version: Any) -> dict[str, Any]:
    """The button that shows it; version may be dash.MATCH."""
    return {"type": "list-changes-ask", "version": version}


def rule_kind(place: Any) -> dict[str, Any]:
    """The Store with the kind of the rule at a place (0, 1, …); place may be dash.ALL."""
    return {"type": "rule-kind", "place": place}


def rule_field(place: Any, name: Any) -> dict[str, Any]:
    """A parameter of the rule at a place, or on_unknown or enabled; both may be dash.ALL."""
    return {"type": "rule-field", "place": place, "name": name}


def rule_act(place: Any, do: Any) -> dict[str, Any]:
    """A button of the rule at a place: up, down or remove; both may be dash.ALL."""
    return {"type": "rule-act", "place": place, "do": do}


def rule_sentence(place: Any) -> dict[str, Any]:
    """What the rule at a place does, in words, or what is wrong with it; place may be dash.ALL."""
    return {"type": "rule-sentence", "place": place}


def sample_ask(place: Any) -> dict[str, Any]:
    """The button that shows some of whom the rule at a place leaves out; place may be dash.MATCH."""
    return {"type": "sample-ask", "place": place}


def sample(place: Any) -> dict[str, Any]:
    """Some of whom the rule at a place leaves out, with why; place may be dash.MATCH."""
    return {"type": "sample", "place": place}


def ledger_restore(candidate_id: Any) -> dict[str, Any]:
    """The button that brings one person back; candidate_id may be dash.ALL."""
    return {"type": "ledger-restore", "id": candidate_id}


def ledger_restore_rule(rule_id: Any) -> dict[str, Any]:
    """The button that brings back whom one rule left out; rule_id may be dash.ALL."""
    return {"type": "ledger-restore-rule", "id": rule_id}


def sample_of(place: Any) -> dict[str, Any]:
    """The Store with what to show of the rule at a place; place may be dash.MATCH."""
    return {"type": "sample-of", "place": place}


def sources_take(container_id: Any) -> dict[str, Any]:
    """The button that takes the result of an earlier run; container_id may be dash.ALL."""
    return {"type": "sources-take-one", "id": container_id}


def schedule_act(schedule_id: Any, do: Any) -> dict[str, Any]:
    """A button of a schedule: pause, resume or delete; both may be dash.ALL."""
    return {"type": "schedule-act", "id": schedule_id, "do": do}

"""Exports."""

from __future__ import annotations

# Export
EXPORT_TITLE = "Export {people}"
EXPORT_ONE = "1 person"
EXPORT_MANY = "{n:,} people"
EXPORT_VARIANT = "What"
EXPORT_VARIANTS = {
    "processed": ("People", "One row a person, with how they were filtered and screened."),
    "combined": ("As imported", "All columns of all files and sources, as they came."),
    "detailed": ("Positions and verdicts", "One row for each position and one for each verdict."),
}
EXPORT_FORMAT = "File"
EXPORT_FORMATS = {"csv": "CSV", "xlsx": "Excel", "parquet": "Parquet", "ndjson": "JSON lines"}
EXPORT_COLUMNS = "Columns"
EXPORT_COLUMNS_COUNT = "{n} of {total}"
EXPORT_COLUMNS_ALL = "All"
EXPORT_COLUMNS_GRID = "As in the grid"
EXPORT_ROWS = ("{n:,} row", "{n:,} rows")
EXPORT_FIRST = "The first {n} of them:"
EXPORT_NO_ROWS = {
    "processed": "There is nobody in this view. Remove a filter, or choose people first.",
    "combined": "No file or source left its own columns for these people. Choose another kind of export.",
    "detailed": "These people have no positions and no verdicts yet. Choose another kind of export.",
}
EXPORT_FIRST_NONE = "The first 100 people have none; further ones do."
EXPORT_LEFT_OUT = "and {n} more columns"
EXPORT_TABLE = "First rows of the export"
EXPORT_START = "Make the file"
EXPORT_PAST = "Your files of this search"
EXPORT_PAST_NONE = "Files that you make are kept here for a week."
EXPORT_UNTIL = "kept until"
EXPORT_DELETE = "Delete"
EXPORT_DELETE_LABEL = "Delete {name}"
EXPORT_DELETED = "The file was deleted."
EXPORT_DOWNLOAD_SIZE = "Download ({size})"
EXPORT_KEPT = "It is kept for a week, under your files below and under Runs."

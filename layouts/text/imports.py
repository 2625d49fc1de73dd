"""Importing."""

from __future__ import annotations

# Import
IMPORT_ARCHIVED = "This search is archived. Restore it first. Then files can be imported into it again."
IMPORT_ARCHIVED_LINK = "To the archived search"
IMPORT_TITLE = "Import people"
IMPORT_INTO = "Into "
IMPORT_FILE = "Files to import"
IMPORT_HINT = (
    "Choose or drop CSV, Excel (XLSX), Parquet or JSON files, such as an export from PhantomBuster or LinkedIn. "
    "Several files become one import."
)
IMPORT_TOO_LARGE = "The file is larger than {megabytes} MB. Split it, or ask your admin to raise MAX_UPLOAD_MB."
IMPORT_BROKEN = "The upload did not arrive. Check the connection and choose the file again."
IMPORT_MAPPING = "What the columns are"
IMPORT_MAPPING_HINT = (
    "Correct what is wrong. Columns marked “Keep only” are not lost: they are kept with the person, "
    "under what the file says."
)
IMPORT_REMEMBERED = "Filled in as {who} did for a file with the same columns on {when} (used {uses}×)."
IMPORT_SOMEONE = "a colleague"
IMPORT_GUESSES = {
    "header": "Known header",
    "remembered": "As last time",
    "similar": "Like “{like}”, {confidence} %",
    "values": "By its values, {confidence} %",
    "kept": "As you set it",
}
IMPORT_UNKNOWN = "Not known"
IMPORT_NO_SAMPLES = "nothing in the first rows"
IMPORT_KINDS = {"csv": "CSV", "xlsx": "Excel workbook", "parquet": "Parquet", "json": "JSON"}
IMPORT_DELIMITER = "Delimiter"
IMPORT_DELIMITERS = {",": "Comma", ";": "Semicolon", "\t": "Tab", "|": "Vertical bar"}
IMPORT_ENCODING = "Encoding"
IMPORT_HEADER_ROW = "Row with the column names"
IMPORT_HEADER_HINT = "0 if no row names the columns"
IMPORT_HEADER_UNKNOWN = (
    "None of these column names is known. If the row taken for them is a person already, "
    "set “Row with the column names” to 0 above."
)
IMPORT_SHEETS = "Sheets"
IMPORT_ROW = "Row"
IMPORT_DRY_RUN = "Try it out"
IMPORT_DRY_RUN_HINT = "Counts what the import would do, without changing anything."
IMPORT_DRY_RUN_DONE = "What the import would do. Nothing was changed."
IMPORT_NO_FIELD = "Keep only"
IMPORT_PREVIEW = "First {count} rows"
IMPORT_PREVIEW_ONE = "The first row"
IMPORT_START = "Import"
IMPORT_REJECTED = "Download the rows that could not be taken"
IMPORT_SHOW = "Show the people"
IMPORT_ANOTHER = "Import another file"
IMPORT_COMPARING = "New and changed people are being compared with everyone known. Possible duplicates are said here."
IMPORT_PAIRS_ONE = "1 pair of profiles may be one person."
IMPORT_PAIRS = "{n:,} pairs of profiles may be one person."
IMPORT_NO_PAIRS = "Nobody new or changed looks like someone else who is known."
IMPORT_NOT_COMPARED = (
    "Comparing them with known people did not come to an end: “Find duplicates” under Duplicates does it."
)
IMPORT_DECIDE = "Look at possible duplicates"

"""Importing."""

from __future__ import annotations

# Import
IMPORT_FILE = "import-file"
UPLOAD_PROGRESS = "upload-progress"
IMPORT_PREVIEW = "import-preview"
IMPORT_MAPPING = "import-mapping"
IMPORT_START = "import-start"
IMPORT_REPORT = "import-report"
REJECTED_DOWNLOAD = "rejected-download"
IMPORT_SLOT = "import-slot"
IMPORT_SETUP = "import-setup"
IMPORT_PROBLEM = "import-problem"
IMPORT_UPLOAD = "import-upload"
IMPORT_SEARCH = "import-search"
IMPORT_RUN = "import-run"
IMPORT_CLOCK = "import-clock"
IMPORT_FILES = "import-files"
IMPORT_DRY_RUN = "import-dry-run"
IMPORT_DRY_RUN_RUN = "import-dry-run-run"
IMPORT_DRY_RUN_CLOCK = "import-dry-run-clock"
IMPORT_DRY_RUN_REPORT = "import-dry-run-report"

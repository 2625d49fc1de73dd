"""People out of a search, as files."""

"""The `sourcingx` command."""

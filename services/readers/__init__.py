"""Readers of files, one module per format. `services.imports.import_readers` is the way in."""

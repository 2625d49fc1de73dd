"""Readers of files, one module per format. `services.import_readers` is the way in."""

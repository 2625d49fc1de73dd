"""Bad and odd files, made by code, each with what has to become of it."""

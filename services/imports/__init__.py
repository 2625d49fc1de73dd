"""Files into a search: uploaded, mapped, normalised, loaded."""

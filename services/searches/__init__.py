"""A search as a whole: listed, made, copied, deleted, its first steps."""

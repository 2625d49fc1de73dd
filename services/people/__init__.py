"""A person: profile, history, notes, names and addresses they are known by, two profiles that are one."""

"""Who may come in and who may see what: accounts, sign-in, sessions, sharing."""

"""Rules that leave people out, the lists they use, and the ledger of whom they caught."""

"""How it goes, in figures: analytics, agreement with the model, fairness."""

"""What calls to vendors cost, and what may be spent."""

"""All of it kept elsewhere, and brought back."""

"""From the SourcingX of before."""

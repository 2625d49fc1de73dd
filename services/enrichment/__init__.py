"""What vendors know of people: waterfall, requests, agents' launches, each account's limits."""

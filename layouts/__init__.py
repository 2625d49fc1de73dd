"""What is shown: pure functions from values to components. Imports nothing of ours but ids and text."""

"""Whether an installation is well: health, metrics, memory, doctor, upkeep."""

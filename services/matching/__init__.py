"""How alike people are to a job, a sentence or other people: models, vectors, order."""

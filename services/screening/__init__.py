"""The model's word on people: criteria, prompts, calls, batches, verdicts and what people say of them."""

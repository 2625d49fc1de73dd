"""Long work: started, queued, claimed, followed, ended."""

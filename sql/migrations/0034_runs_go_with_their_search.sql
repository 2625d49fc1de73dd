-- A search that is removed for good takes its jobs along, and each of them is looked for here: without these, every job
-- of it would read all verdicts, all requests to vendors and all that was ever spent. Forward only.
CREATE INDEX verdicts_run ON verdicts (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX vendor_calls_run ON vendor_calls (run_id);
CREATE INDEX api_usage_run ON api_usage (run_id) WHERE run_id IS NOT NULL;
CREATE INDEX api_usage_search ON api_usage (search_id) WHERE search_id IS NOT NULL;
CREATE INDEX screening_batches_run ON screening_batches (run_id);

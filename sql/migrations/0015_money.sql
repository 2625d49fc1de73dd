-- Money: what every call cost, summed up as it is written; budgets of a month; rejections chosen by a score. Forward only.

-- One line a call, never changed: cost is in US dollars. priced: whether the price was known; where it was not, cost
-- is 0 and only tokens and units tell. units: what a vendor counts besides tokens, in `unit` (credits, for example).
ALTER TABLE api_usage
    ADD COLUMN units bigint NOT NULL DEFAULT 0,
    ADD COLUMN unit text NOT NULL DEFAULT '',
    ADD COLUMN priced boolean NOT NULL DEFAULT true;
CREATE INDEX api_usage_at ON api_usage (created_at, id);

-- The month that money is counted in, by UTC: the one place that knows.
CREATE FUNCTION billing_month(at timestamptz DEFAULT now()) RETURNS date
LANGUAGE sql STABLE PARALLEL SAFE RETURN date_trunc('month', at AT TIME ZONE 'UTC')::date;

-- api_usage by month, person, search, run, vendor and model. run_id 0: no run. search_id stays when the search is
-- deleted: money that was spent stays spent.
CREATE TABLE usage_totals (
    month date NOT NULL,
    user_id bigint NOT NULL REFERENCES users,
    search_id uuid,
    run_id bigint NOT NULL DEFAULT 0,
    vendor text NOT NULL,
    model text NOT NULL,
    unit text NOT NULL,
    calls bigint NOT NULL DEFAULT 0,
    failed bigint NOT NULL DEFAULT 0,
    unpriced bigint NOT NULL DEFAULT 0,
    input_tokens bigint NOT NULL DEFAULT 0,
    cached_tokens bigint NOT NULL DEFAULT 0,
    output_tokens bigint NOT NULL DEFAULT 0,
    units bigint NOT NULL DEFAULT 0,
    cost numeric(14, 6) NOT NULL DEFAULT 0,
    UNIQUE NULLS NOT DISTINCT (month, user_id, run_id, search_id, vendor, model, unit)
) WITH (fillfactor = 70);
CREATE INDEX usage_totals_search ON usage_totals (search_id);

-- What may be spent in a month, in US dollars: by all together, by each person, by one person in its place.
CREATE TABLE budgets (
    scope text NOT NULL CHECK (scope IN ('team', 'each', 'user')),
    user_id bigint REFERENCES users,
    amount numeric(10, 2) NOT NULL CHECK (amount >= 0),
    set_by bigint NOT NULL REFERENCES users,
    set_at timestamptz NOT NULL DEFAULT now(),
    CHECK ((scope = 'user') = (user_id IS NOT NULL)),
    UNIQUE NULLS NOT DISTINCT (scope, user_id)
);

-- What runs have set aside for calls that are not settled yet. It counts while the run is running, so that what a
-- killed worker held is free again when its run has ended, or is written anew when it goes on.
CREATE TABLE budget_holds (
    run_id bigint PRIMARY KEY REFERENCES runs ON DELETE CASCADE,
    user_id bigint NOT NULL REFERENCES users,
    month date NOT NULL,
    amount numeric(14, 6) NOT NULL CHECK (amount >= 0)
) WITH (fillfactor = 70);
CREATE INDEX budget_holds_month ON budget_holds (month);

-- Whoever writes a call has summed it up and settled what was set aside for it, in the same transaction.
CREATE FUNCTION count_usage() RETURNS trigger
LANGUAGE plpgsql AS $$
BEGIN
    INSERT INTO usage_totals AS t (month, user_id, search_id, run_id, vendor, model, unit, calls, failed, unpriced,
        input_tokens, cached_tokens, output_tokens, units, cost)
    VALUES (billing_month(NEW.created_at), NEW.user_id, NEW.search_id, coalesce(NEW.run_id, 0), NEW.vendor, NEW.model,
        NEW.unit, NEW.calls, CASE WHEN NEW.outcome = 'ok' THEN 0 ELSE NEW.calls END,
        CASE WHEN NEW.priced THEN 0 ELSE NEW.calls END, NEW.input_tokens, NEW.cached_tokens, NEW.output_tokens,
        NEW.units, NEW.cost)
    ON CONFLICT (month, user_id, run_id, search_id, vendor, model, unit) DO UPDATE SET
        calls = t.calls + excluded.calls, failed = t.failed + excluded.failed,
        unpriced = t.unpriced + excluded.unpriced, input_tokens = t.input_tokens + excluded.input_tokens,
        cached_tokens = t.cached_tokens + excluded.cached_tokens,
        output_tokens = t.output_tokens + excluded.output_tokens, units = t.units + excluded.units,
        cost = t.cost + excluded.cost;
    IF NEW.cost > 0 THEN
        UPDATE budget_holds SET amount = greatest(0, amount - NEW.cost) WHERE run_id = NEW.run_id;
    END IF;
    RETURN NULL;
END $$;
CREATE TRIGGER api_usage_counted AFTER INSERT ON api_usage FOR EACH ROW EXECUTE FUNCTION count_usage();

INSERT INTO usage_totals (month, user_id, search_id, run_id, vendor, model, unit, calls, failed, input_tokens,
    cached_tokens, output_tokens, cost)
SELECT billing_month(created_at), user_id, search_id, coalesce(run_id, 0), vendor, model, unit, sum(calls),
    coalesce(sum(calls) FILTER (WHERE outcome <> 'ok'), 0), sum(input_tokens), sum(cached_tokens), sum(output_tokens),
    sum(cost)
FROM api_usage GROUP BY 1, 2, 3, 4, 5, 6, 7;

-- Rejections of several people whom nothing but a score chose: who confirmed it, why, and what they were told.
-- Never changed; no foreign keys, so that it outlives what it tells of.
CREATE TABLE score_rejections (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    batch_id bigint NOT NULL UNIQUE,
    search_id uuid NOT NULL,
    user_id bigint NOT NULL,
    people bigint NOT NULL,
    unscored bigint NOT NULL,
    unknown bigint NOT NULL,
    stale bigint NOT NULL,
    reason text NOT NULL CHECK (reason <> '' AND length(reason) <= 2000),
    at timestamptz NOT NULL DEFAULT now()
);

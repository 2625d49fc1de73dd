-- PhantomBuster: what was launched there or taken from there, and what is to be fetched by the clock. Forward only.

-- One row a launch, written before it is asked for, so that none is asked for twice. An agent's own argument, which
-- holds cookies, stands nowhere here, nor does its console, which may name people.
-- launching: to be asked for, and from sent_at on perhaps asked for; unknown: the answer was lost; running;
-- finished: its result is to be taken; failed; taken: its result is with us.
CREATE TABLE vendor_launches (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id bigint REFERENCES runs ON DELETE SET NULL,
    search_id uuid REFERENCES searches ON DELETE SET NULL,
    user_id bigint NOT NULL REFERENCES users,
    schedule_id bigint,
    agent_id text NOT NULL CHECK (length(agent_id) BETWEEN 1 AND 64),
    agent_name text NOT NULL DEFAULT '' CHECK (length(agent_name) <= 200),
    -- launch: asked for by us; container: a named one of before; latest: the newest one that nobody has taken.
    what text NOT NULL CHECK (what IN ('launch', 'container', 'latest')),
    source_url text NOT NULL DEFAULT '' CHECK (length(source_url) <= 2000),
    argument_name text NOT NULL DEFAULT '' CHECK (length(argument_name) <= 60),
    check_columns boolean NOT NULL DEFAULT false,
    state text NOT NULL DEFAULT 'launching'
        CHECK (state IN ('launching', 'unknown', 'running', 'finished', 'failed', 'taken')),
    container_id text NOT NULL DEFAULT '' CHECK (length(container_id) <= 64),
    -- The newest container that the agent had before, by the vendor's clock in milliseconds: a later one is this launch.
    mark_ms bigint NOT NULL DEFAULT 0,
    vendor_status text NOT NULL DEFAULT '',
    end_type text NOT NULL DEFAULT '',
    exit_code integer,
    progress real,
    progress_label text NOT NULL DEFAULT '',
    message text NOT NULL DEFAULT '',
    began_ms bigint,
    ended_ms bigint,
    upload_id uuid,
    import_run_id bigint REFERENCES runs ON DELETE SET NULL,
    created_at timestamptz NOT NULL DEFAULT now(),
    sent_at timestamptz,
    looked_at timestamptz,
    stopped_at timestamptz,
    ended_at timestamptz
);
-- An agent is launched once at a time, whoever asks, on whatever host.
CREATE UNIQUE INDEX vendor_launches_live ON vendor_launches (agent_id) WHERE state IN ('launching', 'unknown', 'running');
CREATE INDEX vendor_launches_agent ON vendor_launches (agent_id, id);
CREATE INDEX vendor_launches_search ON vendor_launches (search_id, id);
CREATE INDEX vendor_launches_run ON vendor_launches (run_id);

-- next_at moves on when a run is started or could not be; missed: how often in a row it was not started.
CREATE TABLE fetch_schedules (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    search_id uuid NOT NULL REFERENCES searches ON DELETE CASCADE,
    user_id bigint NOT NULL REFERENCES users,
    agent_id text NOT NULL CHECK (length(agent_id) BETWEEN 1 AND 64),
    agent_name text NOT NULL DEFAULT '' CHECK (length(agent_name) <= 200),
    what text NOT NULL CHECK (what IN ('launch', 'latest')),
    source_url text NOT NULL DEFAULT '' CHECK (length(source_url) <= 2000),
    argument_name text NOT NULL DEFAULT '' CHECK (length(argument_name) <= 60),
    every_hours integer NOT NULL CHECK (every_hours BETWEEN 1 AND 744),
    next_at timestamptz NOT NULL,
    paused boolean NOT NULL DEFAULT false,
    last_run_id bigint REFERENCES runs ON DELETE SET NULL,
    last_at timestamptz,
    missed integer NOT NULL DEFAULT 0,
    message text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now()
);
CREATE INDEX fetch_schedules_due ON fetch_schedules (next_at) WHERE NOT paused;
CREATE INDEX fetch_schedules_search ON fetch_schedules (search_id);

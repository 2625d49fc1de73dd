-- Screening by the vendor's batches: half the price, answers within a day.

-- One row a batch, written before it is made, so that none is made twice. `name` goes along with it: a batch whose
-- making was not answered is found again by it. `account` holds no key.
CREATE TABLE screening_batches (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    run_id bigint NOT NULL REFERENCES runs ON DELETE CASCADE,
    account text NOT NULL,
    name uuid NOT NULL UNIQUE DEFAULT gen_random_uuid(),
    -- preparing: not made yet; sending: perhaps made; sent: being answered; answered: to be taken in; ended.
    state text NOT NULL DEFAULT 'preparing' CHECK (state IN ('preparing', 'sending', 'sent', 'answered', 'ended')),
    requests integer NOT NULL DEFAULT 0,
    vendor_id text NOT NULL DEFAULT '',
    vendor_status text NOT NULL DEFAULT '',
    reason text NOT NULL DEFAULT '',
    input_file text NOT NULL DEFAULT '',
    files text[] NOT NULL DEFAULT '{}',
    problem text NOT NULL DEFAULT '',
    created_at timestamptz NOT NULL DEFAULT now(),
    looked_at timestamptz,
    ended_at timestamptz
);
CREATE INDEX screening_batches_open ON screening_batches (run_id) WHERE state <> 'ended';

-- sent: with the vendor, in the batch of this id; seen_hash: of what was sent, so that an answer about a profile that
-- changed meanwhile is known for one.
ALTER TABLE screening_items ADD COLUMN batch_id bigint, ADD COLUMN seen_hash text NOT NULL DEFAULT '';
ALTER TABLE screening_items DROP CONSTRAINT screening_items_state_check;
ALTER TABLE screening_items ADD CONSTRAINT screening_items_state_check
    CHECK (state IN ('pending', 'leased', 'sent', 'done', 'retry', 'dead'));
CREATE INDEX screening_items_sent ON screening_items (batch_id) WHERE state = 'sent';

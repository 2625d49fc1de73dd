-- Screening: holds that end when the vendor says, decisions that can be taken back. Forward only.

-- When the vendor will answer again, by what it says; NULL where only people can mend what is wrong.
ALTER TABLE model_holds ADD COLUMN until timestamptz;

-- Which action of Undo a decision belongs to, and when it was taken back. Decisions from before have no action.
-- No foreign key: an archive brings decisions back whose actions are gone.
ALTER TABLE overrides ADD COLUMN batch_id bigint, ADD COLUMN undone_at timestamptz;

-- What a call cost is never given back.
ALTER TABLE api_usage ADD CONSTRAINT api_usage_costs CHECK (cost >= 0);

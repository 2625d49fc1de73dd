-- Exports in several variants and formats. Forward only.

-- variant: processed (a row a person), combined (what files brought) or detailed (a row a position and a verdict).
ALTER TABLE exports ADD COLUMN variant text NOT NULL DEFAULT 'processed'
    CHECK (variant IN ('processed', 'combined', 'detailed'));
CREATE INDEX exports_user ON exports (user_id, created_at);
CREATE INDEX exports_run ON exports (run_id);
CREATE INDEX exports_expiry ON exports (expires_at);

-- A text with a ' before it where a spreadsheet would take it for a formula: services/spreadsheet_text.py,
-- guard. The first sign is looked at before the rest, which decides for nearly all cells.
CREATE FUNCTION sx_guard(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN ascii(value) IN (39, 61, 43, 45, 64, 9, 13, 10, 65309, 65291, 65293, 65312)
        AND value ~ E'^''*[=+@\t\r\n\uff1d\uff0b\uff0d\uff20-]'
    THEN '''' || value ELSE value END;

-- For files whose texts are never formulas: only what an import would take for such a ' is given one more.
CREATE FUNCTION sx_keep(value text) RETURNS text
LANGUAGE sql IMMUTABLE PARALLEL SAFE
RETURN CASE WHEN ascii(value) = 39 AND value ~ E'^''+[=+@\t\r\n\uff1d\uff0b\uff0d\uff20-]'
    THEN '''' || value ELSE value END;

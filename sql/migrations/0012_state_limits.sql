-- Session state stays small (services/state_limits.py): the last guard, for whoever writes past the code.
CREATE FUNCTION state_is_small(value jsonb) RETURNS boolean
LANGUAGE sql IMMUTABLE PARALLEL SAFE RETURN octet_length(value::text) <= 10000
    AND NOT jsonb_path_exists(value, 'strict $.** ? (@.type() == "array" && @.size() > 100)');

ALTER TABLE user_sessions ADD CONSTRAINT user_sessions_state_is_small CHECK (state_is_small(filter_settings));
ALTER TABLE user_preferences ADD CONSTRAINT user_preferences_state_is_small CHECK (state_is_small(value));

-- lock_bucket --
-- One try at a time in a bucket, until the transaction ends.
SELECT pg_advisory_xact_lock(hashtextextended(encode(%(bucket)s::bytea, 'hex'), 0));

-- count_attempts --
-- Failures in a bucket within its window, and seconds since the last of them.
SELECT count(*)::int AS failures, extract(epoch FROM now() - max(at))::float AS since_last_s FROM sign_in_attempts
WHERE email_hash = %(bucket)s AND at > now() - make_interval(secs => %(window_s)s);

-- insert_attempt --
-- One more failure; those of yesterday are forgotten.
WITH old AS (DELETE FROM sign_in_attempts WHERE at < now() - interval '1 day')
INSERT INTO sign_in_attempts (email_hash) VALUES (%(bucket)s) RETURNING id;

-- delete_attempts --
-- The tries that turned out to be good, and all failures of their account.
DELETE FROM sign_in_attempts WHERE id = ANY (%(ids)s) OR email_hash = %(bucket)s;

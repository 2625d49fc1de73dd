-- Loading files: the search indexes are brought up to date beside the load. Forward only.

-- A GIN index collects what is written and sorts it in when there is much of it. During an import a second
-- connection does that, so that the one that writes need not wait. Only an index's owner may; hence DEFINER.
-- By name and at run time: an index that is away just now, since a first load made it anew, is passed over.
CREATE FUNCTION sort_in_search_words() RETURNS bigint
LANGUAGE sql VOLATILE SECURITY DEFINER SET search_path FROM CURRENT
AS $$
    SELECT sum(gin_clean_pending_list(to_regclass(name)))::bigint
    FROM unnest('{candidates_substrings,candidates_words,candidates_skills}'::text[]) AS name
$$;

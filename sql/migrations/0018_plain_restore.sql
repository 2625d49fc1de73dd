-- A dump is loaded with an empty search path, so what generated columns call must find its own way. Forward only.

-- It calls sx_key; aliases could not be restored, by pg_restore or by us.
ALTER FUNCTION sx_company(text) SET search_path = public, pg_temp;

-- Stands for a part that is made elsewhere.
SELECT 1;

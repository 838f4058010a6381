-- One row per rule that a cell or line breaks. Filled by the checks.
create or replace temp table problems (rule varchar, line bigint, field varchar, value varchar)

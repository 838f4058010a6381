-- One row per rule that a cell or line breaks: rule, line, field, value. The statements in checks/ fill it.
create or replace temp table faults_found (rule varchar, line bigint, field varchar, value varchar)

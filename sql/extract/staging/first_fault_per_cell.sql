-- One row per faulty cell, or line as a whole: the first of its faults in the order of $rules.
create or replace temp table first_fault_per_cell as
select
    rule,
    line,
    field,
    value
from faults_found
qualify row_number() over (
    partition by line, field
    order by list_position($rules, rule)
) = 1

-- One row per fault: the first that each cell, or line as a whole, has in the order of the rules.
create or replace temp table faults as
select
    rule,
    line,
    field,
    value
from problems
qualify row_number() over (
    partition by line, field
    order by list_position($rules, rule)
) = 1

-- One row per line whose nationality is of a state that is no more.
select
    'nationality_former_state' as rule,
    staged.line,
    'nationality' as field,
    meanings.value
from staged
inner join meanings on staged.nationality = meanings.value
where
    meanings.field = 'nationality'
    and meanings.kind = 'former'

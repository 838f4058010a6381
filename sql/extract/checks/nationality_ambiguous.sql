-- One row per line whose nationality could be any of several.
select
    'nationality_ambiguous' as rule,
    staged.line,
    'nationality' as field,
    meanings.value
from staged
inner join meanings on staged.nationality = meanings.value
where
    meanings.field = 'nationality'
    and meanings.kind = 'ambiguous'

-- One row per line whose age is no whole number of years from 0 to 120.
select
    'age_invalid' as rule,
    staged.line,
    'age' as field,
    meanings.value
from staged
inner join meanings on staged.age = meanings.value
where
    meanings.field = 'age'
    and meanings.kind is null

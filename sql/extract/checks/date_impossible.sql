-- One row per line whose date is a day that never was, such as 31 February, or lies before 1900.
select
    'date_impossible' as rule,
    staged.line,
    'referred_on' as field,
    days.value
from staged
inner join days on staged.referred_on = days.value
where
    days.is_iso
    and (days.day is null or days.day < date '1900-01-01')

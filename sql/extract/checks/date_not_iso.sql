-- One row per line whose date is not of the form YYYY-MM-DD.
select
    'date_not_iso' as rule,
    staged.line,
    'referred_on' as field,
    days.value
from staged
inner join days on staged.referred_on = days.value
where not days.is_iso

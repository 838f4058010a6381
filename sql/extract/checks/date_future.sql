-- One row per line whose date is later than today.
select
    'date_future' as rule,
    staged.line,
    'referred_on' as field,
    days.value
from staged
inner join days on staged.referred_on = days.value
where days.day > $today

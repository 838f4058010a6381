-- One row per line whose date lies outside the period asked for, a year to March or a calendar quarter.
select
    'date_outside_period' as rule,
    staged.line,
    'referred_on' as field,
    days.value
from staged
inner join days on staged.referred_on = days.value
where
    days.day is not null
    and $period not in (days.year, days.quarter)

-- One row per dimension and code that cells of the release can be asked for, in the order of showing.
select
    dimension,
    code,
    label,
    kind,
    members,
    position
from codes
union all by name
select
    'period' as dimension,
    period as code,
    period_label as label,
    'category' as kind,
    '' as members,
    0 as position
from release
where 'period' not in (select dimension from codes)
order by dimension, position

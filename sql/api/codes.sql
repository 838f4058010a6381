-- One row per (dimension, code) that cells can be filtered by, in display order.
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

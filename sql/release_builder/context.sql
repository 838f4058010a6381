-- One row per observation of a context series: series x period x dimension x category x scope x vintage.
create table context as
select
    observation_id,
    series_id,
    cast(period_start as date) as period_start,
    cast(period_end as date) as period_end,
    period_label,
    dimension,
    category,
    scope,
    cast(value as integer) as value,
    cast(lower as integer) as lower,
    cast(upper as integer) as upper,
    coalesce(status, '') as status,
    vintage,
    source_id,
    quotation,
    break_before = 'yes' as break_before,
    note
from read_csv($path, header = true, all_varchar = true, nullstr = '', quote = '"', escape = '"', delim = ',')
order by observation_id

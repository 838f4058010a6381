-- One row per context series.
create table series as
select
    series_id,
    title,
    publisher,
    unit,
    geography,
    scope,
    why_not_comparable,
    note
from read_csv($path, header = true, all_varchar = true, nullstr = '', quote = '"', escape = '"', delim = ',')
order by series_id

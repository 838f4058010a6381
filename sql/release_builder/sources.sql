-- One row per source.
create table sources as
select
    source_id,
    title,
    publisher,
    published_on,
    address,
    licence,
    note
from read_csv($path, header = true, all_varchar = true, nullstr = '', quote = '"', escape = '"', delim = ',')
order by source_id

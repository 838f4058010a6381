-- One row per corrected statement or derivation and day: the number or range that was shown until then.
create table superseded as
select
    correction_id,
    number_id,
    superseded_on,
    shown,
    reason
from read_csv($path, header = true, all_varchar = true, nullstr = '', quote = '"', escape = '"', delim = ',')
order by number_id, superseded_on

-- One row per dated fact that helps to read context series, with the ids of these series.
create table annotations as
select
    annotation_id,
    string_split(series_ids, ' ') as series_ids,
    kind,
    happened_on,
    says,
    source_id,
    quotation
from read_csv($path, header = true, all_varchar = true, nullstr = '', quote = '"', escape = '"', delim = ',')
order by annotation_id

-- One row per context series. {E002} in a text becomes the printed value of that statement.
create table series as
with listed as (
    select
        *,
        regexp_extract(why_not_comparable, '\{(\w+)\}', 1) as named
    from read_csv($path, header = true, all_varchar = true, nullstr = '', quote = '"', escape = '"', delim = ',')
)

select
    listed.series_id,
    listed.title,
    listed.publisher,
    listed.unit,
    listed.geography,
    listed.scope,
    listed.note,
    coalesce(
        replace(listed.why_not_comparable, '{' || listed.named || '}', statements.printed), listed.why_not_comparable
    ) as why_not_comparable
from listed
left join statements on listed.named = statements.statement_id
order by listed.series_id

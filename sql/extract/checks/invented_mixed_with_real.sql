-- One row per line whose channel marks it as invented, if the extract has lines of another origin too.
with origins as (
    select
        line,
        if(lower(channel) in ('example', 'synthetic'), lower(channel), 'real') as origin
    from extract_lines
)

select
    'invented_mixed_with_real' as rule,
    line,
    'channel' as field,
    null as value
from origins
where
    origin <> 'real'
    and (select count(distinct other.origin) from origins as other) > 1

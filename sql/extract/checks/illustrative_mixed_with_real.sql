-- One row per line whose channel is illustrative, if the extract has other lines too.
select
    'illustrative_mixed_with_real' as rule,
    line,
    'channel' as field,
    null as value
from extract_lines
where
    lower(channel) = 'illustrative'
    and not (select bool_and(lower(other.channel) = 'illustrative') from extract_lines as other)

-- One row per illustrative line of an extract that holds other lines as well.
select
    'illustrative_mixed_with_real' as rule,
    line,
    'channel' as field,
    null as value
from staged
where
    lower(channel) = 'illustrative'
    and not (select bool_and(lower(other.channel) = 'illustrative') from staged as other)

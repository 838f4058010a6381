-- One row: rejected and loaded (numbers of lines), first_date, last_date, status (the origin of every line).
with accepted as (
    select
        count(*) as loaded,
        min(referred_on) as first_date,
        max(referred_on) as last_date
    from accepted_records
),

origins as (
    select
        case
            when bool_and(lower(channel) = 'example') then 'example'
            when bool_and(lower(channel) = 'synthetic') then 'synthetic'
            else 'official'
        end as status
    from extract_lines
)

select
    accepted.loaded,
    accepted.first_date,
    accepted.last_date,
    origins.status,
    (select count(*) from rejected_lines) as rejected
from accepted
cross join origins

-- One row: rejected and loaded (numbers of lines), first_date, last_date, status (the origin of every line).
select
    (select count(*) from rejected_lines) as rejected,
    (select count(*) from accepted_records) as loaded,
    (select min(referred_on) from accepted_records) as first_date,
    (select max(referred_on) from accepted_records) as last_date,
    (
        select
            case
                when bool_and(lower(channel) = 'example') then 'example'
                when bool_and(lower(channel) = 'synthetic') then 'synthetic'
                else 'official'
            end
        from extract_lines
    ) as status

-- One row: rejected and loaded (numbers of lines), first_date, last_date, is_illustrative (true if every line is).
select
    (select count(*) from rejected_lines) as rejected,
    (select count(*) from accepted_records) as loaded,
    (select min(referred_on) from accepted_records) as first_date,
    (select max(referred_on) from accepted_records) as last_date,
    (select coalesce(bool_and(lower(channel) = 'illustrative'), false) from extract_lines) as is_illustrative

-- One row: how many lines were loaded and how many refused, the days they span, and whether all of them are illustrative.
select
    (select count(*) from refused) as refused,
    (select count(*) from typed) as loaded,
    (select min(referred_on) from typed) as first_date,
    (select max(referred_on) from typed) as last_date,
    (select coalesce(bool_and(lower(channel) = 'illustrative'), false) from staged) as is_illustrative

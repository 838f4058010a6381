-- One row: what every referral draws from. The lists hold a hundred codes, for outcomes a hundred for each crime type.
create or replace temp table lots as
select
    $salt::ubigint as salt,
    $year::varchar as year,
    $forces::varchar[] as forces,
    $outcomes::varchar[] as outcomes

-- One row: salt, year, channel, forces (100 codes), outcomes (100 codes per crime type). Every referral draws from these lists.
create or replace temp table draw_tables as
select
    $salt::ubigint as salt,
    $year::varchar as year,
    $channel::varchar as channel,
    $forces::varchar[] as forces,
    $outcomes::varchar[] as outcomes

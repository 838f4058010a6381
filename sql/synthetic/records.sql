-- One row per referral, in codes; the columns of extract/staging/records.
create table records as
select
    referral_id,
    day as referred_on,
    year,
    format('{}-Q{}', if(starts_with(year, 'EY'), year, year(day)::varchar), quarter(day)) as quarter,
    police_force,
    nationality,
    age_band,
    sex,
    crime_type,
    outcome,
    null::varchar as person_id
from drawn_referrals

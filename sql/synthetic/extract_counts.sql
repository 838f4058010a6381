-- One row per nationality, age, sex and crime_type in an extract, as written, with the number of referrals.
select
    nationality,
    age,
    sex,
    crime_type,
    count(*) as referrals
from read_csv($path, header = true, all_varchar = true)
group by all
order by all

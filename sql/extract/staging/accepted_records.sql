-- One row per line without an error, as a record in the codes of our codelists.
-- Ids of persons are told apart by more than capitals, and words for what was not recorded are nobody's.
create or replace temp view typed as
select
    staged.referral_id,
    days.day as referred_on,
    days.year,
    days.quarter,
    police_force.code as police_force,
    nationality.code as nationality,
    age.code as age_band,
    sex.code as sex,
    crime_type.code as crime_type,
    outcome.code as outcome,
    if(nobody.spelling is null, nullif(nfc_normalize(lower(staged.person_id)), ''), null) as person_id
from staged
inner join days
    on staged.referred_on = days.value and days.day is not null
inner join meanings as police_force
    on police_force.field = 'police_force' and staged.police_force = police_force.value and police_force.code is not null
inner join meanings as nationality
    on nationality.field = 'nationality' and staged.nationality = nationality.value and nationality.code is not null
inner join meanings as age
    on age.field = 'age' and staged.age = age.value and age.code is not null
inner join meanings as sex
    on sex.field = 'sex' and staged.sex = sex.value and sex.code is not null
inner join meanings as crime_type
    on crime_type.field = 'crime_type' and staged.crime_type = crime_type.value and crime_type.code is not null
inner join meanings as outcome
    on outcome.field = 'outcome' and staged.outcome = outcome.value and outcome.code is not null
left join spellings as nobody
    on nobody.field = 'person_id' and nfc_normalize(lower(staged.person_id)) = nobody.spelling
where staged.line not in (select refused.line from refused)

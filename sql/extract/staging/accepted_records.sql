-- One row per line without an error, with codes in place of spellings.
-- person_id is compared in lower case and in Unicode form NFC. Words for 'not recorded' become null, so that they do not
-- look like one person with many referrals.
create or replace temp view accepted_records as
select
    extract_lines.referral_id,
    parsed_dates.day as referred_on,
    parsed_dates.year,
    parsed_dates.quarter,
    police_force.code as police_force,
    nationality.code as nationality,
    age.code as age_band,
    sex.code as sex,
    crime_type.code as crime_type,
    outcome.code as outcome,
    if(not_recorded.spelling is null, nullif(nfc_normalize(lower(extract_lines.person_id)), ''), null) as person_id
from extract_lines
inner join parsed_dates
    on extract_lines.referred_on = parsed_dates.value and parsed_dates.day is not null
inner join matched_codes as police_force
    on
        police_force.field = 'police_force'
        and extract_lines.police_force = police_force.value
        and police_force.code is not null
inner join matched_codes as nationality
    on
        nationality.field = 'nationality'
        and extract_lines.nationality = nationality.value
        and nationality.code is not null
inner join matched_codes as age
    on
        age.field = 'age'
        and extract_lines.age = age.value
        and age.code is not null
inner join matched_codes as sex
    on
        sex.field = 'sex'
        and extract_lines.sex = sex.value
        and sex.code is not null
inner join matched_codes as crime_type
    on
        crime_type.field = 'crime_type'
        and extract_lines.crime_type = crime_type.value
        and crime_type.code is not null
inner join matched_codes as outcome
    on
        outcome.field = 'outcome'
        and extract_lines.outcome = outcome.value
        and outcome.code is not null
left join spellings as not_recorded
    on not_recorded.field = 'person_id' and nfc_normalize(lower(extract_lines.person_id)) = not_recorded.spelling
where extract_lines.line not in (select rejected_lines.line from rejected_lines)

-- One row per referral, with codes in place of spellings; person_id is null if not recorded.
-- Filled from accepted_records, extract by extract.
create table records (
    referral_id varchar,
    referred_on date,
    year varchar,
    quarter varchar,
    police_force varchar,
    nationality varchar,
    age_band varchar,
    sex varchar,
    crime_type varchar,
    outcome varchar,
    person_id varchar
)

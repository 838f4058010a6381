-- One row per referral, in the codes of our codelists, with its person where the extract says whose it is.
-- Filled from the lines that every check has passed.
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

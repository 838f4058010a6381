-- One row per referral in the columns of a record-level extract; channel marks it as invented.
create or replace temp view extract as
with worded as (
    select
        referral_id,
        day as referred_on,
        nationality_label as nationality,
        channel,
        if(police_force = '_NK', 'not recorded', police_force) as police_force,
        coalesce(age::varchar, 'not recorded') as age,
        if(sex = '_NK', 'not recorded', sex) as sex,
        if(crime_type = '_NK', 'not recorded', crime_type) as crime_type,
        if(outcome = '_NK', 'not recorded', outcome) as outcome
    from drawn_referrals
)

select
    referral_id,
    referred_on,
    police_force,
    nationality,
    age,
    sex,
    crime_type,
    outcome,
    channel
from worded

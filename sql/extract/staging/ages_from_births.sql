-- One row per line with a date of birth in the column age, which becomes the age in whole years on the day of the referral.
-- $births has the days of the texts that are dates. A line without a referral day is rejected for that, not for its age.
-- Somebody born on 29 February turns a year older on 1 March.
update extract_lines
set
    age = case
        when parsed_dates.day is null then 'not recorded'
        else (
            year(parsed_dates.day) - year(births.day)
            - if(strftime(parsed_dates.day, '%m%d') < strftime(births.day, '%m%d'), 1, 0)
        )::varchar
    end
from
    (
        select unnest($births::struct(value varchar, day date)[], recursive := true)
    ) as births,
    parsed_dates
where
    extract_lines.age = births.value
    and extract_lines.referred_on = parsed_dates.value

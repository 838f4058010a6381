-- One row per day and combination of attributes with referrals on that day, in order of day, with the number of the first.
-- A combination's referrals are spread over the year at even steps of the days' shares, from a place of its own.
create or replace temp table slots as
with days as (
    select unnest($days::struct(day date, since double, until double)[], recursive := true)
),

spread as (
    select
        days.day,
        plan.*,
        (floor(days.until * plan.referrals + plan.phase) - floor(days.since * plan.referrals + plan.phase))::bigint as many,
        md5(concat_ws('/', days.day, plan.phase, plan.nationality, plan.age_band, plan.sex, plan.crime_type)) as place
    from days
    cross join plan
)

select
    day,
    nationality,
    nationality_label,
    age_band,
    sex,
    crime_type,
    youngest,
    oldest,
    lots_before,
    many,
    (sum(many) over (
        order by day, place, youngest, many
        rows between unbounded preceding and current row
    ) - many)::bigint as before
from spread
where many > 0
order by before

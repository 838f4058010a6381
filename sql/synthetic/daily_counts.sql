-- One row per day and planned cell with referrals on that day: how many, and first_number of the first of them.
-- The referrals of a cell are spread over the year in proportion to the days' shares, starting at the cell's phase.
create or replace temp table daily_counts as
with days as (
    select unnest($days::struct(day date, share_before double, share_after double)[], recursive := true)
),

spread as (
    select
        days.day,
        cell.nationality,
        cell.nationality_label,
        cell.age_band,
        cell.sex,
        cell.crime_type,
        cell.youngest,
        cell.oldest,
        cell.outcome_offset,
        (
            floor(days.share_after * cell.referrals + cell.phase)
            - floor(days.share_before * cell.referrals + cell.phase)
        )::bigint as referrals,
        md5(concat_ws('/', days.day, cell.phase, cell.nationality, cell.age_band, cell.sex, cell.crime_type)) as shuffle
    from days
    cross join planned_cells as cell
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
    outcome_offset,
    referrals,
    (1 + sum(referrals) over (
        order by day, shuffle, youngest, referrals
        rows between unbounded preceding and current row
    ) - referrals)::bigint as first_number
from spread
where referrals > 0
order by first_number

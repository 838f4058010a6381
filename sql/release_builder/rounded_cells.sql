-- One row per nonzero sum over up to three dimensions (quarter included) and finest cell.
create table cells as
with facts as (
    select unnest($facts::struct(
        period varchar,
        nationality varchar,
        age_band varchar,
        sex varchar,
        crime_type varchar,
        outcome varchar
    )[], recursive := true)
),

revised as (
    select unnest($revised::struct(
        period varchar,
        nationality varchar,
        age_band varchar,
        sex varchar,
        crime_type varchar,
        outcome varchar,
        value integer
    )[], recursive := true)
),

revised_periods as (
    select distinct period
    from revised
),

periods as (
    select
        finest.*,
        1 as fixed
    from finest
    union all
    select
        finest.* replace (finest.year as period),
        0 as fixed
    from finest
),

sums as (
    select
        period,
        coalesce(nationality, '_T') as nationality,
        coalesce(age_band, '_T') as age_band,
        coalesce(sex, '_T') as sex,
        coalesce(crime_type, '_T') as crime_type,
        coalesce(outcome, '_T') as outcome,
        sum(value)::integer as value,
        any_value(fixed) + 5 - grouping(nationality) - grouping(age_band) - grouping(sex) - grouping(crime_type)
        - grouping(outcome) as fixed
    from periods
    group by cube (nationality, age_band, sex, crime_type, outcome), period
)

select
    sums.period,
    sums.nationality,
    sums.age_band,
    sums.sex,
    sums.crime_type,
    sums.outcome,
    sums.value,
    case
        when sums.fixed = 6 then if(sums.value <= $largest_ambiguous, 1, sums.value)
        when facts.period is not null then sums.value
        else greatest(0, sums.value - precision.max_error)
    end as lower,
    case
        when sums.fixed = 6 or facts.period is not null then sums.value
        else sums.value + precision.max_error
    end as upper,
    case
        when revised_periods.period is not null and sums.value <> coalesce(revised.value, 0) then 'r'
        when sums.fixed <= 1 or facts.period is not null or (sums.fixed = 6 and sums.value > $largest_ambiguous) then ''
        else 'e'
    end as status
from sums
left join precision on sums.fixed = precision.order
left join facts
    on
        sums.period = facts.period
        and sums.nationality = facts.nationality
        and sums.age_band = facts.age_band
        and sums.sex = facts.sex
        and sums.crime_type = facts.crime_type
        and sums.outcome = facts.outcome
left join revised
    on
        sums.period = revised.period
        and sums.nationality = revised.nationality
        and sums.age_band = revised.age_band
        and sums.sex = revised.sex
        and sums.crime_type = revised.crime_type
        and sums.outcome = revised.outcome
left join revised_periods on sums.period = revised_periods.period
where sums.fixed <= 3 or sums.fixed = 6
order by sums.period, sums.nationality, sums.age_band, sums.sex, sums.crime_type, sums.outcome

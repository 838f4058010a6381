-- One row per nonzero sum over up to three dimensions (quarter included) and finest cell, and per code that a period lacks
-- (status 'x'). A range follows from the announced error, the finest cells, the totals of one code, and what the other codes of
-- a dimension leave of such a total.
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

inexact as (
    select unnest($inexact_totals::struct(
        period varchar,
        nationality varchar,
        age_band varchar,
        sex varchar,
        crime_type varchar,
        outcome varchar,
        largest_error integer
    )[], recursive := true)
),

-- The error of the finest cells of a year beyond that of the rule.
cell_errors as (
    select unnest($cell_errors::struct("year" varchar, largest_error integer)[], recursive := true)
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

unavailable as (
    select unnest($unavailable::struct(
        period varchar,
        nationality varchar,
        age_band varchar,
        sex varchar,
        crime_type varchar,
        outcome varchar
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
        year,
        period,
        coalesce(nationality, '_T') as nationality,
        coalesce(age_band, '_T') as age_band,
        coalesce(sex, '_T') as sex,
        coalesce(crime_type, '_T') as crime_type,
        coalesce(outcome, '_T') as outcome,
        sum(value)::integer as value,
        sum(if(value <= $largest_ambiguous, 1, value))::integer as least,
        any_value(fixed) + 5 - grouping(nationality) - grouping(age_band) - grouping(sex) - grouping(crime_type)
        - grouping(outcome) as fixed
    from periods
    group by cube (nationality, age_band, sex, crime_type, outcome), period, year
),

with_error as (
    select
        sums.*,
        case
            when facts.period is not null then 0
            when sums.fixed <= 1 then coalesce(inexact.largest_error, 0)
            else coalesce(precision.max_error, 0)
        end as error,
        coalesce(cell_errors.largest_error, 0) as cell_error,
        facts.period is not null as is_fact
    from sums
    left join precision on sums.fixed = precision."order"
    left join facts
        on
            sums.period = facts.period
            and sums.nationality = facts.nationality
            and sums.age_band = facts.age_band
            and sums.sex = facts.sex
            and sums.crime_type = facts.crime_type
            and sums.outcome = facts.outcome
    left join inexact
        on
            sums.period = inexact.period
            and sums.nationality = inexact.nationality
            and sums.age_band = inexact.age_band
            and sums.sex = inexact.sex
            and sums.crime_type = inexact.crime_type
            and sums.outcome = inexact.outcome
    left join cell_errors on sums.year = cell_errors.year
    where sums.fixed <= 3 or sums.fixed = 6
),

-- One row per total of one code, or of none ('_T' in both), with its upper bound, which no sum within it can exceed.
ceilings as (
    select
        year,
        case
            when period <> year then 'period'
            when nationality <> '_T' then 'nationality'
            when age_band <> '_T' then 'age_band'
            when sex <> '_T' then 'sex'
            when crime_type <> '_T' then 'crime_type'
            when outcome <> '_T' then 'outcome'
            else '_T'
        end as dimension,
        case dimension
            when 'period' then period
            when 'nationality' then nationality
            when 'age_band' then age_band
            when 'sex' then sex
            when 'crime_type' then crime_type
            when 'outcome' then outcome
            else '_T'
        end as code,
        value + error as most
    from with_error
    where fixed <= 1
),

-- A finest cell that shows 5, 6 or 7 can be from 1 to that number. A sum is at least the sum of its cells' lower bounds.
bounded as (
    select
        with_error.*,
        row_number() over () as number,
        case
            when with_error.fixed = 6 and with_error.value <= $largest_ambiguous then greatest(1 - cell_error, 0)
            when with_error.fixed = 6 then greatest(with_error.value - cell_error, 0)
            when is_fact or with_error.cell_error > 0 or with_error.fixed <= 1
                then greatest(with_error.value - error, 0)
            else greatest(with_error.value - error, with_error.least)
        end as lower,
        case
            when with_error.fixed <= 1 or is_fact then with_error.value + error
            else least(
                with_error.value + if(with_error.fixed = 6, cell_error, error),
                by_period.most,
                by_nationality.most,
                by_age_band.most,
                by_sex.most,
                by_crime_type.most,
                by_outcome.most
            )
        end as upper
    from with_error
    left join ceilings as by_period
        on
            with_error.year = by_period.year
            and by_period.dimension = 'period'
            and with_error.period = by_period.code
    left join ceilings as by_nationality
        on
            with_error.year = by_nationality.year
            and by_nationality.dimension = 'nationality'
            and with_error.nationality = by_nationality.code
    left join ceilings as by_age_band
        on
            with_error.year = by_age_band.year
            and by_age_band.dimension = 'age_band'
            and with_error.age_band = by_age_band.code
    left join ceilings as by_sex
        on with_error.year = by_sex.year and by_sex.dimension = 'sex' and with_error.sex = by_sex.code
    left join ceilings as by_crime_type
        on
            with_error.year = by_crime_type.year
            and by_crime_type.dimension = 'crime_type'
            and with_error.crime_type = by_crime_type.code
    left join ceilings as by_outcome
        on
            with_error.year = by_outcome.year
            and by_outcome.dimension = 'outcome'
            and with_error.outcome = by_outcome.code
),

-- One row per code that a sum of one to three dimensions fixes, in years whose totals are all exact.
every_part as (
    select
        number,
        year,
        fixed,
        lower,
        upper,
        unnest([ -- noqa: AL03
            { 'dimension': 'quarter', 'code': if(period = year, '_T', period) },
            { 'dimension': 'nationality', 'code': nationality },
            { 'dimension': 'age_band', 'code': age_band },
            { 'dimension': 'sex', 'code': sex },
            { 'dimension': 'crime_type', 'code': crime_type },
            { 'dimension': 'outcome', 'code': outcome }
        ], recursive := true)
    from bounded
    where
        fixed between 1 and 3
        and cell_error = 0
        and year not in (select finest.year from inexact inner join finest on inexact.period in (finest.period, finest.year))
),

parts as (
    select *
    from every_part
    where code <> '_T'
),

totals as (
    select
        year,
        dimension,
        code,
        lower,
        upper
    from parts
    where fixed = 1
),

-- One row per sum and pair of its codes, each pair in both orders.
pairs_of_sums as (
    select
        parts.number,
        parts.year,
        parts.fixed,
        parts.lower,
        parts.upper,
        parts.dimension,
        parts.code,
        others.dimension as other_dimension,
        others.code as other_code
    from parts
    inner join parts as others on parts.number = others.number and parts.dimension <> others.dimension
),

-- One row per pair of codes of a year, in both orders, listed or 0.
within_totals as (
    select
        totals.year,
        totals.dimension,
        totals.code,
        others.dimension as other_dimension,
        others.code as other_code,
        totals.lower as total_lower,
        totals.upper as total_upper,
        coalesce(listed.lower, 0) as lower,
        coalesce(listed.upper, least(precision.max_error, totals.upper, others.upper)) as upper
    from totals
    inner join totals as others on totals.year = others.year and totals.dimension <> others.dimension
    inner join precision on precision."order" = 2
    left join pairs_of_sums as listed
        on
            listed.fixed = 2
            and totals.year = listed.year
            and totals.dimension = listed.dimension
            and totals.code = listed.code
            and others.dimension = listed.other_dimension
            and others.code = listed.other_code
),

-- The same, within what the other codes of the other dimension leave of the total.
within_others as (
    select
        year,
        dimension,
        code,
        other_dimension,
        other_code,
        greatest(lower, total_lower - (sum(upper) over others - upper)) as lower,
        least(upper, total_upper - (sum(lower) over others - lower)) as upper
    from within_totals
    window others as (partition by year, dimension, code, other_dimension)
),

-- A sum of three codes cannot exceed that of any two of them.
narrowed as (
    select
        pairs_of_sums.number,
        max(if(pairs_of_sums.fixed = 2, within_others.lower, 0)) as lower,
        min(within_others.upper) as upper
    from pairs_of_sums
    inner join within_others
        on
            pairs_of_sums.year = within_others.year
            and pairs_of_sums.dimension = within_others.dimension
            and pairs_of_sums.code = within_others.code
            and pairs_of_sums.other_dimension = within_others.other_dimension
            and pairs_of_sums.other_code = within_others.other_code
    group by pairs_of_sums.number
),

ranged as (
    select
        bounded.* exclude (lower, upper),
        greatest(bounded.lower, narrowed.lower)::integer as lower,
        least(bounded.upper, narrowed.upper)::integer as upper
    from bounded
    left join narrowed on bounded.number = narrowed.number
)

select
    bounded.period,
    bounded.nationality,
    bounded.age_band,
    bounded.sex,
    bounded.crime_type,
    bounded.outcome,
    bounded.value,
    bounded.lower,
    bounded.upper,
    case
        when revised_periods.period is not null and bounded.value <> coalesce(revised.value, 0) then 'r'
        when bounded.fixed <= 1 and bounded.error > 0 then 'r'
        when bounded.lower = bounded.upper then ''
        else 'e'
    end as status
from ranged as bounded
left join revised
    on
        bounded.period = revised.period
        and bounded.nationality = revised.nationality
        and bounded.age_band = revised.age_band
        and bounded.sex = revised.sex
        and bounded.crime_type = revised.crime_type
        and bounded.outcome = revised.outcome
left join revised_periods on bounded.period = revised_periods.period
union all
select
    unavailable.period,
    unavailable.nationality,
    unavailable.age_band,
    unavailable.sex,
    unavailable.crime_type,
    unavailable.outcome,
    null::integer as value,
    null::integer as lower,
    null::integer as upper,
    'x' as status
from unavailable
order by period, nationality, age_band, sex, crime_type, outcome

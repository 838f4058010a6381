-- One row per thing that is wrong with the release in this folder; no row where its proof holds. In DuckDB: .read verify.sql
-- Downloads may have more in their names, as in "victim-referrals-example-cells.csv". The folder must hold one release alone.
with rules as (
    select
        json ->> '$.release_id' as release_id,
        cast(json -> '$.disclosure_control.quarters' as map(varchar, varchar[])) as quarters,
        cast(json -> '$.disclosure_control.largest_error' as map(varchar, integer)) as errors,
        cast(json -> '$.disclosure_control.facts' as struct(
            name varchar, "year" varchar, "where" map(varchar, varchar[]), low integer, high integer, published integer
        )[]) as facts,
        cast(json -> '$.disclosure_control.known' as struct(
            "sum" varchar[], "value" integer, parts struct(times integer, "where" map(varchar, varchar[]))[]
        )[]) as known,
        cast(json -> '$.disclosure_control.inexact_totals' as struct(
            period varchar, nationality varchar, age_band varchar, sex varchar, crime_type varchar, outcome varchar,
            largest_error integer
        )[]) as inexact_totals,
        cast(json -> '$.codelists' as map(varchar, map(varchar, varchar))) as codelists
    from (select cast(content as json) as json from read_text('*datapackage*.json'))
),

years as (
    select
        entry.key as year,
        unnest(entry.value) as quarter
    from (select unnest(map_entries(quarters)) as entry from rules)
),

-- How far a sum may be off, by how many codes it fixes: totals not at all, single cells as the rule says.
room as (
    select
        fixed,
        case when fixed < 2 then 0 when fixed < 6 then coalesce(errors[cast(fixed as varchar)], 0) else 6 end as most
    from rules
    cross join range(7) as orders (fixed)
),

shown as (
    select * exclude (lower, upper, status)
    from read_csv('*cells*.csv', all_varchar = true, types = { 'value': 'integer' })
    where value is not null  -- otherwise the year does not have the code
),

cells as (
    select
        years.year,
        shown.*
    from shown
    inner join years on shown.period = years.quarter
    where '_T' not in (shown.nationality, shown.age_band, shown.sex, shown.crime_type, shown.outcome)
),

lines as (
    select
        years.year,
        witnesses.*,
        coalesce(cells.value, 0) as was,
        was + witnesses.change as becomes
    from read_csv(
        '*witnesses*.csv.gz',
        header = true,
        columns = {
            'witness': 'integer', 'period': 'varchar', 'nationality': 'varchar', 'age_band': 'varchar', 'sex': 'varchar',
            'crime_type': 'varchar', 'outcome': 'varchar', 'change': 'integer'
        }
    ) as witnesses
    left join years on witnesses.period = years.quarter
    left join cells using (period, nationality, age_band, sex, crime_type, outcome)
),

-- Every sum of what is shown (witness -1: its value and the least it can be) and of what each witness changes.
entries as (
    select
        -1 as witness,
        year,
        columns(['period', 'nationality', 'age_band', 'sex', 'crime_type', 'outcome']),
        value as amount,
        if(value <= 7, 1, value) as least
    from cells
    union all
    select
        witness,
        year,
        columns(['period', 'nationality', 'age_band', 'sex', 'crime_type', 'outcome']),
        change as amount,
        0 as least
    from lines
),

sums as (
    select
        witness,
        coalesce(period, year) as period,
        coalesce(nationality, '_T') as nationality,
        coalesce(age_band, '_T') as age_band,
        coalesce(sex, '_T') as sex,
        coalesce(crime_type, '_T') as crime_type,
        coalesce(outcome, '_T') as outcome,
        6 - grouping(period) - grouping(nationality) - grouping(age_band) - grouping(sex) - grouping(crime_type)
        - grouping(outcome) as fixed,
        sum(amount) as amount,
        sum(least) as least
    from entries
    group by witness, year, cube (period, nationality, age_band, sex, crime_type, outcome)
),

spread as (
    select
        columns(['period', 'nationality', 'age_band', 'sex', 'crime_type', 'outcome', 'fixed']),
        min(least(amount, 0)) filter (where witness >= 0) as low,
        max(greatest(amount, 0)) filter (where witness >= 0) as high,
        sum(amount) filter (where witness = -1) as value,
        sum(least) filter (where witness = -1) as least
    from sums
    group by all
),

-- What could be 1 to 4: sums of two codes and more, and cells that show 0 whose codes all stand in a cell that can shrink.
movable as (select * from cells where value <= 7),

zeros as (
    select *
    from (select distinct year, period from movable)
    inner join (select distinct year, nationality from movable) using (year)
    inner join (select distinct year, age_band from movable) using (year)
    inner join (select distinct year, sex from movable) using (year)
    inner join (select distinct year, crime_type from movable) using (year)
    inner join (select distinct year, outcome from movable) using (year)
    anti join cells using (period, nationality, age_band, sex, crime_type, outcome)
),

small as (
    select columns(['period', 'nationality', 'age_band', 'sex', 'crime_type', 'outcome'])
    from spread
    where least between 1 and 4 and fixed > 1
    union all
    select columns(['period', 'nationality', 'age_band', 'sex', 'crime_type', 'outcome'])
    from zeros
),

facts as (select unnest(facts, recursive := false) as fact from rules),

counted as (
    select
        facts.fact,
        entries.witness,
        sum(entries.amount) as amount
    from facts
    inner join entries
        on
            facts.fact.year = entries.year
            and entries.nationality in coalesce(facts.fact."where"['nationality'], [entries.nationality])
            and entries.age_band in coalesce(facts.fact."where"['age_band'], [entries.age_band])
            and entries.sex in coalesce(facts.fact."where"['sex'], [entries.sex])
            and entries.crime_type in coalesce(facts.fact."where"['crime_type'], [entries.crime_type])
            and entries.outcome in coalesce(facts.fact."where"['outcome'], [entries.outcome])
    group by all
),

-- What is known to be over 4: parts, exact totals and facts, add up to more, and count no cell that the sum does not count.
parts as (
    select
        claim,
        unnest(claim.parts) as part
    from (select unnest(known) as claim from rules)
),

-- One row per total that is not exact.
inexact as (
    select unnest(inexact_totals, recursive := true)
    from rules
),

priced as (
    select
        parts.claim,
        parts.part,
        coalesce(sum(cells.value), 0) as total,
        (
            select coalesce(sum(inexact.largest_error), 0)
            from inexact
            where
                inexact.period in coalesce(parts.part."where"['quarter'], [parts.claim.sum[1]])
                and inexact.nationality in coalesce(parts.part."where"['nationality'], ['_T'])
                and inexact.age_band in coalesce(parts.part."where"['age_band'], ['_T'])
                and inexact.sex in coalesce(parts.part."where"['sex'], ['_T'])
                and inexact.crime_type in coalesce(parts.part."where"['crime_type'], ['_T'])
                and inexact.outcome in coalesce(parts.part."where"['outcome'], ['_T'])
        ) as error,
        any_value(facts.fact) as fact
    from parts
    left join cells
        on
            cells.year = parts.claim.sum[1]
            and cells.period in coalesce(parts.part."where"['quarter'], [cells.period])
            and cells.nationality in coalesce(parts.part."where"['nationality'], [cells.nationality])
            and cells.age_band in coalesce(parts.part."where"['age_band'], [cells.age_band])
            and cells.sex in coalesce(parts.part."where"['sex'], [cells.sex])
            and cells.crime_type in coalesce(parts.part."where"['crime_type'], [cells.crime_type])
            and cells.outcome in coalesce(parts.part."where"['outcome'], [cells.outcome])
    left join facts on facts.fact.year = parts.claim.sum[1] and facts.fact."where" = parts.part."where"
    group by all
),

bounded as (
    select
        claim,
        sum(part.times * case
            when cardinality(part."where") < 2 and part.times > 0 then greatest(total - error, 0)
            when cardinality(part."where") < 2 then total + error
            when part.times > 0 then coalesce(fact.low, 0)
            else coalesce(fact.high, 1000000000)
        end) as bound,
        bool_and(len(list_distinct(list_filter(flatten(map_values(part."where")), lambda code: code <> '_T')))
        = len(flatten(map_values(part."where")))) as named
    from priced
    group by claim
),

grid as (
    select *
    from years
    cross join (select unnest(map_keys(codelists['nationality'])) as nationality from rules)
    cross join (select unnest(map_keys(codelists['age_band'])) as age_band from rules)
    cross join (select unnest(map_keys(codelists['sex'])) as sex from rules)
    cross join (select unnest(map_keys(codelists['crime_type'])) as crime_type from rules)
    cross join (select unnest(map_keys(codelists['outcome'])) as outcome from rules)
    where '_T' not in (nationality, age_band, sex, crime_type, outcome)
),

overcounted as (
    select parts.claim
    from parts
    inner join grid
        on
            parts.claim.sum[1] = grid.year
            and grid.quarter in coalesce(parts.part."where"['quarter'], [grid.quarter])
            and grid.nationality in coalesce(parts.part."where"['nationality'], [grid.nationality])
            and grid.age_band in coalesce(parts.part."where"['age_band'], [grid.age_band])
            and grid.sex in coalesce(parts.part."where"['sex'], [grid.sex])
            and grid.crime_type in coalesce(parts.part."where"['crime_type'], [grid.crime_type])
            and grid.outcome in coalesce(parts.part."where"['outcome'], [grid.outcome])
    group by parts.claim, grid.quarter, grid.nationality, grid.age_band, grid.sex, grid.crime_type, grid.outcome
    having
        sum(parts.part.times) > if(
            parts.claim.sum[2] in ('_T', grid.quarter)
            and parts.claim.sum[3] in ('_T', grid.nationality)
            and parts.claim.sum[4] in ('_T', grid.age_band)
            and parts.claim.sum[5] in ('_T', grid.sex)
            and parts.claim.sum[6] in ('_T', grid.crime_type)
            and parts.claim.sum[7] in ('_T', grid.outcome),
            1,
            0
        )
),

proved as (
    select list_concat([if(claim.sum[2] = '_T', claim.sum[1], claim.sum[2])], claim.sum[3:]) as codes
    from bounded
    where bound > 4 and named and claim not in (select overcounted.claim from overcounted)
),

wrong as (
    select
        'shows 1 to 4, or less than nothing' as fault,
        to_json(shown) as what
    from shown
    where value < 5 and value <> 0
    union all
    select
        'is shown more than once, or is not what its cells add up to' as fault,
        to_json([period, nationality, age_band, sex, crime_type, outcome]) as what
    from shown
    full join (select * from spread where value <> 0 and fixed in (0, 1, 2, 3, 6)) as spread
        using (period, nationality, age_band, sex, crime_type, outcome)
    group by all
    having count(*) > 1 or any_value(shown.value) is distinct from any_value(spread.value)
    union all
    select
        'is a change of a witness that the rule does not allow' as fault,
        to_json(lines) as what
    from lines
    where
        year is null
        or '_T' in (nationality, age_band, sex, crime_type, outcome)
        or was > 7
        or becomes not between if(was > 0, 1, 0) and 4
    union all
    select
        'is changed twice by a witness' as fault,
        to_json([period, nationality, age_band, sex, crime_type, outcome]) as what
    from lines
    group by witness, period, nationality, age_band, sex, crime_type, outcome
    having count(*) > 1
    union all
    select
        'is moved further than the announced error' as fault,
        to_json(spread) as what
    from spread
    inner join room using (fixed)
    where greatest(high, -low) > most
    union all
    select
        'is a fact that the release or a witness breaks' as fault,
        to_json(published.fact) as what
    from counted as published
    left join counted as moved on published.fact = moved.fact and moved.witness >= 0
    where
        published.witness = -1
        and (
            published.amount not between published.fact.low and published.fact.high
            or published.amount + moved.amount not between published.fact.low and published.fact.high
        )
    union all
    select
        'could be 1 to 4, and its range is not shown to be 4 wide' as fault,
        to_json(small) as what
    from small
    left join spread using (period, nationality, age_band, sex, crime_type, outcome)
    where
        coalesce(high - low, 0) < 4
        and not exists (
            from proved
            where codes = [
                small.period, small.nationality, small.age_band, small.sex, small.crime_type, small.outcome
            ]
        )
)

select *
from wrong
order by all

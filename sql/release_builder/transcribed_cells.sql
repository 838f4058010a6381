-- One row per combination of up to three codes other than '_T'; 'x' if no statement has it.
create table cells as
with answers as (
    select unnest($rows::struct(
        nationality varchar,
        age_band varchar,
        sex varchar,
        crime_type varchar,
        value integer,
        lower integer,
        upper integer,
        status varchar
    )[], recursive := true)
),

grid as (
    select
        nationality.code as nationality,
        age_band.code as age_band,
        sex.code as sex,
        crime_type.code as crime_type,
        outcome.code as outcome,
        [nationality.position, age_band.position, sex.position, crime_type.position, outcome.position] as places
    from codes as nationality
    cross join codes as age_band
    cross join codes as sex
    cross join codes as crime_type
    cross join codes as outcome
    where
        nationality.dimension = 'nationality'
        and age_band.dimension = 'age_band'
        and sex.dimension = 'sex'
        and crime_type.dimension = 'crime_type'
        and outcome.dimension = 'outcome'
        and len(list_filter(places, lambda place: place > 0)) <= 3
)

select
    $period as period,
    grid.nationality,
    grid.age_band,
    grid.sex,
    grid.crime_type,
    grid.outcome,
    answers.value,
    answers.lower,
    answers.upper,
    coalesce(answers.status, 'x') as status
from grid
left join answers
    on
        grid.nationality = answers.nationality
        and grid.age_band = answers.age_band
        and grid.sex = answers.sex
        and grid.crime_type = answers.crime_type
        and grid.outcome = '_T'
order by grid.places

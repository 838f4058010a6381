-- One row per listed cell with a value, with its codes in the order of the file cells.csv.
select
    period,
    nationality,
    age_band,
    sex,
    crime_type,
    outcome,
    value
from cells
where value is not null

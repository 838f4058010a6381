-- One row per row of recoded_cells that is deleted: those with one of the codes in $codes.
with left_out as (
    select unnest($codes::struct(year varchar, dimension varchar, code varchar)[], recursive := true)
)

delete from recoded_cells
where exists (
    select 1
    from left_out
    where
        left_out.year = recoded_cells.year
        and left_out.code = case left_out.dimension
            when 'nationality' then recoded_cells.nationality
            when 'age_band' then recoded_cells.age_band
            when 'sex' then recoded_cells.sex
            when 'crime_type' then recoded_cells.crime_type
            else recoded_cells.outcome
        end
)

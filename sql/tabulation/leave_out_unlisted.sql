-- One row per row that is deleted: those of a year with a code that it does not publish. Records behind them are held back.
-- Record-level side only.
delete from recoded_cells
where
    year = $year
    and not (
        list_contains($nationality, nationality)
        and list_contains($age_band, age_band)
        and list_contains($sex, sex)
        and list_contains($crime_type, crime_type)
        and list_contains($outcome, outcome)
    )

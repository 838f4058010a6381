-- One row per cell that is worked out from statements, with its derivation and bounds.
select
    evidence.derivation_id,
    evidence.title,
    evidence.nationality,
    evidence.age_band,
    evidence.sex,
    evidence.crime_type,
    evidence.open_ended,
    evidence.shown,
    evidence.working,
    evidence.assumes,
    evidence.statement_ids,
    cells.lower,
    cells.upper
from evidence
inner join cells
    on
        evidence.nationality = cells.nationality
        and evidence.age_band = cells.age_band
        and evidence.sex = cells.sex
        and evidence.crime_type = cells.crime_type
        and cells.outcome = '_T'
where evidence.derivation_id <> ''
order by evidence.derivation_id

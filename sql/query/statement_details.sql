-- One row per published statement, with its source and, for a count of victim referrals, the bounds of its cell.
select
    statements.statement_id,
    statements.section,
    statements.kind,
    statements.subject,
    statements.measure,
    statements.nationality,
    statements.age_band,
    statements.sex,
    statements.crime_type,
    statements.value,
    statements.printed,
    statements.unit,
    statements.precision,
    statements.quotation,
    cells.lower,
    cells.upper,
    sources.title as source_title,
    sources.publisher,
    coalesce(statements.period_start, '') as period_start,
    coalesce(statements.period_end, '') as period_end,
    coalesce(statements.share_of, '') as share_of,
    coalesce(statements.note, '') as note,
    coalesce(sources.published_on, '') as published_on,
    coalesce(sources.address, '') as address
from statements
inner join sources on statements.source_id = sources.source_id
left join cells
    on
        statements.subject = 'victim_referrals'
        and statements.unit in ('people', 'referrals')
        and statements.nationality = cells.nationality
        and statements.age_band = cells.age_band
        and statements.sex = cells.sex
        and statements.crime_type = cells.crime_type
        and cells.outcome = '_T'
order by statements.statement_id

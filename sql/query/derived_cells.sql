-- One row per cell computed from several statements, with its working.
select
    nationality.label as nationality,
    age_band.label as age_band,
    sex.label as sex,
    crime_type.label as crime_type,
    evidence.nationality as nationality_code,
    evidence.age_band as age_band_code,
    evidence.sex as sex_code,
    evidence.crime_type as crime_type_code,
    evidence.shown,
    evidence.working,
    evidence.assumes,
    evidence.statement_ids
from evidence
inner join codes as nationality
    on nationality.dimension = 'nationality' and evidence.nationality = nationality.code
inner join codes as age_band
    on age_band.dimension = 'age_band' and evidence.age_band = age_band.code
inner join codes as sex
    on sex.dimension = 'sex' and evidence.sex = sex.code
inner join codes as crime_type
    on crime_type.dimension = 'crime_type' and evidence.crime_type = crime_type.code
where evidence.working <> ''
order by nationality.position, age_band.position, crime_type.position, sex.position

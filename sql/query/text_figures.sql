-- One row per figure that a text can name: the printed one of a statement, or that of a cell with evidence.
select
    statement_id as name,
    printed as figure
from statements
union all
select
    'cell:' || array_to_string(
        list_filter([
            if(nationality = '_T', null, 'nationality=' || nationality),
            if(age_band = '_T', null, 'age_band=' || age_band),
            if(sex = '_T', null, 'sex=' || sex),
            if(crime_type = '_T', null, 'crime_type=' || crime_type)
        ], lambda pair: pair is not null),
        ','
    ) as name,
    shown as figure
from evidence
order by name

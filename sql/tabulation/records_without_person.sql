-- One row: records, the number of records without a person_id.
select count(*) filter (where person_id is null) as records
from records

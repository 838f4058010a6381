-- One row: how many records do not say which person they are of.
select count(*) filter (where person_id is null) as records
from records

-- One row per distinct text in age: value.
select distinct age as value
from extract_lines

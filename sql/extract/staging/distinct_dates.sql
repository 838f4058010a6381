-- One row per distinct text in referred_on: value.
select distinct referred_on as value
from extract_lines

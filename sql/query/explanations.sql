-- One row per explanation of a gap, with the printed percentages that it would break.
select
    readings.relation_id,
    readings.reading,
    readings.is_usual,
    list(statements.printed || ' (section ' || statements.section || ')' order by statements.statement_id)
    filter (where statements.statement_id is not null) as breaks
from readings
left join statements on list_contains(readings.breaks, statements.statement_id)
group by readings.relation_id, readings.reading, readings.is_usual, readings.position
order by readings.relation_id, readings.position

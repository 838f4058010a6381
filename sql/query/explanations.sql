-- One row per reading of a relation that does not add up, with the percentages it would break as printed.
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

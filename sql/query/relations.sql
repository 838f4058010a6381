-- One row per relation between statements, in the order of the ledger.
select
    relation_id,
    kind,
    statement_ids,
    title,
    says,
    result,
    working,
    shown
from relations
order by position

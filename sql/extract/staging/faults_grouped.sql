-- One row per rule, field and value, most frequent first: count, and lines, the first $first line numbers.
-- Only $shown values of a rule and field have a row each. The others share one with a null value; distinct_values counts them.
with counted as (
    select
        rule,
        field,
        value,
        count(*) as lines,
        min(line, $first) as first_lines
    from first_fault_per_cell
    group by
        rule,
        field,
        value
),

ranked as (
    select
        rule,
        field,
        value,
        lines,
        first_lines,
        row_number() over (
            partition by rule, field
            order by lines desc, first_lines[1]
        ) as frequency_rank
    from counted
)

select
    rule,
    field,
    if(frequency_rank <= $shown, value, null) as value,
    sum(lines)::bigint as count,
    count(*) as distinct_values,
    list_slice(list_sort(flatten(list(first_lines))), 1, $first) as lines,
    min(frequency_rank) as frequency_rank
from ranked
group by
    rule,
    field,
    if(frequency_rank <= $shown, value, null),
    least(frequency_rank, $shown + 1)
order by
    list_position($rules, rule),
    field,
    min(frequency_rank)

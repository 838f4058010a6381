-- One row per rule, column and value that breaks it, the most frequent first; the rarest values of each rule as one.
with counted as (
    select
        rule,
        field,
        value,
        count(*) as lines,
        min(line, $first) as first_lines
    from faults
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
        ) as place
    from counted
)

select
    rule,
    field,
    if(place <= $shown, value, null) as value,
    sum(lines)::bigint as count,
    count(*) as kinds,
    list_slice(list_sort(flatten(list(first_lines))), 1, $first) as lines,
    min(place) as place
from ranked
group by
    rule,
    field,
    if(place <= $shown, value, null),
    least(place, $shown + 1)
order by
    list_position($rules, rule),
    field,
    min(place)

"""Cards: one finding each, with its chart, table, notes, sources and exports."""

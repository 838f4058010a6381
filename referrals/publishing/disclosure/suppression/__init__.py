"""Cell suppression: exact one- and two-way tables with small cells suppressed."""

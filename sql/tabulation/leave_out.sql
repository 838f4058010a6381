-- One row per record that is deleted: those of the quarters that the publisher leaves out.
delete from records
where quarter in (select unnest($quarters))

-- The trace in which an event was accepted (W3C Trace Context), where traces are made: its attempts go on with it.
alter table events add column trace_parent text;

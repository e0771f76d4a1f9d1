-- title: whether the clock of any log is off
-- why: see events.sql
-- parameters: none
SELECT count(*) > 0 AS off FROM tiers WHERE clock_offset_seconds <> 0

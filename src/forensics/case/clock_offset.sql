-- title: by how much the clock of a log is put right
-- why: a part of the view `events`, where the clock of any log is off
-- parameters: none
to_microseconds(CAST(coalesce(t.clock_offset_seconds, 0) * 1000000 AS BIGINT))

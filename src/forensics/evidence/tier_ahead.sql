-- title: a stream's files, and what is read of them, by the clock of the stream that it was compared with
-- why: twins are looked for within five minutes, and a clock may be off by hours
-- parameters: $stream, $ahead_us
UPDATE tier_files
SET ahead_us = $ahead_us, first_at = first_at - to_microseconds($ahead_us), last_at = last_at - to_microseconds($ahead_us)
WHERE stream = $stream

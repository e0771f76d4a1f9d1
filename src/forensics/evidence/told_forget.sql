-- title: nobody is told yet
-- why: every analysis starts anew; told_links says which streams are asked about which
-- parameters: none
DELETE FROM told_users;
CREATE OR REPLACE TEMP TABLE told_links (outer_stream INTEGER, inner_stream INTEGER, later_us BIGINT)

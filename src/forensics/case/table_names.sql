-- title: the tables of the database
-- why: tells a new database from a case and from somebody else's
-- parameters: none
SELECT table_name FROM duckdb_tables() ORDER BY table_name

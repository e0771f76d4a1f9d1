-- title: the tables of the database
-- why: tells a new database from a case and from somebody else's (their columns, asked of every command, would take thirty times as long)
-- parameters: none
SELECT table_name FROM duckdb_tables() WHERE NOT temporary

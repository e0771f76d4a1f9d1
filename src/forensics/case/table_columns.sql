-- title: the tables of the database and their columns, in order
-- why: tells an older layout from today's
-- parameters: none
SELECT c.table_name, c.column_name, c.data_type
FROM duckdb_columns() AS c
JOIN duckdb_tables() AS t USING (database_oid, schema_oid, table_oid)
WHERE NOT t.temporary
ORDER BY c.table_name, c.column_index

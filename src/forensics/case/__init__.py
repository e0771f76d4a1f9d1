"""The case: schema, connection, packaged SQL, event store, loading."""

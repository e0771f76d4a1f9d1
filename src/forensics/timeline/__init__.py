"""Rows from every table, ordered into one story."""

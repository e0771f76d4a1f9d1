"""Rollups, baseline, windows, silence, phases."""

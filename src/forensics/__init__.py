"""Offline log forensics: from access logs, account and payment exports to actors, incidents and reports."""

__version__ = "0.1.0"

CONTRACT_VERSION = "1"
"""Version of the promise made to users: names of commands, tables, columns and files."""

CASE_VERSION = 1
"""Version of the layout of a case folder. A case made by a newer version is refused, an older one is migrated."""

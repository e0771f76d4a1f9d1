"""Small reference tables that no package carries."""

"""Whose load rose as nobody's does by chance, and whether that is somebody: from the load of everybody to those who are blamed."""

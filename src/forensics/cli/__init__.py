"""The command line; it calls every other package and is called by none."""

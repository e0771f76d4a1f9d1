"""Log formats: from lines to events. One module per format; the folder is the registry."""

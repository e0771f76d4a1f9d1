"""The parts of the generator behind ``sample_logs/make.py``."""

"""Rules of service: complaints and their clocks, feedback, business time."""

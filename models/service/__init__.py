"""Rows of service: cases and feedback."""

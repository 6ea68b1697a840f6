"""What happens to complaints and feedback."""

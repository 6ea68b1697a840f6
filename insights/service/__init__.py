"""What somebody wants who writes to the automated service."""

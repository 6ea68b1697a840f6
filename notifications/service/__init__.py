"""What is told of service: complaints, requests, feedback."""

"""Ways out of the house. The inbox is none of them: it is a table of ours."""

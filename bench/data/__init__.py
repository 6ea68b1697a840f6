"""The data set: a lender with forty branches, made the same way each time."""

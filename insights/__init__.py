"""What we learn: models that are trained apart and served in pure Python, without any library of learning."""

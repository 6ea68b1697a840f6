"""A morning on which very many are reminded: from what is due to what Firebase has taken, and Google's own library beside it."""

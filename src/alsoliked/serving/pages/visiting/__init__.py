"""What a visitor sees: a list that follows what they say, why it is so, and a way to be forgotten."""

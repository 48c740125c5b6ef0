"""What an operator sees: what is live, what is coming in, how it does, and every button for it."""

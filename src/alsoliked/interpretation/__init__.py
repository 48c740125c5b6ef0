"""What a model has learned: biases, components. Nothing here changes the model."""

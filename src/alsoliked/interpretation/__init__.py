"""What a model has learned: biases, components, their meaning, neighbours, clusters. Nothing here changes the model."""

"""The neuron playground."""

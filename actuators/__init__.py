"""The world out: mixing layers, limits, the voice and purr synth, the serial body."""

"""The world in: a sensor turns signals into Senses."""

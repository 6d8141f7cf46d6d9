"""The world in: a sensor turns signals into senses. Each folder is the package of one sensor."""

ALWAYS = ("touch", "body_motion", "voice", "vision", "words")
"""Whose readers every pet has, in the order in which they read; others are named in the body's
file."""

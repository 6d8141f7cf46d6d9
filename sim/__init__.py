"""A simulated body, world and people; and the studio that shows and tunes the pet."""

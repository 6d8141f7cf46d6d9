"""A body, a world and people that are not there; the studio that shows and tunes it all."""

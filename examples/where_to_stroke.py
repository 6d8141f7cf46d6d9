"""A hand lies on each part of the body for ten seconds: how does it feel, and what does it do?"""

import moggy


def hand(zone, seconds=10.0):
    """Fifty samples a second, as from the skin; the last says that the hand is gone."""
    held = [
        moggy.Touch(at=1.0 + n / 50, zone=zone, pressure=0.4, area=0.3)
        for n in range(round(seconds * 50))
    ]
    return [*held, moggy.Touch(at=1.0 + seconds, pressure=0.0)]


for zone in ("cheeks", "neck", "back", "belly", "tail"):
    life = moggy.live(moggy.Pet(seed=3), hand(zone), seconds=12.0)
    touched = life.between(1.0, 11.0)
    valence = touched.table()["valence"].mean()
    print(f"{zone:7} valence {valence:+.2f}  {' → '.join(touched.behaviors())}")

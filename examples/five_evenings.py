"""Anna comes five evenings in a row; each life begins with what the one before it remembered."""

import moggy

EVENING = moggy.Day(
    hour=18.0,
    seconds=60.0,
    acts=[
        {"at": 1.0, "who": "anna", "person": "arrives"},
        {"at": 2.0, "who": "anna", "say": "good cat"},
        {"at": 4.0, "who": "anna", "stroke": {"along": ["neck", "back"], "times": 12}},
    ],
)

remembered = None
for evening in range(1, 6):
    life = moggy.live(moggy.Pet(seed=evening, remembered=remembered), EVENING)
    remembered = life.remembered
    bond = life.ticks[-1].pet.bond
    print(f"evening {evening}: trust {bond.trust:.3f}, familiarity {bond.familiarity:.3f}")
life.write_csv("out/last_evening.csv")

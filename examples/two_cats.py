"""The same minute for two characters: who purrs longer, and who is more afraid."""

import moggy

day = moggy.day("demo")
for personality in ("cuddler", "shy"):
    life = moggy.live(moggy.Pet(personality=personality, seed=1), day)
    table = life.table()
    purred = sum(table["purr"] > 0.05) / 50.0
    print(f"{personality}: purred for {purred:.1f} s, fear up to {max(table['fear']):.2f}")

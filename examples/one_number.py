"""One value of a designer's file is changed, and the same blow hurts more or less."""

import moggy

blow = [moggy.Touch(at=5.0 + n / 50, zone="back", pressure=1.0, area=0.3) for n in range(3)]
blow.append(moggy.Touch(at=5.06, pressure=0.0))

cat = moggy.Pet()
for neuroticism in (0.0, 0.5, 1.0):
    pet = cat.changed("personality.temperament.neuroticism", neuroticism)
    table = moggy.live(pet, blow, seconds=60.0).table()
    afraid = sum(table["fear"] > 0.05) / 50.0
    print(f"neuroticism {neuroticism}: fear up to {max(table['fear']):.2f}, for {afraid:.1f} s")

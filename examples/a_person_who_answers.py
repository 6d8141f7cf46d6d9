"""A simulated person who answers the cat: she strokes its neck until it has nearly enough."""

import moggy


class Anna:
    """Asked for senses at every tick, and told what the cat made of them."""

    stroking = True

    def senses(self, now):
        """What the person did up to now (s)."""
        if now < 1.0:
            return [moggy.Person(at=now, person="anna", change="arrives")] if now == 0.0 else []
        return [moggy.Touch(at=now, zone="neck", pressure=0.4 if self.stroking else 0.0, area=0.3)]

    def listen(self, tick, sent):
        """Hear what the pet did in this tick."""
        if self.stroking and tick.pet.enough > 0.4:
            self.stroking = False
            print(f"{tick.at:.1f} s: Anna lets go ({tick.decision.why})")


anna = Anna()
life = moggy.live(moggy.Pet("grump"), anna.senses, seconds=90.0, listeners=[anna.listen])
print(f"at the end: enough {life.table()['enough'][-1]:.2f}, {life.behaviors()[-1]}")
life.save("out/anna.mcap")
print("moggy why out/anna.mcap explains every moment of it")

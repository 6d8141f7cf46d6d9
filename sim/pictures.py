"""Pictures of a headless life: a listener that writes PNGs of the cat, a few a second."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path

from moggy.body import Body
from moggy.home import private_file
from moggy.messages import Tick
from moggy.sim.studio.still.painter import PainterCamera, paint

PER_SECOND = 2.0
"""Pictures a second of the pet's time. Our choice."""


class Pictures:
    """Writes `cat_0012.50.png` for second 12.5, and so on."""

    def __init__(
        self,
        folder: Path,
        body: Body,
        angles: Callable[[], Mapping[str, float]],
        *,
        per_second: float = PER_SECOND,
        camera: PainterCamera | None = None,
    ) -> None:
        """`angles` gives joint → rad, as the board drives the servos now."""
        self._folder, self._body, self._angles = folder, body, angles
        self._rest = {name: joint.rest for name, joint in body.joints.items()}
        self._period, self._camera, self._due = 1.0 / per_second, camera or PainterCamera(), 0.0
        self.why = ""
        """Why pictures are missing; empty while none is."""
        folder.mkdir(parents=True, exist_ok=True)

    def __call__(self, tick: Tick, sent: Mapping[str, float]) -> None:
        """Raises OSError where a picture cannot be written, and leaves nothing of it."""
        if tick.at + 1e-9 < self._due:
            return
        self._due += self._period
        breath = tick.commanded.purr.breath
        # Joints without a pulse hang where they rest.
        shown = {**self._rest, **self._angles()}
        angles, pupils = self._body.drawn(shown, tick.commanded.pupils)
        image = paint(
            angles,
            pupils=pupils,
            breath=1.0 - abs(1.0 - 2.0 * breath),
            camera=self._camera,
        )
        try:
            with private_file(self._folder / f"cat_{tick.at:07.2f}.png") as file:
                image.save(file, format="PNG")
        except OSError as error:
            self.why = f"{error.filename}: {error.strerror}"
            raise

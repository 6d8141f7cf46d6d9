"""A body, as its YAML file describes it: joints with their limits and drivers, touch pads with
their places, loudspeaker, pins and battery."""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from moggy.servo_drivers import DRIVERS
from moggy.vocabulary import ZoneName, known


class StrictModel(BaseModel):
    """A frozen pydantic model in which an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class JointSpec(StrictModel):
    """One servo. Angles in rad; 0 is the neutral pose of a standing cat that looks ahead."""

    min: Annotated[float, Field(ge=-3.2, le=3.2, description="rad")]
    max: Annotated[float, Field(ge=-3.2, le=3.2, description="rad")]
    rest: Annotated[
        float, Field(ge=-3.2, le=3.2, description="rad; where it goes when the brain is lost")
    ] = 0.0
    velocity: Annotated[float, Field(gt=0.0, le=20.0, description="highest speed, rad/s")] = 5.0
    acceleration: Annotated[
        float, Field(gt=0.0, le=400.0, description="highest acceleration, rad/s²")
    ] = 60.0
    jerk: Annotated[float, Field(gt=0.0, le=20000.0, description="highest jerk, rad/s³")] = 1500.0
    driver: Annotated[
        str,
        AfterValidator(known("servo driver", DRIVERS)),
        Field(
            description="what makes the pulses: the I2C board, or a pin of the microcontroller",
            json_schema_extra={"enum": list(DRIVERS)},
        ),
    ] = "pca9685"
    channel: Annotated[
        int, Field(ge=0, le=47, description="channel of the board, or number of the pin")
    ]
    zero_us: Annotated[int, Field(ge=500, le=2500, description="pulse at 0 rad; µs")] = 1500
    us_per_rad: Annotated[
        float, Field(ge=-1500.0, le=1500.0, description="µs a rad; negative turns it round")
    ] = 637.0

    @model_validator(mode="after")
    def _ordered(self) -> JointSpec:
        if not self.min < self.max or not self.min <= self.rest <= self.max:
            raise ValueError(
                f"a joint needs min {self.min} < max {self.max}, and rest {self.rest} between them"
            )
        return self


class Pad(StrictModel):
    """One touch electrode."""

    zone: Annotated[ZoneName, Field(description="the zone it belongs to")]
    at: Annotated[
        tuple[float, float, float],
        Field(description="place on the skin in the standing pose; m, body frame"),
    ]
    channel: Annotated[int, Field(ge=0, le=11, description="electrode of the MPR121")]


class SpeakerSpec(StrictModel):
    """What the loudspeaker can do; the voice is made for it."""

    rate: Annotated[int, Field(ge=8000, le=48000, description="samples a second")] = 22050
    lowest: Annotated[
        float, Field(ge=20.0, le=1000.0, description="Hz; below this the speaker carries nothing")
    ] = 150.0
    pitch: Annotated[
        float, Field(ge=0.5, le=3.0, description="1 is an adult cat; 2 to 3 a kitten")
    ] = 1.0


class Wiring(StrictModel):
    """Pins of the microcontroller."""

    i2c_sda: int = 4
    i2c_scl: int = 5
    purr: Annotated[int, Field(description="pin of the vibration motor")] = 15
    pupils: Annotated[
        int,
        Field(
            description="pin of the eye lights; on an RP2040 not of the same PWM pair as the"
            " purr's or a servo's"
        ),
    ] = 12
    battery: Annotated[int, Field(description="ADC pin")] = 26
    charging: Annotated[int, Field(description="pin that is high while the battery is charged")] = (
        27
    )
    stop: Annotated[int, Field(description="pin of the emergency stop button, to ground")] = 22
    stop_normally_closed: Annotated[
        bool, Field(description="the button is closed until pressed, so that a cut cable stops too")
    ] = False
    servo_enable: Annotated[
        int | None, Field(description="pin at OE of the servo board, with a pull-up; high ends all")
    ] = None


class Power(StrictModel):
    """The battery's voltages, mV."""

    full_mv: int = 8400
    low_mv: Annotated[int, Field(description="below: the pet rests; it is asked to charge")] = 6800
    empty_mv: Annotated[int, Field(description="below: the board goes limp")] = 6400
    divider: Annotated[
        float, Field(gt=0.0, description="battery volts for one volt at the pin")
    ] = 3.0


class Body(StrictModel):
    """A robot's body."""

    name: str
    joints: dict[str, JointSpec]
    pads: dict[str, Pad]
    speaker: SpeakerSpec = SpeakerSpec()
    wiring: Wiring = Wiring()
    power: Power = Power()
    servo_oscillator_hz: Annotated[
        int,
        Field(
            ge=23_000_000,
            le=27_000_000,
            description="Hz of the servo board's oscillator; single chips differ by some percent",
        ),
    ] = 25_000_000
    sensors: Annotated[
        dict[str, dict[str, Any]],
        Field(description="package of a sensor → its options (docs/add-a-sensor.md)"),
    ] = Field(default_factory=dict)

    @property
    def zones(self) -> tuple[ZoneName, ...]:
        """Names of the touch zones, in the order of the pads."""
        return tuple(dict.fromkeys(pad.zone for pad in self.pads.values()))

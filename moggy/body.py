"""A body, as its YAML file describes it: joints with their limits and drivers, touch pads with
their places, loudspeaker, pins and battery."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, Literal, TypeAlias

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, model_validator

from moggy.chips import line_misfit, misfit, usual_line
from moggy.servo_drivers import DRIVERS
from moggy.servo_kinds import SERVO_KINDS
from moggy.vocabulary import JOINTS, ZoneName, known, misspelt_joint, nearest
from moggy.yaml_file import Misplaced


class StrictModel(BaseModel):
    """A frozen pydantic model in which an unknown key is an error."""

    model_config = ConfigDict(frozen=True, extra="forbid")


SERVO_US = (500, 2500)
"""Pulses that a common hobby servo takes, µs; the board gives no others (firmware/limbs.py)."""
LEAST_US_PER_RAD = 50.0
"""µs a rad below which a joint is taken for miswritten: common servos have 400 to 1000. Our
choice."""


class JointSpec(StrictModel):
    """One servo. Angles in rad; 0 is the neutral pose of a standing cat that looks ahead."""

    min: Annotated[float, Field(ge=-3.2, le=3.2, description="rad")]
    max: Annotated[float, Field(ge=-3.2, le=3.2, description="rad")]
    rest: Annotated[
        float, Field(ge=-3.2, le=3.2, description="rad; where it goes when the brain is lost")
    ] = 0.0
    velocity: Annotated[
        float,
        Field(
            ge=0.01, le=20.0, description="highest speed, rad/s; the board's steps are no smaller"
        ),
    ] = 5.0
    acceleration: Annotated[
        float,
        Field(
            ge=0.5, le=400.0, description="highest acceleration, rad/s²; as the board's steps are"
        ),
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
    servo: Annotated[
        str,
        AfterValidator(known("kind of servo", SERVO_KINDS)),
        Field(
            description="kind of servo, for what it draws (`moggy body power`)",
            json_schema_extra={"enum": list(SERVO_KINDS)},
        ),
    ] = "micro"
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
        if abs(self.us_per_rad) < LEAST_US_PER_RAD:
            raise ValueError(
                f"with us_per_rad {self.us_per_rad} the joint would hardly move; a servo has"
                " 400 to 1000, negative where it is turned round"
            )
        pulse = self.zero_us + self.rest * self.us_per_rad
        least, most = SERVO_US
        if not least <= pulse <= most:
            raise ValueError(
                f"at rest {self.rest} the pulse would be {pulse:.0f} µs, outside the {least} to"
                f" {most} µs of a servo: check zero_us {self.zero_us} and the sign of us_per_rad"
                f" {self.us_per_rad}"
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
    full_pf: Annotated[
        float,
        Field(
            ge=1.0,
            le=80.0,
            description="pF that a hand adds at full pressure: 8 for a palm on 30 cm² under 5 mm of"
            " fur; more for a larger pad, less under thicker fur, in proportion",
        ),
    ] = 8.0


class SpeakerSpec(StrictModel):
    """What the loudspeaker can do; the voice is made for it."""

    rate: Annotated[int, Field(ge=8000, le=48000, description="samples a second")] = 22050
    lowest: Annotated[
        float, Field(ge=20.0, le=1000.0, description="Hz; below this the speaker carries nothing")
    ] = 150.0
    pitch: Annotated[
        float, Field(ge=0.5, le=3.0, description="1 is an adult cat; 2 to 3 a kitten")
    ] = 1.0


Pin: TypeAlias = Annotated[int, Field(ge=0, le=48)]
"""Number of a GPIO."""


PCA9685_CHANNELS = 16
"""Outputs of one chip."""


class CameraSpec(StrictModel):
    """How the camera is mounted, and what its process may have."""

    turned: Annotated[
        Literal[0, 90, 180, 270],
        Field(description="° by which its pictures must be turned clockwise to be upright"),
    ] = 0
    network: Annotated[
        bool,
        Field(
            description="whether it looks also where the kernel lets nobody take the network from"
            " the process that sees the pictures"
        ),
    ] = False


class Wiring(StrictModel):
    """Pins of the microcontroller, and what is at them."""

    chip: Annotated[
        Literal["rp2040", "esp32s3"],
        Field(description="the microcontroller; a Pico 2 has the pins of the rp2040"),
    ] = "rp2040"
    i2c_sda: Pin = 4
    i2c_scl: Pin = 5
    imu: Annotated[
        bool,
        Field(description="whether an accelerometer is on the I2C bus; false: it only feels hands"),
    ] = True
    purr: Annotated[Pin, Field(description="pin of the vibration motor")] = 15
    pupils: Annotated[
        Pin | None,
        Field(
            description="pin of the eye lights; on an RP2040 not of the same PWM slice as the"
            " purr's or a servo's; none: there are none"
        ),
    ] = 12
    battery: Annotated[
        Pin | None,
        Field(description="ADC pin at the battery's voltage divider; none: there is none"),
    ] = 26
    charging: Annotated[
        Pin | None,
        Field(
            description="pin that is high (3.3 V) while the battery is charged; none: no charger"
            " tells"
        ),
    ] = 27
    stop: Annotated[Pin, Field(description="pin of the emergency stop button, to ground")] = 22
    stop_normally_closed: Annotated[
        bool,
        Field(
            description="the stop button is closed until it is pressed, so that a cut wire stops"
            " too; false: it closes when pressed"
        ),
    ] = False
    servo_enable: Annotated[
        Pin | None,
        Field(
            description="pin at the servo board's output enable (OE, low enables), with a pull-up"
            " there; none: OE is at ground, and only I2C ends the pulses"
        ),
    ] = None

    @property
    def pins(self) -> dict[str, int]:
        """Name → number of each pin; -1: not wired."""
        names = ("i2c_sda", "i2c_scl", "purr", "pupils", "battery", "charging", "stop")
        pins = {name: getattr(self, name) for name in (*names, "servo_enable")}
        return {name: -1 if pin is None else pin for name, pin in pins.items()}


LONGEST_NAMES = 480
"""Bytes of the joints' names, with a space before each, that fit into the `identity` frame of
firmware/wire.py (at most 512 bytes) beside its other fields and the name of the chip."""


PIN_MV = 3300
"""Highest voltage at an ADC pin, mV: the supply of both chips (RP2040 data sheet, 4.9)."""


class Power(StrictModel):
    """The battery's voltages, mV."""

    full_mv: Annotated[int, Field(le=60_000)] = 8400
    low_mv: Annotated[int, Field(description="below: the pet rests; it is asked to charge")] = 6800
    empty_mv: Annotated[int, Field(gt=0, description="below: the board goes limp")] = 6400
    divider: Annotated[
        float, Field(gt=0.0, description="battery volts for one volt at the pin")
    ] = 3.0

    @model_validator(mode="after")
    def _ordered(self) -> Power:
        if not self.empty_mv < self.low_mv < self.full_mv:
            raise Misplaced(
                f"empty_mv {self.empty_mv} < low_mv {self.low_mv} < full_mv {self.full_mv} has to "
                "hold",
                ("low_mv",),
            )
        if self.full_mv / self.divider > PIN_MV:
            raise Misplaced(
                f"with a divider of {self.divider} a full battery ({self.full_mv} mV) gives"
                f" {self.full_mv / self.divider:.0f} mV, more than the {PIN_MV} mV that the pin"
                f" takes: {self.full_mv / PIN_MV:.2f} or more is needed",
                ("divider",),
            )
        return self


class Body(StrictModel):
    """A robot's body."""

    name: str
    joints: dict[str, JointSpec]
    pads: dict[str, Pad]
    instead: Annotated[
        dict[str, str],
        Field(
            description="motion → the one that this body plays in its place, such as `stand: sit`"
        ),
    ] = Field(default_factory=dict)
    fixed: Annotated[
        dict[str, float],
        Field(
            description="joint of the cat → angle at which it is made, rad: of one that the body"
            " has, where it stands at 0; `pupils` of eyes without lights. Pictures show it so"
        ),
    ] = Field(default_factory=dict)
    speaker: SpeakerSpec = SpeakerSpec()
    camera: CameraSpec = CameraSpec()
    wiring: Wiring = Wiring()
    power: Power = Power()
    servo_oscillator_hz: Annotated[
        int,
        Field(
            ge=23_000_000,
            le=27_000_000,
            description="Hz of the servo board's oscillator; single chips differ by some percent:"
            " 25 MHz × the pulse that is asked for / the pulse that a scope shows",
        ),
    ] = 25_000_000
    sensors: Annotated[
        dict[str, dict[str, Any]],
        Field(description="package of a sensor → its options (docs/add-a-sensor.md)"),
    ] = Field(default_factory=dict)

    @model_validator(mode="after")
    def _buildable(self) -> Body:
        for name in self.joints:
            near = misspelt_joint(name, JOINTS)
            if near:
                raise Misplaced(f"joint {name!r}: did you mean {near!r}?", ("joints", name))
            if not name or len(name.split()) != 1 or name != name.strip():
                raise Misplaced(f"joint '{name}': a name has no spaces", ("joints", name))
        for name in self.fixed:
            if name not in (*JOINTS, "pupils"):
                there = nearest(name, JOINTS)
                raise Misplaced(f"the cat has no joint {name!r}{there}", ("fixed", name))
        names = sum(1 + len(name.encode()) for name in self.joints)
        if names > LONGEST_NAMES:
            raise Misplaced(
                f"the {len(self.joints)} joints' names and a space for each take {names} bytes, "
                f"and the board tells at most {LONGEST_NAMES}: shorter names",
                ("joints",),
            )
        used = self.used_pins
        rates = {"purr": "the purr's rate"} | ({"pupils": "1000 Hz"} if "pupils" in used else {})
        outputs: dict[str, str] = {}
        for name, joint in self.joints.items():
            if joint.driver == "pwm":
                rates[name] = "50 Hz"
            elif joint.driver == "pca9685" and joint.channel >= PCA9685_CHANNELS:
                raise Misplaced(
                    f"joint {name}: channel {joint.channel}; the board has 0 to "
                    f"{PCA9685_CHANNELS - 1}",
                    ("joints", name, "channel"),
                )
            else:
                outputs[name] = f"channel {joint.channel} of {joint.driver}"
        chip = self.wiring.chip
        if unfit := misfit(chip, used, rates):
            raise ValueError(unfit)
        if usual_line(chip) == "uart" and (unfit := line_misfit(chip, "uart", used)):
            raise ValueError(unfit)
        _once("joints", outputs)
        _once("pads", {name: f"electrode {pad.channel}" for name, pad in self.pads.items()})
        return self

    @property
    def used_pins(self) -> dict[str, int]:
        """What is at a pin of the microcontroller → its pin."""
        used = {name: pin for name, pin in self.wiring.pins.items() if pin >= 0}
        servos = {name: one.channel for name, one in self.joints.items() if one.driver == "pwm"}
        return used | servos

    def drawn(self, angles: Mapping[str, float], pupils: float) -> tuple[dict[str, float], float]:
        """The angles (rad) and the width of the pupils (0..1) of a picture: what moves as given,
        the rest as the body is made."""
        still = {name: angle for name, angle in self.fixed.items() if name in JOINTS}
        turned = {name: angle + still.get(name, 0.0) for name, angle in angles.items()}
        return still | turned, self.fixed.get("pupils", pupils)

    @property
    def zones(self) -> tuple[ZoneName, ...]:
        """Names of the touch zones, in the order of the pads."""
        return tuple(dict.fromkeys(pad.zone for pad in self.pads.values()))


def _once(part: str, places: Mapping[str, str]) -> None:
    """Raise Misplaced, at the second, where two names of a part have the same place."""
    first: dict[str, str] = {}
    for name, place in places.items():
        if place in first:
            raise Misplaced(f"{first[place]} and {name} are both at {place}", (part, name))
        first[place] = name

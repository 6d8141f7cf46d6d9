"""The servo drivers, one line each: the name that a body's file gives, and the file of the firmware
that makes the pulses.

`moggy/servo_drivers.py` is a link to this file: the brain knows the names from here.
"""

DRIVERS = {
    "pca9685": "pca9685",
    "pwm": "pin_servos",
}
"""A file has `servos(bus, channels, oscillator_hz)`, which makes the outputs of the channels that
joints use, without a word to the hardware; `channels` has one for each joint of the body, −1 where
another driver moves it. They have `show(pulses)`, which gives each joint its pulses (µs in an array
of shorts, 0 is none), `all_off()`, which also sets the hardware up and raises OSError where pulses
go on, `sound()`, whether it still is set up, and `holds()`, which looks whether the next few
outputs give what they were given. All may raise OSError; what `show` could not give, and what
`holds` finds otherwise, its next call gives."""

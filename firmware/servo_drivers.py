"""The servo drivers, one line each: the name that a body's file gives, and the file of the firmware
that makes the pulses.

`moggy/servo_drivers.py` is a link to this file: the brain knows the names from here.
"""

DRIVERS = {
    "pca9685": "pca9685",
    "pwm": "pin_servos",
}
"""A file has `servos(i2c, channels)`, which makes the outputs of the channels that joints use. They
have `pulse(channel, us)`, `off(channel)`, `flush()` and `all_off()`; all may raise OSError."""

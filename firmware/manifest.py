"""The files of a frozen build: the whole firmware. `body_config.py` is not among them; it is copied
to the board's flash, since it differs from robot to robot."""

for name in (
    "all_off.py",
    "battery.py",
    "board.py",
    "boots.py",
    "faults.py",
    "i2c_bus.py",
    "imu.py",
    "joint.py",
    "lights_and_purr.py",
    "limbs.py",
    "main.py",
    "mode.py",
    "mpr121.py",
    "port.py",
    "reflexes.py",
    "restart.py",
    "servo_drivers.py",
    "setpoints.py",
    "skin.py",
    "stop_button.py",
    "touches.py",
    "usb.py",
    "wire.py",
):
    module(name, opt=3)  # noqa: F821 (the build gives it)

# The servo drivers, as servo_drivers.py registers them.
registered = {}
with open("servo_drivers.py") as source:
    exec(source.read(), registered)
for driver in sorted(set(registered["DRIVERS"].values())):
    module(driver + ".py", opt=3)  # noqa: F821

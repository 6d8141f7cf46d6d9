"""Body motion: acceleration becomes what happens to the body. The board measures it."""

from moggy.messages import Acceleration
from moggy.sensor_package import SensorPackage
from moggy.sensors.body_motion.motion_reader import BodyMotionReader

__all__ = ["SENSOR", "BodyMotionReader"]

SENSOR = SensorPackage(raw=(Acceleration,), readers=lambda body: (BodyMotionReader(),))

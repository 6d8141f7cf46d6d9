"""Touch: raw samples of pressure on the skin become gestures of a hand. The board measures them."""

from moggy.messages import Touch
from moggy.sensor_package import SensorPackage
from moggy.sensors.touch.touch_reader import TouchReader

__all__ = ["SENSOR", "TouchReader"]

SENSOR = SensorPackage(raw=(Touch,), readers=lambda body: (TouchReader(body),))

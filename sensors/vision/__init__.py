"""Vision: faces and postures in pictures become how a person feels. A process of its own looks at
the pictures (`vision_sensor.py`); OpenCV and MediaPipe are loaded there only."""

from moggy.messages import Face, Posture
from moggy.sensor_package import SensorPackage
from moggy.sensors.vision.face_reader import FaceReader
from moggy.sensors.vision.look import Look
from moggy.sensors.vision.posture_reader import PostureReader
from moggy.sensors.vision.vision_sensor import Eye, VisionSensor, vision_task

__all__ = ["SENSOR", "Eye", "FaceReader", "Look", "PostureReader", "VisionSensor", "vision_task"]

SENSOR = SensorPackage(raw=(Face, Posture), readers=lambda body: (FaceReader(), PostureReader()))

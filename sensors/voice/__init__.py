"""Voice: level and pitch of a sound become how aroused and pleased a speaker is. A microphone
measures them."""

from moggy.messages import Voice
from moggy.sensor_package import SensorPackage
from moggy.sensors.voice.microphone import Microphone
from moggy.sensors.voice.voice_reader import VoiceReader

__all__ = ["SENSOR", "Microphone", "VoiceReader"]

SENSOR = SensorPackage(raw=(Voice,), readers=lambda body: (VoiceReader(),), device=Microphone)

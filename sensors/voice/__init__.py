"""Voice: level and pitch of a sound become how aroused and pleased a speaker is, and what is said
becomes words (`ears.py`)."""

from moggy.messages import Voice
from moggy.sensor_package import SensorPackage
from moggy.sensors.voice.ears import Ears
from moggy.sensors.voice.microphone import Microphone
from moggy.sensors.voice.page_microphone import PageMicrophone
from moggy.sensors.voice.recogniser import hearing_task
from moggy.sensors.voice.voice_reader import VoiceReader

__all__ = ["SENSOR", "Ears", "Microphone", "PageMicrophone", "VoiceReader", "hearing_task"]

SENSOR = SensorPackage(raw=(Voice,), readers=lambda body: (VoiceReader(),), device=Microphone)

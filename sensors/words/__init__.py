"""Words: what a person said or typed becomes how they feel and what they want."""

from moggy.messages import Words
from moggy.sensor_package import SensorPackage
from moggy.sensors.words.words_reader import WordsReader, get_ready, lexical, understand

__all__ = ["SENSOR", "WordsReader", "get_ready", "lexical", "understand"]

SENSOR = SensorPackage(raw=(Words,), readers=lambda body: (WordsReader(),))

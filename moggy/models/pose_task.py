"""Makes the file that MediaPipe's PoseLandmarker loads out of the two raw networks that the npm
package ships.

A `.task` is a stored zip of two tflites. The Tasks API refuses the raw ones until each says in its
metadata how a pixel becomes a number: (pixel − mean) / std. The means and deviations are those of
MediaPipe's own graphs, pose_detection (−1..1) and pose_landmark (0..1). The same input gives the
same bytes.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any

DETECTOR = (127.5, 127.5)
LANDMARKS = (0.0, 255.0)
"""Mean and standard deviation of each network's input, in units of an 8-bit pixel."""

EPOCH = (1980, 1, 1, 0, 0, 0)
"""The earliest date a zip can hold: the file must not depend on when it was made."""


def pack(detector: bytes, landmarks: bytes) -> bytes:
    """Both raw tflites → the bytes of a pose landmarker `.task`."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, network, (mean, std) in (
            ("pose_detector.tflite", detector, DETECTOR),
            ("pose_landmarks_detector.tflite", landmarks, LANDMARKS),
        ):
            archive.writestr(zipfile.ZipInfo(name, EPOCH), with_normalization(network, mean, std))
    return out.getvalue()


def with_normalization(network: bytes, mean: float, std: float) -> bytes:
    """A tflite with metadata that names the normalisation of its one image input."""
    import flatbuffers
    from mediapipe.tasks.metadata import schema_py_generated as tflite

    model: Any = tflite.ModelT.InitFromObj(tflite.Model.GetRootAsModel(network, 0))
    buffer = tflite.BufferT()
    buffer.data = _metadata(mean, std)
    model.buffers.append(buffer)
    entry = tflite.MetadataT()
    entry.name = "TFLITE_METADATA"
    entry.buffer = len(model.buffers) - 1
    model.metadata = [*(model.metadata or []), entry]
    builder = flatbuffers.Builder(len(network) + 4096)
    builder.Finish(model.Pack(builder), b"TFL3")
    return bytes(builder.Output())


def _metadata(mean: float, std: float) -> bytes:
    """A ModelMetadata flatbuffer with one subgraph, whose first input is an RGB picture normalised
    so."""
    import flatbuffers
    from mediapipe.tasks.metadata import metadata_schema_py_generated as schema

    normalization = schema.NormalizationOptionsT()
    normalization.mean, normalization.std = [mean], [std]
    unit = schema.ProcessUnitT()
    unit.optionsType = schema.ProcessUnitOptions.NormalizationOptions
    unit.options = normalization
    image = schema.ImagePropertiesT()
    image.colorSpace = schema.ColorSpaceType.RGB
    content = schema.ContentT()
    content.contentPropertiesType = schema.ContentProperties.ImageProperties
    content.contentProperties = image
    tensor = schema.TensorMetadataT()
    tensor.name, tensor.content, tensor.processUnits = "image", content, [unit]
    subgraph = schema.SubGraphMetadataT()
    subgraph.inputTensorMetadata = [tensor]
    metadata = schema.ModelMetadataT()
    metadata.subgraphMetadata = [subgraph]
    builder = flatbuffers.Builder(0)
    builder.Finish(metadata.Pack(builder), b"M001")
    return bytes(builder.Output())

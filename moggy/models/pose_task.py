"""Makes the `.task` file that MediaPipe's PoseLandmarker loads from the two networks that the npm
package ships.

A `.task` is an uncompressed zip of two tflite files. The Tasks API requires that each says in its
metadata how a pixel becomes an input, (pixel − mean) / std, and those in the package do not. The
values are those of MediaPipe's graphs pose_detection (inputs −1..1) and pose_landmark (0..1). The
same networks give the same bytes on every machine.
"""

from __future__ import annotations

import io
import zipfile
from typing import Any

DETECTOR = (127.5, 127.5)
"""Mean and standard deviation of the detector's input, in units of an 8-bit pixel."""
LANDMARKS = (0.0, 255.0)
"""Mean and standard deviation of the landmark network's input, in units of an 8-bit pixel."""
EPOCH = (1980, 1, 1, 0, 0, 0)
"""Date of the files in the zip: fixed, so that the bytes do not depend on when it was made."""


def pack(detector: bytes, landmarks: bytes) -> bytes:
    """The bytes of the `.task` file from those of the two tflite files."""
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_STORED) as archive:
        for name, network, (mean, std) in (
            ("pose_detector.tflite", detector, DETECTOR),
            ("pose_landmarks_detector.tflite", landmarks, LANDMARKS),
        ):
            archive.writestr(zipfile.ZipInfo(name, EPOCH), with_normalization(network, mean, std))
    return out.getvalue()


def with_normalization(network: bytes, mean: float, std: float) -> bytes:
    """The bytes of a tflite file with metadata for its one image input added."""
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
    """A ModelMetadata flatbuffer: one subgraph, whose first input is an RGB picture with this
    normalisation."""
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

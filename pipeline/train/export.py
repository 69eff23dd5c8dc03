"""Writing a trained network as an ONNX file with 8-bit weights."""

from __future__ import annotations

from pathlib import Path
from typing import Any

_PART_BYTES = 45_000_000
"""Most bytes of weights in one file."""
_BLOCK = 64
_INT8_ACTIVATIONS = 4
"""ONNX Runtime's accuracy level that multiplies in 8-bit integers."""
_SMALL_BYTES = 1024
"""Weights of fewer bytes stay in the model's own file."""


def export(torch: Any, network: Any, out: Path) -> None:
    """Write ``encoder.onnx`` with 8-bit weights, these in files of at most ``_PART_BYTES`` beside it.

    Matrices have a scale for each block of ``_BLOCK`` weights and activations are scaled as finely, so that the labels
    stay those of the float model; one scale for a whole activation changed one label in twelve.
    """
    import onnx
    from onnxruntime.quantization import QuantType, quantize_dynamic
    from onnxruntime.quantization.matmul_nbits_quantizer import MatMulNBitsQuantizer

    ids = torch.full((1, 12), 9, dtype=torch.long)
    exact, quantized = out / "float.onnx", out / "quantized.onnx"
    torch.onnx.export(
        network,
        (ids, torch.ones((1, 12))),
        str(exact),
        input_names=["input_ids", "target_mask"],
        output_names=["logits", "losses"],
        dynamic_axes={name: {1: "tokens"} for name in ("input_ids", "target_mask", "losses")},
        opset_version=17,
        dynamo=False,
    )
    quantize_dynamic(str(exact), str(quantized), weight_type=QuantType.QInt8, op_types_to_quantize=["Gather"])
    blocks = MatMulNBitsQuantizer(
        onnx.load(str(quantized)), bits=8, block_size=_BLOCK, is_symmetric=True, accuracy_level=_INT8_ACTIVATIONS
    )
    blocks.process()
    split(blocks.model.model, out)
    exact.unlink()
    quantized.unlink()


def split(model: Any, out: Path) -> None:
    """Write a model as ``encoder.onnx`` with its weights in ``encoder.onnx.1``, ``.2`` and so on."""
    import onnx
    from onnx.external_data_helper import set_external_data

    for old in out.glob("encoder.onnx*"):
        old.unlink()
    part, filled = 1, 0
    # The words' network last: it can then be trained again without changing the files of the encoder.
    for tensor in sorted(model.graph.initializer, key=lambda tensor: tensor.name.startswith("words.")):
        size = len(tensor.raw_data)
        if size < _SMALL_BYTES:
            continue
        if filled and filled + size > _PART_BYTES:
            part, filled = part + 1, 0
        set_external_data(tensor, location=f"encoder.onnx.{part}")
        filled += size
    onnx.save_model(model, str(out / "encoder.onnx"))

"""Graph: an ONNX graph as it is put together, one operation after the other."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypeAlias

import numpy as np
import numpy.typing as npt

from alsoliked._version import __version__
from alsoliked.extra import Foreign, extra

__all__ = ["Graph", "Input"]

OPSET, IR_VERSION = 17, 8  # what onnxruntime has read since 1.12, of 2022
Input: TypeAlias = tuple[str, type[np.generic], Sequence[str | int]]


class Graph:
    """Operations on named tensors; what `add` and `array` return are names.

    Examples
    --------
    >>> graph = Graph()
    >>> twice = graph.add("Mul", "x", graph.array(np.float32([2])))
    >>> model = graph.model([("x", np.float32, ["n"])], (twice, "y", ["n"]), {})
    >>> [node.op_type for node in model.graph.node]
    ['Mul', 'Identity']
    """

    def __init__(self) -> None:
        self._onnx = extra("onnx", "an ONNX graph")
        self._nodes: list[Any] = []
        self._arrays: list[Any] = []

    def array(self, values: npt.ArrayLike) -> str:
        """Keep an array in the graph."""
        name = f"array{len(self._arrays)}"
        self._arrays.append(extra("onnx.numpy_helper", "an ONNX graph").from_array(np.ascontiguousarray(values), name))
        return name

    def number(self, value: float) -> str:
        """Keep a number in the graph, as float32."""
        return self.array(np.float32(value).reshape(1))

    def whole(self, value: int) -> str:
        """Keep a whole number in the graph: an axis, or a place to cut at."""
        return self.array(np.array([value], dtype=np.int64))

    def add(self, operation: str, *inputs: str, **attributes: int) -> str:
        """Add an operation on these tensors."""
        name = f"{operation.lower()}{len(self._nodes)}"
        self._nodes.append(self._onnx.helper.make_node(operation, list(inputs), [name], name=name, **attributes))
        return name

    def model(
        self, inputs: Sequence[Input], output: tuple[str, str, Sequence[str | int]], about: Mapping[str, str]
    ) -> Foreign:
        """Close the graph: inputs as (name, type, shape), one float32 output as (tensor, name, shape)."""
        helper = self._onnx.helper
        tensor, name, shape = output
        nodes = [*self._nodes, helper.make_node("Identity", [tensor], [name], name=name)]
        takes = [self._value(*one) for one in inputs]
        graph = helper.make_graph(nodes, "alsoliked", takes, [self._value(name, np.float32, shape)], self._arrays)
        opset = [helper.make_opsetid("", OPSET)]
        made = {"producer_name": "alsoliked", "producer_version": __version__, "ir_version": IR_VERSION}
        model = helper.make_model(graph, opset_imports=opset, **made)
        helper.set_model_props(model, dict(about))
        return model

    def _value(self, name: str, kind: type[np.generic], shape: Sequence[str | int]) -> Foreign:
        helper = self._onnx.helper
        return helper.make_tensor_value_info(name, helper.np_dtype_to_tensor_dtype(np.dtype(kind)), list(shape))

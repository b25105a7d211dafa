"""Arrays in, arrays out: the only torch, numba, OpenVINO and onnxruntime."""

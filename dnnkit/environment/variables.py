"""The environment variables with which lessons run: in the kernel "dnn", in `dnnkit check` and in the grader's sandbox.

They must be set before a backend is imported. Two that must agree are never written twice: grader and student see the
same numbers.
"""

from typing import Final

QUIET: Final = {
    "TF_CPP_MIN_LOG_LEVEL": "3",  # TensorFlow's compiled code logs nothing but failures
    "TF_ENABLE_ONEDNN_OPTS": "0",  # else sums in another order, and a line that says so
    "TF_FORCE_GPU_ALLOW_GROWTH": "true",  # take the GPU's memory as it is needed
}
CPU: Final = {"CUDA_VISIBLE_DEVICES": "", "JAX_PLATFORMS": "cpu", "KERAS_TORCH_DEVICE": "cpu"}
GPU: Final = {
    "TF_FORCE_GPU_ALLOW_GROWTH": "true",
    "XLA_PYTHON_CLIENT_PREALLOCATE": "false",  # JAX: likewise; PyTorch does so by itself
    "NVIDIA_TF32_OVERRIDE": "0",  # full float32: TF32 keeps 10 bits, and the lessons' tolerances would not hold
    # the same for JAX, whose compiler also has products of its own: on an H200, 98 TFLOP/s showed that they were TF32
    "JAX_DEFAULT_MATMUL_PRECISION": "highest",
}
DETERMINISTIC: Final = {
    "TF_DETERMINISTIC_OPS": "1",  # TensorFlow: the same sums in the same order, at some cost in speed
    "XLA_FLAGS": "--xla_gpu_deterministic_ops=true",  # JAX: likewise
    "CUBLAS_WORKSPACE_CONFIG": ":4096:8",  # PyTorch, which also needs torch.use_deterministic_algorithms(True)
}
WANTED: Final = "DNN_GPU"  # set in the kernel that may use the GPU
MEMORY_MB: Final = "DNN_GPU_MEMORY_MB"  # the most that TensorFlow may take of the GPU

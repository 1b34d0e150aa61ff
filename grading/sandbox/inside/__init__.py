"""All of the grader that runs inside the sandbox, where this folder is the package `dnn_sandbox`."""

"""What the workers of this machine have in common, imported once by the process that they are forks of."""

import grading.classes.worker  # noqa: F401 - so that it is there in every fork
from dnnkit.environment.quiet import quiet_backends

quiet_backends(settle=False)  # the lesson's modules come next

"""How far a long step is: a bar in a notebook or on a terminal, for whoever asks for one, and silence else.

Every long function takes `progress`: False, the default, for a script or a service; True for a bar; a
callable that is told each step's name before it starts; or a `Watch`, which is told of the parts as well and
passed on from function to function. Nothing is global, and nothing that is told can change a result: it is
told from the thread that called, after the work.
"""

from segmentation.progress.watch import SILENT, Named, Progress, Silent, Steps, Watch, watched

__all__ = ["SILENT", "Named", "Progress", "Silent", "Steps", "Watch", "watched"]

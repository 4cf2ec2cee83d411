"""Listeners to a long function: one that keeps what it is told, one that acts on each part."""


class Heard:
    """Keeps what it is told: the name of a step, or what of a part is done, how much, of how much."""

    def __init__(self):
        self.told = []

    def __call__(self, step):
        self.told.append(step)

    def part(self, what, done, total):
        self.told.append((what, done, total))


class Acting(Heard):
    """Calls a function with how much is done, at each part."""

    def __init__(self, act):
        super().__init__()
        self.act = act

    def part(self, what, done, total):
        super().part(what, done, total)
        self.act(done)

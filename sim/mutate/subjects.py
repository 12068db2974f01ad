"""What is mutated: one table. Each subject has its sources, what they include, the checks that are to notice, and the score it is held to."""
import glob
from dataclasses import dataclass

def of_sim(*names):
    return tuple(f"sim/tests/{name}_test.c" for name in names)


# Of the programs of sim/, those that say what core/ does rather than what the bench does with it; trace_hashes runs the whole
# library. The others search, sweep, serve and print: seconds for each mutant, to find next to nothing more. Leaving them out can only cost score.
TAKEN = of_sim("conform", "import", "kernel", "loader", "oracles", "trace_hashes")
# The fakes are also spoken to by sessions, beside a real Engine, and by way of what they say they have touched.
TAKEN_OF_FAKES = of_sim("footprint", "live", "session")
FAKES = ("fakes", "fakes/docker", "fakes/wire")
SIM = tuple(f"sim/{name}" for name in ("kernel", "oracles", "scenario", "conform", "search", "serve", "live", "cli"))


@dataclass(frozen=True)
class Subject:
    what: str
    folders: tuple  # of its sources
    includes: tuple  # folders of what they include
    programs: tuple  # patterns of the sources of test programs that are to notice
    conformance: bool  # whether the conformance suite is to notice, a check for each area
    repros: bool  # whether the repros of findings are
    at_least: float  # percent that are to be noticed; 0: as many as are

    @property
    def sources(self):
        return found(f"{folder}/*.c" for folder in self.folders)

    @property
    def headers(self):
        return found(f"{folder}/*.{ending}" for folder in self.includes for ending in ("h", "def", "inc"))

    @property
    def test_sources(self):
        return found(self.programs)


def found(patterns):
    return sorted({path for pattern in patterns for path in glob.glob(pattern)})


SUBJECTS = {
    "core": Subject("core/", ("core",), ("core",), ("core/tests/*_test.c", *TAKEN), False, True, 98.0),
    "fakes": Subject("the fakes", FAKES, ("core", *FAKES), ("fakes/tests/*_test.c", "core/tests/*_test.c", *TAKEN, *TAKEN_OF_FAKES), True, False, 80.0),
    "all": Subject("all of the library", ("core", *FAKES, "reports", *SIM), ("core", *FAKES, "reports", *SIM), ("*/tests/*_test.c",), True, False, 0.0),
}

/* Names of containers: which ones the Engine takes, and those it makes up. */
#include "fakes/docker/container_parts.h"
#include "fakes/world.h"

#include <ctype.h>
#include <string.h>

static const char *const adjectives[] = {
    "agile",   "amber",  "bold",   "brave",  "bright", "brisk",   "calm",   "careful", "cheerful", "clever", "curious",
    "daring",  "eager",  "early",  "exact",  "fair",   "famous",  "fluent", "frank",   "gentle",   "glad",   "grand",
    "handy",   "happy",  "hardy",  "honest", "humble", "jolly",   "keen",   "kind",    "lively",   "lucid",  "merry",
    "mindful", "modest", "neat",   "nimble", "noble",  "patient", "placid", "polite",  "proud",    "quick",  "quiet",
    "rapid",   "ready",  "robust", "sharp",  "silent", "sincere", "smart",  "sober",   "steady",   "sturdy", "subtle",
    "sunny",   "swift",  "tidy",   "trusty", "upbeat", "vivid",   "warm",   "wise",    "witty",
};

static const char *const surnames[] = {
    "abel",    "ampere",   "archimedes", "babbage",    "banach",     "bell",         "bohr",     "boole",
    "born",    "carnot",   "cauchy",     "church",     "copernicus", "curie",        "dalton",   "darwin",
    "davy",    "dijkstra", "dirac",      "einstein",   "erdos",      "euclid",       "euler",    "faraday",
    "fermat",  "fermi",    "feynman",    "fourier",    "franklin",   "galileo",      "galois",   "gauss",
    "germain", "goedel",   "hamilton",   "heisenberg", "hertz",      "hilbert",      "hooke",    "hopper",
    "huygens", "joule",    "kelvin",     "kepler",     "knuth",      "kovalevskaya", "lagrange", "laplace",
    "leibniz", "lovelace", "maxwell",    "mendel",     "meitner",    "newton",       "noether",  "ohm",
    "pascal",  "pasteur",  "planck",     "riemann",    "shannon",    "tesla",        "turing",   "volta",
};

enum { ADJECTIVES = sizeof adjectives / sizeof adjectives[0], SURNAMES = sizeof surnames / sizeof surnames[0] };

bool container_name_is_valid(const char *name)
{
    size_t length = 0;

    name += name[0] == '/';
    if (isalnum((unsigned char)name[0]) == 0) {
        return false;
    }
    while (isalnum((unsigned char)name[length]) != 0 || (name[length] != '\0' && strchr("_.-", name[length]) != NULL)) {
        length++;
    }
    return name[length] == '\0' && length >= 2;
}

const char *container_random_name(struct docker_engine *engine, struct arena *arena)
{
    uint64_t hash = hash_combine(engine->world->seed, world_made(engine->world, "container name", ""));
    const char *name = NULL;

    for (uint64_t attempt = 0; name == NULL || docker_engine_container(engine, name) != NULL; attempt++) {
        hash = hash_combine(hash, attempt);
        name = arena_printf(arena, "%s_%s", adjectives[hash % ADJECTIVES], surnames[hash / ADJECTIVES % SURNAMES]);
        if (attempt > 0) {
            name = arena_printf(arena, "%s%u", name, (unsigned)(hash % (attempt * 10))); /* Docker adds one digit */
        }
    }
    return name;
}

bool container_name_is_free(struct docker_request *request, const char *name, const char *prefix)
{
    const struct container *taken = docker_engine_container(request->engine, name);

    if (taken != NULL) {
        effect_fail(request->effect, request->answers, 409, NULL,
                    "%sConflict. The container name \"/%s\" is already in use by container \"%s\". You have to remove "
                    "(or rename) that container to be able to reuse that name.",
                    prefix, name, taken->id);
    }
    return taken == NULL;
}

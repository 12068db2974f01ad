#include "fakes/docker/platform.h"

#include <string.h>

const char *docker_platform_wrong(struct arena *arena, const char *platform)
{
    static const char *const known[] = {"linux", "windows", "darwin", "freebsd", DOCKER_ARCHITECTURE, "arm64", "arm",
                                        "386",   "ppc64le", "s390x",  "riscv64"};
    unsigned slashes = 0;

    for (const char *at = platform; *at != '\0'; at++) {
        slashes += *at == '/';
    }
    if (slashes > 2) {
        return arena_printf(arena, "\"%s\": cannot parse platform specifier: invalid argument", platform);
    }
    for (size_t i = 0; slashes == 0 && i < sizeof known / sizeof known[0]; i++) {
        if (strcmp(platform, known[i]) == 0) {
            return NULL;
        }
    }
    return slashes > 0
               ? NULL
               : arena_printf(arena, "\"%s\": unknown operating system or architecture: invalid argument", platform);
}

const char *docker_platform_mismatch(struct arena *arena, const struct docker_image *image, const char *reference,
                                     const char *platform)
{
    const char *actual = arena_printf(arena, "linux/%s", image->architecture);

    if (strcmp(platform, actual) == 0 || strcmp(platform, "linux") == 0 || strcmp(platform, image->architecture) == 0) {
        return NULL;
    }
    return arena_printf(arena,
                        "image with reference %s was found but does not match the specified platform: wanted %s, "
                        "actual: %s",
                        reference, platform, actual);
}

/* Plays inputs once, without a fuzzer: files, and all files below directories. Usage: TARGET FILE|DIRECTORY... For
 * `make test`, debuggers and compilers that know no libFuzzer. */
#include "sim/fuzz/fuzz.h"
#include "sim/scenario/file_text.h"

#include <errno.h>
#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

enum { INPUT_SIZE_MAX = 1 << 20, OPEN_MAX_HERE = 16 };

static unsigned played;

static int play(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    size_t length = 0;

    (void)status;
    (void)place;
    if (kind != FTW_F) {
        return 0;
    }
    char *text = file_text(path, INPUT_SIZE_MAX, &length);

    if (text == NULL || length > INPUT_SIZE_MAX) {
        (void)fprintf(stderr, "%s: %s\n", path, text == NULL ? strerror(errno) : "the file is too large");
        free(text);
        return -1;
    }
    /* As long as the input, so that a sanitizer sees what reads past it. */
    uint8_t *exact = malloc(length == 0 ? 1 : length);

    REQUIRE(exact != NULL, "out of memory");
    memcpy(exact, text, length);
    free(text);
    (void)LLVMFuzzerTestOneInput(exact, length);
    free(exact);
    played++;
    return 0;
}

int main(int argc, char **argv)
{
    for (int i = 1; i < argc; i++) {
        if (nftw(argv[i], play, OPEN_MAX_HERE, FTW_PHYS) != 0) {
            (void)fprintf(stderr, "%s: cannot be played\n", argv[i]);
            return 2;
        }
    }
    if (played == 0) {
        (void)fprintf(stderr, "%s: no inputs, expected files or directories that hold some\n", argv[0]);
        return 2;
    }
    (void)printf("%s: %u inputs\n", argv[0], played);
    return 0;
}

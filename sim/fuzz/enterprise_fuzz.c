/* Enterprise blobs (lifecycle.md 3.4), opened by core/ with the benchmark daemon's key.
 *
 * Input: a byte for what is done, then the rest:
 *   text    the rest is the `enterprise` field as it stands
 *   bytes   the rest, in base64, is the field
 *   sealed  the rest is the plain text, which is encrypted: opening it gives it back
 *   broken  a byte for how, three for where, then the plain text: encrypted, then damaged, it does not open */
#include "core/base64.h"
#include "core/enterprise.h"
#include "sim/fuzz/fuzz.h"

#include <string.h>

enum what { OPEN_TEXT, OPEN_BYTES, OPEN_SEALED, OPEN_BROKEN, WHAT_COUNT };

static const struct error *open_blob(struct fuzz_node *fuzzed, const char *enterprise, struct app_spec **opened)
{
    struct arena *arena = &fuzzed->arena;
    const struct value *document = OBJECT(
        arena, {"version", value_number(arena, 8)}, {"name", value_string(arena, "napp")},
        {"owner", value_string(arena, "1owner")}, {"compose", value_empty_array()}, {"contacts", value_empty_array()},
        {"hash", value_string(arena, "h")}, {"enterprise", value_string(arena, enterprise)});

    return check_and_decrypt_app_specs(&fuzzed->task, arena, app_spec_from(arena, document), opened);
}

/* Whatever it is: an error that says something, or a specification. */
static void open_anything(struct fuzz_node *fuzzed, const char *enterprise)
{
    struct app_spec *opened = NULL;
    const struct error *error = open_blob(fuzzed, enterprise, &opened);

    REQUIRE(error == NULL ? opened != NULL : error->message != NULL && error->message[0] != '\0',
            "neither an error nor a specification");
    /* 3.4 step 1: without a blob there is nothing to open */
    REQUIRE(error != NULL || enterprise[0] == '\0', "opened, and nobody has sealed it: %s", enterprise);
}

static void require_opened(struct fuzz_node *fuzzed, const char *plain)
{
    struct arena *arena = &fuzzed->arena;
    const struct value *expected = value_parse(arena, plain, strlen(plain));
    const char *enterprise = bench_daemon_encrypt(&fuzzed->world.bench, arena, plain);
    struct app_spec *opened = NULL;
    const struct error *error = open_blob(fuzzed, enterprise, &opened);

    REQUIRE((error == NULL) == (expected != NULL), "%s: %s", error == NULL ? "opened" : error->message, plain);
    if (error != NULL) {
        REQUIRE(strcmp(error->name, "SyntaxError") == 0, "not JSON is a %s", error->name);
        return;
    }
    static const char *const replaced[] = {"compose", "contacts"};

    for (size_t i = 0; i < sizeof replaced / sizeof replaced[0]; i++) {
        REQUIRE(value_equal(value_get(opened->document, replaced[i]), value_get(expected, replaced[i])),
                "%s is not what was sealed: %s", replaced[i], plain);
    }
    REQUIRE(value_is_text(value_get(opened->document, "hash"), "h"), "the hash is lost");
}

static void require_broken(struct fuzz_node *fuzzed, struct fuzz_input *input)
{
    enum { FLIP, CUT, LENGTHEN, HOW_COUNT };
    struct arena *arena = &fuzzed->arena;
    unsigned how = fuzz_below(input, HOW_COUNT);
    size_t place = fuzz_byte(input);

    place = place << 8 | fuzz_byte(input);
    uint8_t bit = fuzz_byte(input) % 8;
    const char *plain = fuzz_text(arena, input->next, (size_t)(input->end - input->next));
    size_t size = 0;
    unsigned char *bytes = base64_decode(arena, bench_daemon_encrypt(&fuzzed->world.bench, arena, plain), &size);
    unsigned char *broken = arena_alloc(arena, size + 1);
    struct app_spec *opened = NULL;

    memcpy(broken, bytes, size);
    place %= size;
    if (how == FLIP) {
        broken[place] ^= (unsigned char)(1u << bit);
    } else if (how == CUT) {
        size = place;
    } else {
        broken[size++] = bit;
    }
    const struct error *error = open_blob(fuzzed, base64_encode(arena, broken, size), &opened);

    REQUIRE(error != NULL || size == 0, "a damaged blob opens (%u at %zu of %zu)", how, place, size);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_input input = {data, data + size};
    enum what what = fuzz_below(&input, WHAT_COUNT);
    size_t rest = (size_t)(input.end - input.next);
    struct fuzz_node fuzzed;

    fuzz_node_begin(&fuzzed);
    if (what == OPEN_TEXT) {
        open_anything(&fuzzed, fuzz_text(&fuzzed.arena, input.next, rest));
    } else if (what == OPEN_BYTES) {
        open_anything(&fuzzed, base64_encode(&fuzzed.arena, input.next, rest));
    } else if (what == OPEN_SEALED) {
        require_opened(&fuzzed, fuzz_text(&fuzzed.arena, input.next, rest));
    } else {
        require_broken(&fuzzed, &input);
    }
    fuzz_node_end(&fuzzed);
    return 0;
}

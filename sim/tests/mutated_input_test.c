/* Whole files made bad in every simple way: cut off at every byte (every few, of lines), each value another, each
 * member gone. Whatever the verb that reads it makes of that, it ends, says one line for each mistake with its place
 * and what was expected, and exits as documented. The files are in whole/; whole/scenario.json has every key that there
 * is. */
#include "sim/cli/cli.h"
#include "sim/scenario/loader.h"

#include <cjson/cJSON.h>
#include <ctype.h>
#include <getopt.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

enum { TEXT_SIZE = 256 * 1024, PATH_SIZE = 64 };

/* ---- the verbs, in this process ---------------------------------------------------------------------------------- */

/* Files without a place: what a verb reads, and what it writes. */
static int input, out, err;
static char input_path[PATH_SIZE];
static char said[TEXT_SIZE];

static int begin(void **state)
{
    (void)state;
    input = memfd_create("input", 0);
    out = memfd_create("out", 0);
    err = memfd_create("err", 0);
    snprintf(input_path, sizeof input_path, "/proc/self/fd/%d", input);
    return input < 0 || out < 0 || err < 0;
}

static void empty(int file)
{
    assert_int_equal(ftruncate(file, 0), 0);
    assert_int_equal(lseek(file, 0, SEEK_SET), 0);
}

static int run_verb(const char *verb, const char *text, size_t length)
{
    char name[16];
    char *argv[] = {name, input_path, "--quiet", NULL};
    bool quiet = strcmp(verb, "run") == 0 || strcmp(verb, "check") == 0;
    int own_out = dup(STDOUT_FILENO);
    int own_err = dup(STDERR_FILENO);

    snprintf(name, sizeof name, "%s", verb);
    empty(input);
    empty(out);
    empty(err);
    assert_int_equal(write(input, text, length), length);
    fflush(NULL);
    dup2(out, STDOUT_FILENO);
    dup2(err, STDERR_FILENO);
    optind = 0; /* getopt begins anew */
    int status = verb_info(verb_by_name(verb))->run(quiet ? 3 : 2, argv);

    fflush(NULL);
    dup2(own_out, STDOUT_FILENO);
    dup2(own_err, STDERR_FILENO);
    close(own_out);
    close(own_err);
    ssize_t size = pread(err, said, sizeof said - 1, 0);

    said[size < 0 ? 0 : size] = '\0';
    return status;
}

/* ---- what may come of it ------------------------------------------------------------------------------------------
 */

static unsigned tried, refused;

static bool is_place(const char *line)
{
    const char *at = line + strlen(input_path);

    if (strncmp(line, input_path, strlen(input_path)) != 0) {
        return false;
    }
    for (int i = 0; i < 2; i++) {
        size_t digits = *at == ':' ? strspn(at + 1, "0123456789") : 0;

        if (digits == 0 || at[1] == '0') {
            return false;
        }
        at += digits + 1;
    }
    return strncmp(at, ": ", 2) == 0;
}

static bool says_what(const char *line)
{
    return strstr(line, "expected") != NULL || strstr(line, "did you mean") != NULL || strstr(line, "lacks \"") != NULL;
}

static bool is_plain(const char *line)
{
    for (; *line != '\0'; line++) {
        if (iscntrl((unsigned char)*line)) {
            return false;
        }
    }
    return true;
}

/* Returns the exit status. */
static int try_text(const char *verb, const char *text, size_t length, const char *what)
{
    int status = run_verb(verb, text, length);
    bool well = (status == EXIT_UNUSABLE_INPUT) == (said[0] != '\0') && status <= EXIT_UNUSABLE_INPUT;
    char *copy = strdup(said);

    well = well && (status != EXIT_UNUSABLE_INPUT || lseek(out, 0, SEEK_END) == 0);
    char *rest = said;

    for (char *line = strsep(&rest, "\n"); line != NULL && *line != '\0'; line = strsep(&rest, "\n")) {
        well = well && is_place(line) && says_what(line) && is_plain(line);
    }
    if (!well) {
        fail_msg("%s, %s: status %d, %s\n%.*s", verb, what, status, copy, (int)length, text);
    }
    free(copy);
    tried++;
    refused += status == EXIT_UNUSABLE_INPUT;
    return status;
}

/* ---- the files ----------------------------------------------------------------------------------------------------
 */

static char *whole(const char *path, size_t *length)
{
    FILE *file = fopen(path, "rb");
    char *text = malloc(TEXT_SIZE);

    if (file == NULL || text == NULL) {
        fail_msg("cannot read %s", path);
    }
    *length = fread(text, 1, TEXT_SIZE, file);
    fclose(file);
    return text;
}

static const struct {
    const char *file;
    const char *verbs[2];
    size_t stride; /* of cuts: lines are much alike, and what lies before the last of them is good */
    bool lines;
} files[] = {{"sim/tests/whole/scenario.json", {"check", "run"}, 1, false},
             {"sim/tests/whole/repro.json", {"replay"}, 1, false},
             {"sim/tests/whole/recording.json", {"conform", "import"}, 5, true},
             {"sim/tests/whole/trace.json", {"replay"}, 5, true},
             {"sim/tests/whole/log.json", {"import"}, 1, true}};

/* JSON_COUNT of them are JSON. */
enum { FILE_COUNT = sizeof files / sizeof files[0], JSON_COUNT = FILE_COUNT - 1 };

/* ---- cut off ------------------------------------------------------------------------------------------------------
 */

static bool is_blank(const char *text, size_t length)
{
    return strspn(text, " \n") >= length;
}

static void test_cut_off_anywhere(void **state)
{
    (void)state;
    for (size_t i = 0; i < FILE_COUNT; i++) {
        size_t length = 0;
        char *text = whole(files[i].file, &length);

        for (size_t cut = 0; cut < length; cut += files[i].stride) {
            int status = try_text(files[i].verbs[0], text, cut, "cut off");

            /* Lines are a recording of their own; but for them nothing is whole without its end. */
            if (status != EXIT_UNUSABLE_INPUT && !files[i].lines && !is_blank(text + cut, length - cut)) {
                fail_msg("%s, cut off after %zu bytes: status %d", files[i].file, cut, status);
            }
        }
        free(text);
    }
}

/* ---- other values -------------------------------------------------------------------------------------------------
 */

static const char *const others[] = {"null", "true", "-1", "0.5", "1e15", "\"\"", "\"\\u001b[31m\"",
                                     "[]",   "[[]]", "{}"};

struct mutated {
    const char *const *verbs;
    const char *text;
    size_t length;
    char *other;
};

/* The text with `by` in place of what stands between. The second verb reads what is good enough for the first. */
static void exchange(const struct mutated *file, const char *start, const char *end, const char *by)
{
    size_t length = (size_t)(start - file->text);

    memcpy(file->other, file->text, length);
    memcpy(file->other + length, by, strlen(by));
    length += strlen(by);
    memcpy(file->other + length, end, (size_t)(file->text + file->length - end));
    length += (size_t)(file->text + file->length - end);
    for (size_t i = 0; i < 2 && file->verbs[i] != NULL; i++) {
        char what[256];

        snprintf(what, sizeof what, "\"%s\" for \"%.*s\"", by, end - start > 100 ? 100 : (int)(end - start), start);
        if (try_text(file->verbs[i], file->other, length, what) == EXIT_UNUSABLE_INPUT) {
            return;
        }
    }
}

static const char *skip_space(const char *at)
{
    return at + strspn(at, " \n");
}

static const char *end_of_string(const char *at)
{
    for (at++; *at != '"'; at++) {
        at += *at == '\\';
    }
    return at + 1;
}

static const char *mutate(const struct mutated *file, const char *start);

/* An object's member or an array's item: mutated, and left out with the comma that goes with it. Returns where it ends.
 */
static const char *mutate_part(const struct mutated *file, const char *start, bool member, bool first)
{
    const char *value = start;

    if (member) {
        const char *key_end = end_of_string(start);

        exchange(file, start, key_end, "\"another key\"");
        value = skip_space(skip_space(key_end) + 1);
    }
    const char *end = mutate(file, value);
    const char *next = skip_space(end);

    if (*next == ',') {
        exchange(file, start, next + 1, "");
    } else {
        const char *comma = start;

        while (!first && *comma != ',') {
            comma--;
        }
        exchange(file, comma, end, "");
    }
    return end;
}

/* Tries everything with the value that begins here; returns where it ends. */
static const char *mutate(const struct mutated *file, const char *start)
{
    const char *end = start;

    if (*start == '"') {
        end = end_of_string(start);
    } else if (*start == '{' || *start == '[') {
        bool first = true;

        for (end = skip_space(start + 1); *end != '}' && *end != ']'; first = false) {
            end = skip_space(mutate_part(file, end, *start == '{', first));
            end = *end == ',' ? skip_space(end + 1) : end;
        }
        end++;
    } else {
        end += strcspn(start, ",]} \n");
    }
    for (size_t i = 0; i < sizeof others / sizeof others[0]; i++) {
        exchange(file, start, end, others[i]);
    }
    return end;
}

static void test_every_value_and_key_another_or_gone(void **state)
{
    (void)state;
    for (size_t i = 0; i < JSON_COUNT; i++) {
        struct mutated file = {.verbs = files[i].verbs, .other = malloc(TEXT_SIZE)};
        char *text = whole(files[i].file, &file.length);

        text[file.length] = '\0';
        file.text = text;
        for (const char *at = skip_space(text); *at != '\0'; at = skip_space(at)) {
            at = mutate(&file, at);
        }
        free(text);
        free(file.other);
    }
}

/* ---- every key ----------------------------------------------------------------------------------------------------
 */

/* The keys of an object of the whole scenario, noted under the shape that the loader names for a key it does not know.
 */
struct noted {
    const struct object_shape *shape;
    uint64_t keys; /* bits: places in shape->fields */
};

static struct noted noted[64];

static struct noted *noted_shape(const char *title)
{
    for (size_t i = 0; loader_shapes[i] != NULL; i++) {
        if (strncmp(loader_shapes[i]->title, title, strlen(loader_shapes[i]->title)) == 0 &&
            title[strlen(loader_shapes[i]->title)] == ' ') {
            noted[i].shape = loader_shapes[i];
            return &noted[i];
        }
    }
    fail_msg("there is no shape of this title: %s", title);
    return NULL;
}

static void note_object(cJSON *root, cJSON *object)
{
    static const char unknown[] = "unknown key in ";

    cJSON_AddNullToObject(object, "another key");
    char *text = cJSON_PrintUnformatted(root);

    (void)run_verb("check", text, strlen(text));
    const char *title = strstr(said, unknown);

    cJSON_DeleteItemFromObject(object, "another key");
    free(text);
    if (title != NULL) { /* else it is a map of names, or a document */
        struct noted *shape = noted_shape(title + strlen(unknown));

        for (size_t i = 0; i < shape->shape->count; i++) {
            shape->keys |= (uint64_t)cJSON_HasObjectItem(object, shape->shape->fields[i].key) << i;
        }
    }
    cJSON *child = NULL;

    cJSON_ArrayForEach (child, object) {
        if (cJSON_IsObject(child)) {
            note_object(root, child);
        }
        cJSON *item = NULL;

        cJSON_ArrayForEach (item, child) {
            if (cJSON_IsArray(child) && cJSON_IsObject(item)) {
                note_object(root, item);
            }
        }
    }
}

static void test_the_whole_scenarios_have_every_key(void **state)
{
    (void)state;
    for (size_t i = 0; i < FILE_COUNT && !files[i].lines; i++) {
        size_t length = 0;
        char *text = whole(files[i].file, &length);
        cJSON *root = cJSON_ParseWithLength(text, length);

        note_object(root, root);
        cJSON_Delete(root);
        free(text);
    }
    for (size_t i = 0; loader_shapes[i] != NULL; i++) {
        for (size_t j = 0; j < loader_shapes[i]->count; j++) {
            if ((noted[i].keys & ((uint64_t)1 << j)) == 0) {
                fail_msg("no whole scenario has \"%s\" in %s", loader_shapes[i]->fields[j].key,
                         loader_shapes[i]->title);
            }
        }
    }
}

static int end(void **state)
{
    (void)state;
    print_message("%u texts, %u of them refused\n", tried, refused);
    return 0;
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_the_whole_scenarios_have_every_key),
        cmocka_unit_test(test_cut_off_anywhere),
        cmocka_unit_test(test_every_value_and_key_another_or_gone),
    };

    return cmocka_run_group_tests(tests, begin, end);
}

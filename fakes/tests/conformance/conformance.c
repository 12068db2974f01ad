/* conformance: runs cases against Docker Engines, fake or real, and says where they answer differently.
 *
 *   conformance [--record] [--quiet] [--filter TEXT] [--target
 * in-process|[served:]unix:///path|[served:]tcp://host:port]... CASE-FILES...
 *
 * Exit status: 0 no difference, 1 differences, 2 a mistake in the arguments, 3 a target or a case file cannot be had.
 */
#include "fakes/tests/conformance/pretty.h"
#include "fakes/tests/conformance/steps.h"

#include <curl/curl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { NAME_WIDTH = 72, CELL_WIDTH = 10 };
enum { TARGETS_MAX = 8, EXIT_DIFFERENT = 1, EXIT_USAGE = 2, EXIT_NONE = 3 };

struct bench {
    struct target targets[TARGETS_MAX];
    struct arena arenas[TARGETS_MAX];
    struct variables known[TARGETS_MAX]; /* what every case knows of a target */
    int counts[TARGETS_MAX][SKIPPED + 1];
    int target_count;
    int case_count;
    const char *filter;
    bool record, quiet;
};

static const char usage[] = "usage: conformance [--record] [--quiet] [--filter TEXT] [--target "
                            "in-process|[served:]unix:///path|[served:]tcp://host:port]... CASE-FILES...\n"
                            "  --record   write what the (one) target answers into the case files\n"
                            "  --quiet    print only what is not the same\n"
                            "  --filter   only cases with this text in their file's name\n";

static char *file_text(const char *path)
{
    FILE *file = fopen(path, "rb");
    long size = 0;
    char *text = NULL;

    if (file != NULL && fseek(file, 0, SEEK_END) == 0 && (size = ftell(file)) >= 0) {
        rewind(file);
        text = calloc((size_t)size + 1, 1);
        if (text != NULL && fread(text, 1, (size_t)size, file) != (size_t)size) {
            free(text);
            text = NULL;
        }
    }
    if (file != NULL) {
        fclose(file);
    }
    return text;
}

static bool write_case(struct arena *arena, const char *path, const cJSON *test_case)
{
    FILE *file = fopen(path, "wb");

    return file != NULL && fprintf(file, "%s\n", pretty_text(arena, test_case)) > 0 && fclose(file) == 0;
}

static bool open_target(struct bench *bench, const char *address)
{
    struct target *target = &bench->targets[bench->target_count];
    struct arena *arena = &bench->arenas[bench->target_count];
    struct variables *known = &bench->known[bench->target_count];
    bool in_process = strcmp(address, "in-process") == 0;

    if (!(in_process ? target_open_in_process(target, address) : target_open_socket(target, address))) {
        fprintf(stderr, "conformance: there is no target %s\n", address);
        return false;
    }
    arena_init(arena, arena_source_malloc());
    known->arena = arena;
    const char *failure = target_learn(target, known);

    bench->target_count++;
    if (failure != NULL) {
        fprintf(stderr, "conformance: %s: %s\n", address, failure);
    }
    return failure == NULL;
}

/* One row of the table: a case on every target. */
static bool run_file(struct bench *bench, const char *path)
{
    static const char *const cells[] = {[SAME] = "same", [DIFFERS] = "DIFFERS", [SKIPPED] = "-"};
    char *text = file_text(path);
    cJSON *test_case = text == NULL ? NULL : cJSON_Parse(text);
    bool good = test_case != NULL;
    const char *differences = "", *line = NULL;
    bool all_same = true;
    struct arena row;

    free(text);
    if (!good) {
        fprintf(stderr, "conformance: %s is no case\n", path);
        return false;
    }
    arena_init(&row, arena_source_malloc());
    line = arena_printf(&row, "%-*s", NAME_WIDTH, path);
    for (int i = 0; i < bench->target_count; i++) {
        struct arena arena;
        struct variables variables = bench->known[i];

        arena_init(&arena, arena_source_malloc());
        variables.arena = &arena;
        struct outcome outcome = run_case(&bench->targets[i], &variables, test_case, bench->record);

        bench->counts[i][outcome.verdict]++;
        all_same = all_same && outcome.verdict != DIFFERS;
        line = arena_printf(&row, "%s  %-*s", line, CELL_WIDTH, cells[outcome.verdict]);
        if (outcome.verdict == DIFFERS) {
            differences = arena_printf(&row, "%s  %s, step %d: %s\n", differences, bench->targets[i].name, outcome.step,
                                       outcome.what);
        } else if (outcome.verdict == SKIPPED && outcome.what != NULL) {
            differences = arena_printf(&row, "%s  %s: %s\n", differences, bench->targets[i].name, outcome.what);
        }
        arena_reset(&arena);
    }
    if (!bench->quiet || !all_same) {
        printf("%s\n%s", line, differences);
        fflush(stdout);
    }
    bench->case_count++;
    if (bench->record) {
        good = write_case(&row, path, test_case);
    }
    arena_reset(&row);
    cJSON_Delete(test_case);
    return good;
}

static void print_head(const struct bench *bench)
{
    printf("%-*s", NAME_WIDTH, "case");
    for (int i = 0; i < bench->target_count; i++) {
        /* The kind of target is enough: the counts at the end have the whole names. */
        printf("  %-*.*s", CELL_WIDTH, CELL_WIDTH, bench->targets[i].name);
    }
    printf("\n");
}

static int close_bench(struct bench *bench, bool good)
{
    int different = 0;

    for (int i = 0; i < bench->target_count; i++) {
        const int *counts = bench->counts[i];

        printf("%s: %d cases, %d same, %d different, %d not for this target\n", bench->targets[i].name,
               bench->case_count, counts[SAME], counts[DIFFERS], counts[SKIPPED]);
        different += counts[DIFFERS];
        bench->targets[i].close(&bench->targets[i]);
        arena_reset(&bench->arenas[i]);
    }
    curl_global_cleanup();
    return !good ? EXIT_NONE : different > 0 ? EXIT_DIFFERENT : EXIT_SUCCESS;
}

int main(int argc, char **argv)
{
    static struct bench bench;
    int at = 1;
    bool good = true;

    curl_global_init(CURL_GLOBAL_DEFAULT);
    for (; at < argc && strncmp(argv[at], "--", 2) == 0; at++) {
        if (strcmp(argv[at], "--record") == 0) {
            bench.record = true;
        } else if (strcmp(argv[at], "--quiet") == 0) {
            bench.quiet = true;
        } else if (at + 1 < argc && strcmp(argv[at], "--filter") == 0) {
            bench.filter = argv[++at];
        } else if (at + 1 < argc && strcmp(argv[at], "--target") == 0 && bench.target_count < TARGETS_MAX) {
            if (!open_target(&bench, argv[++at])) {
                return close_bench(&bench, false);
            }
        } else {
            fputs(usage, stderr);
            return EXIT_USAGE;
        }
    }
    if (at == argc || bench.target_count == 0 || (bench.record && bench.target_count != 1)) {
        fputs(usage, stderr);
        return EXIT_USAGE;
    }
    if (!bench.quiet) {
        print_head(&bench);
    }
    for (; at < argc; at++) {
        if (bench.filter == NULL || strstr(argv[at], bench.filter) != NULL) {
            good &= run_file(&bench, argv[at]);
        }
    }
    return close_bench(&bench, good);
}

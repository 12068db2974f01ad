#include "sim/cli/report_files.h"

#include "fakes/world.h"
#include "sim/cli/cli.h"
#include "sim/cli/save.h"
#include "sim/cli/search_options.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

static bool take_one(const char *verb, struct arena *arena, const char *text, const char *const names[],
                     struct report_files *files)
{
    const char *sign = strchr(text, '=');
    struct report_file file = {0};

    if (sign == NULL || sign == text || sign[1] == '\0') {
        complain("%s: --report %s is none, expected FORM=FILE as in junit=report.xml", verb, text);
        return false;
    }
    if (!take_choice(verb, "report", arena_string_n(arena, text, (size_t)(sign - text)), names, &file.format)) {
        return false;
    }
    file.path = arena_string(arena, sign + 1);
    *(struct report_file *)table_add(arena, (void **)&files->files, &files->count, &files->size,
                                     sizeof files->files[0]) = file;
    return true;
}

bool take_report_files(const char *verb, struct arena *arena, const char *text, const char *const names[],
                       struct report_files *files)
{
    bool good = true;

    files->names = names;
    while (good) {
        size_t length = strcspn(text, ",");

        good = take_one(verb, arena, arena_string_n(arena, text, length), names, files);
        if (text[length] == '\0') {
            break;
        }
        text += length + 1;
    }
    return good;
}

/* The file's one name, whether it is there already or its folder is; NULL: neither. */
static char *one_name(struct arena *arena, const char *path)
{
    const char *slash = strrchr(path, '/');
    char *whole = realpath(path, NULL);
    char *name;

    if (whole != NULL) {
        name = arena_string(arena, whole);
        free(whole);
        return name;
    }
    char *folder = realpath(slash == NULL ? "." : arena_string_n(arena, path, (size_t)(slash - path) + 1), NULL);

    if (folder == NULL) {
        return NULL;
    }
    name = arena_printf(arena, "%s/%s", folder, slash == NULL ? path : slash + 1);
    free(folder);
    return name;
}

/* What is written last would have the file alone; devices and pipes take both. */
static bool same_file(const char *left, const char *right)
{
    struct arena scratch;
    struct stat status;

    if (stat(left, &status) == 0 && !S_ISREG(status.st_mode)) {
        return false;
    }
    arena_init(&scratch, arena_source_malloc());
    const char *names[] = {one_name(&scratch, left), one_name(&scratch, right)};
    bool same = names[0] == NULL || names[1] == NULL ? strcmp(left, right) == 0 : strcmp(names[0], names[1]) == 0;

    arena_reset(&scratch);
    return same;
}

bool outputs_differ(const char *verb, const char *output, const char *trace, const struct report_files *files)
{
    uint32_t count = 2 + files->count;

    for (uint32_t i = 0; i < count; i++) {
        for (uint32_t j = 0; j < i; j++) {
            const char *left = j == 0 ? output : j == 1 ? trace : files->files[j - 2].path;
            const char *right = i == 1 ? trace : files->files[i - 2].path;

            if (left != NULL && right != NULL && same_file(left, right)) {
                complain("%s: two outputs go to %s", verb, right);
                return false;
            }
        }
    }
    return true;
}

bool report_files_want_events(const struct report_files *files)
{
    for (uint32_t i = 0; i < files->count; i++) {
        if (report_formats[files->files[i].format].events) {
            return true;
        }
    }
    return false;
}

bool deliver_files(const struct report_files *files, bool quiet,
                   void (*write)(void *context, unsigned format, struct sink *sink), void *context)
{
    bool good = true;

    for (uint32_t i = 0; i < files->count; i++) {
        struct sink sink;

        sink_init(&sink);
        write(context, files->files[i].format, &sink);
        if (!deliver(&sink, files->files[i].path)) {
            good = false;
        } else if (!quiet) {
            (void)fprintf(stderr, "%s report: %s\n", files->names[files->files[i].format], files->files[i].path);
        }
    }
    return good;
}

struct runs {
    const struct run_record *const *records;
    size_t count;
    struct report_options options;
};

static void write_runs(void *context, unsigned format, struct sink *sink)
{
    const struct runs *runs = context;

    report_formats[format].write(sink, runs->records, runs->count, &runs->options);
}

bool deliver_report_files(const struct report_files *files, const struct run_record *const *records, size_t count,
                          const struct report_options *options)
{
    struct runs runs = {records, count, {.coverage = options->coverage}};

    return deliver_files(files, options->quiet, write_runs, &runs);
}

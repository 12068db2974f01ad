#include "sim/cli/report_files.h"

#include "fakes/world.h"
#include "sim/cli/cli.h"
#include "sim/cli/save.h"
#include "sim/cli/search_options.h"

#include <stdio.h>
#include <string.h>

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
    for (uint32_t i = 0; i < files->count; i++) {
        if (strcmp(files->files[i].path, file.path) == 0) {
            complain("%s: two reports go to %s", verb, file.path);
            return false;
        }
    }
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

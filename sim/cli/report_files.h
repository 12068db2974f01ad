/* Reports in several forms at once: `--format` to the output, `--report junit=FILE,markdown=FILE` to files. */
#ifndef DRYDOCK_SIM_CLI_REPORT_FILES_H
#define DRYDOCK_SIM_CLI_REPORT_FILES_H

#include "core/arena.h"
#include "reports/report.h"

struct report_file {
    unsigned format; /* place among the names that it was taken from */
    const char *path;
};

struct report_files {
    const char *const *names; /* that their forms were taken from */
    struct report_file *files;
    uint32_t count, size;
};

/* Adds what `--report` says: NAME=FILE, several separated by commas, each name one of `names` (NULL ends them:
 * report_format_names ...). false, after a message, when it says nothing that can be. Texts are in `arena`. */
bool take_report_files(const char *verb, struct arena *arena, const char *text, const char *const names[],
                       struct report_files *files);
/* Whether they, the output and the trace (NULL: none) are as many files. false after a message. */
bool outputs_differ(const char *verb, const char *output, const char *trace, const struct report_files *files);
/* Whether one of them, taken from report_format_names, shows single events, which runs then have to keep
 * (reports/formats.def). */
bool report_files_want_events(const struct report_files *files);
/* Writes them all, each as `write` makes it, and says so on standard error, a line each, unless `quiet`. false, after a
 * message, when one could not be written. */
bool deliver_files(const struct report_files *files, bool quiet,
                   void (*write)(void *context, unsigned format, struct sink *sink), void *context);
/* The same of runs, taken from report_format_names. Of the options only `coverage` reaches the writers. */
bool deliver_report_files(const struct report_files *files, const struct run_record *const *records, size_t count,
                          const struct report_options *options);

#endif

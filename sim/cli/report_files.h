/* Reports of runs in several forms at once: `--format` to the output, `--report junit=FILE,markdown=FILE` to files. */
#ifndef DRYDOCK_SIM_CLI_REPORT_FILES_H
#define DRYDOCK_SIM_CLI_REPORT_FILES_H

#include "core/arena.h"
#include "reports/report.h"

struct report_file {
    unsigned format; /* place in report_formats */
    const char *path;
};

struct report_files {
    struct report_file *files;
    uint32_t count, size;
};

/* Adds what `--report` says: NAME=FILE, several separated by commas. false, after a message, when it says nothing that
 * can be. Texts are in `arena`. */
bool take_report_files(const char *verb, struct arena *arena, const char *text, struct report_files *files);
/* Whether one of them shows the runs' events, which are then to be kept. */
bool report_files_want_events(const struct report_files *files);
/* Writes them all, whoever reads the output, and says so on standard error, a line each, unless options->quiet. Of the
 * options only `coverage` reaches the writers. false, after a message, when one could not be written. */
bool deliver_report_files(const struct report_files *files, const struct run_record *const *records, size_t count,
                          const struct report_options *options);

#endif

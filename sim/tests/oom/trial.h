/* One case, run once with one thing failing, and whether it ended as it should. */
#ifndef DRYDOCK_SIM_TESTS_OOM_TRIAL_H
#define DRYDOCK_SIM_TESTS_OOM_TRIAL_H

#include "sim/tests/oom/fault.h"
#include "sim/tests/oom/folder.h"

#include <sys/types.h>

/* What is run. */
struct oom_case {
    const char *verb;
    const char *command;
    const char *inputs;   /* files, separated by blanks */
    const char *prepare;  /* commands, separated by | */
    const char *requests; /* NULL, or what a server is asked, one request a line */
    bool timed;           /* what is printed differs from one time to the next, in durations */
    int (*run)(int argc, char **argv);
    int patience_ms; /* how long it may take, and its children after it; 0: a minute */
};

/* What it does when nothing fails. */
struct oom_usual {
    int status; /* exit status */
    uint64_t output;
    struct folder before, after;
    uint32_t points; /* allocations or calls */
};

enum verdict {
#define VERDICT(ID, name, good, what) VERDICT_##ID,
#include "sim/tests/oom/verdicts.def"
    VERDICT_COUNT
};

struct verdict_info {
    const char *name;
    bool good;
    const char *what;
};

const struct verdict_info *verdict_info(enum verdict verdict);

/* Where a worker of the bench runs its cases. */
struct oom_place {
    char folder[FOLDER_PATH_MAX]; /* the program's */
    char output[FOLDER_PATH_MAX], errors[FOLDER_PATH_MAX];
    char template[FOLDER_PATH_MAX]; /* what is in the folder at the start */
    struct fault_shared *shared;
};

/* `root` is the project's; everything is below `work`. */
void oom_place_init(struct oom_place *place, const char *work, unsigned number);
/* Fills the template. false, after a message: an input or a preparation is wrong. */
bool oom_prepare(const struct oom_place *place, const struct oom_case *tried, const char *root);
/* Runs it with nothing failing, twice. false, after a message: it is not the same twice, or leaks by itself. */
bool oom_usual(const struct oom_place *place, const struct oom_case *tried, enum fault_class class,
               struct oom_usual *usual);
enum verdict oom_try(const struct oom_place *place, const struct oom_case *tried, const struct fault_plan *plan,
                     const struct oom_usual *usual);
/* What it printed on standard error, and the note. */
void oom_tell(const struct oom_place *place);

#endif

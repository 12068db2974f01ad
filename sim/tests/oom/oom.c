/* Every allocation fails once, and every system call in each of its ways: over the cases of cases.def, which of them
 * does not end as it should?
 *
 * The model is SQLite's (test/malloc_common.tcl): number N fails, once and from N on, for N = 1, 2, 3 …, until there is
 * no Nth. Each point is a process of its own, forked from this one. What counts as good is in verdicts.def, what a leak
 * is in heap.c. */
#include "sim/tests/oom/broken.h"
#include "sim/tests/oom/trial.h"

#include "sim/cli/cli.h"

#include <getopt.h>
#include <limits.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

int drydock_main(int argc, char **argv); /* main() of sim/main.c */

static const struct oom_case cases[] = {
#define CASE(verb, command, inputs, prepare) {verb, command, inputs, prepare, NULL, false, drydock_main, 0},
#define TIMED(verb, command, inputs, prepare) {verb, command, inputs, prepare, NULL, true, drydock_main, 0},
#define SERVED(verb, command, inputs, requests) {verb, command, inputs, "", requests, true, drydock_main, 0},
#include "sim/tests/oom/cases.def"
};

enum { CASE_COUNT = sizeof cases / sizeof cases[0], JOBS_MAX = 64, TOLD_MAX = 5, POINTS_MAX = 1 << 20 };

struct options {
    const char *filter; /* only cases with this in their command */
    unsigned every;     /* only each K-th point */
    unsigned jobs;
    uint32_t at; /* only this point, with all that it says; 0: all */
    bool classes[2];
    bool list, self, quiet;
};

static void usage(void)
{
    fputs("usage: oom [--every K] [--jobs N] [--case TEXT] [--memory|--calls] [--at N] [--list] [--self] [--quiet]\n",
          stderr);
    exit(EXIT_FAILURE);
}

static unsigned number_of(const char *text)
{
    char *end = NULL;
    unsigned long number = strtoul(text, &end, 10);

    if (*end != '\0' || number == 0 || number > UINT32_MAX) {
        usage();
    }
    return (unsigned)number;
}

static struct options read_options(int argc, char **argv)
{
    static const struct option known[] = {
        {"every", required_argument, NULL, 'e'}, {"jobs", required_argument, NULL, 'j'},
        {"case", required_argument, NULL, 'c'},  {"memory", no_argument, NULL, 'm'},
        {"calls", no_argument, NULL, 's'},       {"at", required_argument, NULL, 'a'},
        {"list", no_argument, NULL, 'l'},        {"self", no_argument, NULL, 't'},
        {"quiet", no_argument, NULL, 'q'},       {NULL, 0, NULL, 0}};
    long processors = sysconf(_SC_NPROCESSORS_ONLN);
    struct options options = {.every = 1, .classes = {true, true}, .jobs = processors > 0 ? (unsigned)processors : 1};
    int option = 0;

    while ((option = getopt_long(argc, argv, "", known, NULL)) != -1) {
        switch (option) {
        case 'e':
            options.every = number_of(optarg);
            break;
        case 'j':
            options.jobs = number_of(optarg);
            break;
        case 'c':
            options.filter = optarg;
            break;
        case 'm':
            options.classes[CLASS_CALL] = false;
            break;
        case 's':
            options.classes[CLASS_MEMORY] = false;
            break;
        case 'a':
            options.at = number_of(optarg);
            break;
        case 'l':
            options.list = true;
            break;
        case 'q':
            options.quiet = true;
            break;
        case 't':
            options.self = true;
            break;
        default:
            usage();
        }
    }
    options.jobs = options.jobs > JOBS_MAX ? JOBS_MAX : options.jobs;
    return options;
}

/* ---- the points of a case -------------------------------------------------------------------------------------- */

struct bench {
    const struct options *options;
    struct oom_place places[JOBS_MAX];
    struct fault_plan *plans;
    uint8_t *verdicts; /* shared with the workers */
    uint32_t count;
    uint64_t tallies[VERDICT_COUNT], points[2];
    uint64_t owners[OWNERS_MAX];
};

static void add_plan(struct bench *bench, const struct fault_plan *plan)
{
    if (bench->count == POINTS_MAX) {
        fputs("oom: too many points\n", stderr);
        exit(EXIT_FAILURE);
    }
    bench->plans[bench->count++] = *plan;
}

static void plan_points(struct bench *bench, enum fault_class class, uint32_t points)
{
    const struct fault_shared *shared = bench->places[0].shared;

    bench->count = 0;
    for (uint32_t number = 1; number <= points; number++) {
        struct fault_plan plan = {.class = class, .number = number, .tell = bench->options->at != 0};

        for (unsigned ever = 0; ever < 2; ever++) {
            plan.for_ever = ever == 1;
            if (class == CLASS_MEMORY) {
                add_plan(bench, &plan);
                continue;
            }
            for (unsigned fault = 0; fault < CALL_FAULT_COUNT; fault++) {
                plan.fault = (enum call_fault)fault;
                if ((call_faults(shared->calls[number]) & (1U << fault)) &&
                    (ever == 0 || call_fault_may_stay(plan.fault))) {
                    add_plan(bench, &plan);
                }
            }
        }
    }
}

/* Of every K points another one each time: neighbours differ in how they fail. */
static bool is_tried(const struct options *options, const struct bench *bench, uint32_t place)
{
    const uint32_t prime = 7919, block = place / options->every;

    return options->at != 0 ? bench->plans[place].number == options->at
                            : place % options->every == (uint64_t)block * prime % options->every;
}

static void try_points(struct bench *bench, const struct oom_case *tried, const struct oom_usual *usual)
{
    unsigned jobs = bench->options->jobs;

    (void)fflush(NULL);
    for (unsigned job = 0; job < jobs; job++) {
        if (fork() != 0) {
            continue;
        }
        uint32_t number = 0;

        (void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
        (void)prctl(PR_SET_PDEATHSIG, SIGTERM, 0, 0, 0);
        for (uint32_t i = 0; i < bench->count; i++) {
            if (is_tried(bench->options, bench, i) && number++ % jobs == job) {
                bench->verdicts[i] = (uint8_t)oom_try(&bench->places[job], tried, &bench->plans[i], usual);
            }
        }
        exit(EXIT_SUCCESS);
    }
    for (unsigned job = 0; job < jobs; job++) {
        int status = 0;

        if (wait(&status) < 0 || status != 0) {
            fputs("oom: a worker of the bench died\n", stderr);
            exit(EXIT_FAILURE);
        }
    }
}

static void tell_plan(const struct bench *bench, const struct fault_plan *plan)
{
    if (plan->class == CLASS_MEMORY) {
        printf("allocation %u%s", (unsigned)plan->number, plan->for_ever ? " and all after it" : "");
    } else {
        printf("call %u, %s: %s%s", (unsigned)plan->number, call_name(bench->places[0].shared->calls[plan->number]),
               call_fault_name(plan->fault), plan->for_ever ? ", and all after it" : "");
    }
}

/* A point that did not end as it should, once more. */
static void tell_again(struct bench *bench, const struct oom_case *tried, const struct oom_usual *usual, uint32_t place)
{
    struct fault_plan plan = bench->plans[place];
    const struct verdict_info *info = verdict_info(bench->verdicts[place]);

    printf("    %s: ", info->name);
    tell_plan(bench, &plan);
    printf("  (--case '%s' %s --at %u)\n", tried->command, plan.class == CLASS_MEMORY ? "--memory" : "--calls",
           (unsigned)plan.number);
    plan.tell = true;
    (void)oom_try(&bench->places[0], tried, &plan, usual);
    oom_tell(&bench->places[0]);
}

static void tell_case(const struct oom_case *tried, enum fault_class class, uint64_t points, const uint64_t *tallies)
{
    printf("%-6s %-7s %6llu", class == CLASS_MEMORY ? "memory" : "calls", tried->verb, (unsigned long long)points);
    for (unsigned i = 0; i < VERDICT_COUNT; i++) {
        printf(" %6llu", (unsigned long long)tallies[i]);
    }
    printf("  %s\n", tried->command);
    (void)fflush(stdout);
}

/* One case and class. false: some point did not end as it should. */
static bool try_case(struct bench *bench, const struct oom_case *tried, enum fault_class class)
{
    static struct oom_usual usual;
    uint64_t tallies[VERDICT_COUNT] = {0}, tried_count = 0;
    unsigned told = 0;
    bool good = true;

    if (!oom_usual(&bench->places[0], tried, class, &usual)) {
        return false;
    }
    if (class == CLASS_MEMORY) {
        for (unsigned i = 0; i < OWNERS_MAX; i++) {
            bench->owners[i] += atomic_load(&bench->places[0].shared->owners[i].asked);
        }
    }
    plan_points(bench, class, usual.points);
    try_points(bench, tried, &usual);
    for (uint32_t i = 0; i < bench->count; i++) {
        if (is_tried(bench->options, bench, i)) {
            tallies[bench->verdicts[i]]++;
            tried_count++;
        }
    }
    for (unsigned i = 0; i < VERDICT_COUNT; i++) {
        bench->tallies[i] += tallies[i];
        good = good && (verdict_info((enum verdict)i)->good || tallies[i] == 0);
    }
    bench->points[class] += tried_count;
    if (!good || !bench->options->quiet) {
        tell_case(tried, class, tried_count, tallies);
    }
    for (uint32_t i = 0; i < bench->count; i++) {
        if (is_tried(bench->options, bench, i) &&
            (!verdict_info(bench->verdicts[i])->good || bench->options->at != 0)) {
            if (told++ < TOLD_MAX) {
                tell_again(bench, tried, &usual, i);
            }
        }
    }
    return good;
}

static void tell_header(void)
{
    printf("%-6s %-7s %6s", "fails", "verb", "points");
    for (unsigned i = 0; i < VERDICT_COUNT; i++) {
        printf(" %6.6s", verdict_info((enum verdict)i)->name);
    }
    printf("  case\n");
}

static void tell_total(const struct bench *bench)
{
    printf("%llu points (%llu allocations, %llu calls)%s:", (unsigned long long)(bench->points[0] + bench->points[1]),
           (unsigned long long)bench->points[0], (unsigned long long)bench->points[1],
           bench->options->every > 1 ? ", a sample" : "");
    for (unsigned i = 0; i < VERDICT_COUNT; i++) {
        printf(" %llu %s%s", (unsigned long long)bench->tallies[i], verdict_info((enum verdict)i)->name,
               i + 1 < VERDICT_COUNT ? "," : "\n");
    }
    printf("asked for memory:");
    for (unsigned i = 0; i < OWNERS_MAX; i++) {
        if (bench->owners[i] > 0) {
            printf(" %s %llu", bench->places[0].shared->owners[i].name, (unsigned long long)bench->owners[i]);
        }
    }
    printf("\n");
}

static void *shared_memory(size_t size)
{
    void *memory = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (memory == MAP_FAILED) {
        perror("oom");
        exit(EXIT_FAILURE);
    }
    return memory;
}

static bool is_chosen(const struct options *options, const struct oom_case *tried)
{
    return options->filter == NULL || strstr(tried->command, options->filter) != NULL;
}

int main(int argc, char **argv)
{
    static struct bench bench;
    char root[PATH_MAX], work[] = "/tmp/drydock-oom-XXXXXX";
    const struct options options = read_options(argc, argv);
    bool good = true;

    if (getcwd(root, sizeof root) == NULL || mkdtemp(work) == NULL) {
        perror("oom");
        return EXIT_FAILURE;
    }
    (void)prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0);
    bench.options = &options;
    bench.plans = shared_memory(POINTS_MAX * sizeof *bench.plans);
    bench.verdicts = shared_memory(POINTS_MAX);
    for (unsigned i = 0; i < options.jobs; i++) {
        oom_place_init(&bench.places[i], work, i);
    }
    if (options.self) {
        good = broken_are_found(&bench.places[0], options.quiet);
    } else {
        if (options.every > 1) {
            printf("one of %u points: a sample\n", options.every);
        }
        if (!options.quiet) {
            tell_header();
        }
        for (unsigned i = 0; i < CASE_COUNT; i++) {
            if (!is_chosen(&options, &cases[i])) {
                continue;
            }
            if (options.list) {
                printf("%s\n", cases[i].command);
                continue;
            }
            if (!oom_prepare(&bench.places[0], &cases[i], root)) {
                good = false;
                continue;
            }
            for (unsigned class = 0; class < 2; class ++) {
                good = (!options.classes[class] || try_case(&bench, &cases[i], (enum fault_class) class)) && good;
            }
        }
        tell_total(&bench);
    }
    folder_empty(work);
    (void)rmdir(work);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}

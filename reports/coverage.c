#include "reports/coverage.h"

#include "core/heap.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int by_number(const void *left, const void *right)
{
    const unsigned *a = left, *b = right;

    return (*a > *b) - (*a < *b);
}

bool coverage_reached_by(const struct coverage_point *point, unsigned run)
{
    return point->runs > 0 && bsearch(&run, point->reached_by, point->runs, sizeof run, by_number) != NULL;
}

#ifndef DRYDOCK_COVERAGE

bool coverage_available(void)
{
    return false;
}

void coverage_begin(struct coverage *coverage)
{
    (void)coverage;
}

bool coverage_end(struct coverage *coverage, const char *folder, const struct run_record *record)
{
    (void)coverage;
    (void)folder;
    (void)record;
    return false;
}

void coverage_table_write(struct sink *sink, const struct coverage *coverage)
{
    (void)sink;
    (void)coverage;
}

void coverage_free(struct coverage *coverage)
{
    (void)coverage;
}

#else

#include <cjson/cJSON.h>

#include <dirent.h>
#include <errno.h>
#include <ftw.h>
#include <gcov.h>
#include <spawn.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

enum { PATH_SIZE = 4096, ARGUMENTS_MAX = 256, BRANCHES_MAX_PER_LINE = 1000 };

extern char **environ;

bool coverage_available(void)
{
    return true;
}

static bool complain(const char *what)
{
    fprintf(stderr, "drydock: coverage: %s: %s\n", what, strerror(errno));
    return false;
}

static void *grown(void *items, unsigned count, unsigned *size, size_t item_size)
{
    if (count < *size) {
        return items;
    }
    *size = *size == 0 ? 256 : *size * 2;
    return heap_resize(items, *size * item_size);
}

/* ---- the counters
 * -------------------------------------------------------------------------------------------------------------- */

/* Counters are dumped below this process's own folder; gcov finds the notes (.gcno) beside them by links. */
static bool link_notes(struct coverage *coverage)
{
    char target[2 * PATH_SIZE];
    char link[2 * PATH_SIZE];
    char folder[PATH_SIZE];
    DIR *notes = opendir(DRYDOCK_OBJECTS "/core");
    struct dirent *entry = NULL;

    if (notes == NULL) {
        return complain(DRYDOCK_OBJECTS "/core");
    }
    snprintf(folder, sizeof folder, "%s%s/core", coverage->folder, DRYDOCK_OBJECTS);
    for (char *slash = folder + strlen(coverage->folder) + 1; slash != NULL; slash = strchr(slash + 1, '/')) {
        *slash = *slash == '/' ? '\0' : *slash;
        mkdir(folder, 0700);
        *slash = *slash == '\0' ? '/' : *slash;
    }
    mkdir(folder, 0700);
    while ((entry = readdir(notes)) != NULL) {
        size_t length = strlen(entry->d_name);

        if (length > 5 && strcmp(entry->d_name + length - 5, ".gcno") == 0) {
            snprintf(target, sizeof target, "%s/core/%s", DRYDOCK_OBJECTS, entry->d_name);
            snprintf(link, sizeof link, "%s/%s", folder, entry->d_name);
            if (symlink(target, link) != 0) {
                closedir(notes);
                return complain(link);
            }
        }
    }
    closedir(notes);
    return true;
}

void coverage_begin(struct coverage *coverage)
{
    if (coverage->folder == NULL) {
        /* In memory where that can be: a run leaves some fifty files there, each made and removed again. */
        char in_memory[] = "/dev/shm/drydock-coverage-XXXXXX";
        char on_disk[] = "/tmp/drydock-coverage-XXXXXX";
        const char *folder = mkdtemp(in_memory);

        folder = folder == NULL ? mkdtemp(on_disk) : folder;
        if (folder == NULL) {
            complain(on_disk);
            return;
        }
        coverage->folder = heap_string(folder);
        setenv("GCOV_PREFIX", coverage->folder, 1);
        if (!link_notes(coverage)) {
            return;
        }
    }
    __gcov_reset();
}

/* gcov's arguments: every counter file of core/. The previous dump was removed, so counts are of one run. */
static unsigned list_counters(const struct coverage *coverage, char *arguments[ARGUMENTS_MAX])
{
    char folder[PATH_SIZE];
    struct dirent **entries = NULL;
    unsigned count = 0;

    arguments[count++] = heap_string("gcov");
    arguments[count++] = heap_string("--json-format");
    arguments[count++] = heap_string("--stdout");
    arguments[count++] = heap_string("--branch-probabilities");
    snprintf(folder, sizeof folder, "%s%s/core", coverage->folder, DRYDOCK_OBJECTS);
    int found = scandir(folder, &entries, NULL, alphasort);

    for (int i = 0; i < found; i++) {
        size_t length = strlen(entries[i]->d_name);

        if (length > 5 && strcmp(entries[i]->d_name + length - 5, ".gcda") == 0 && count < ARGUMENTS_MAX - 1) {
            size_t size = strlen(folder) + length + 2;

            arguments[count] = heap_take(size);
            snprintf(arguments[count++], size, "%s/%s", folder, entries[i]->d_name);
        }
        free(entries[i]);
    }
    free(entries);
    arguments[count] = NULL;
    return count;
}

/* What gcov prints; the caller frees it. NULL after a message. */
static char *run_gcov(char *const arguments[])
{
    posix_spawn_file_actions_t actions;
    int ends[2];
    pid_t child = 0;
    struct sink output;
    char buffer[65536];
    ssize_t length = 0;
    int status = 0;

    if (pipe(ends) != 0) {
        complain("pipe");
        return NULL;
    }
    posix_spawn_file_actions_init(&actions);
    posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
    posix_spawn_file_actions_addclose(&actions, ends[0]);
    posix_spawn_file_actions_addclose(&actions, ends[1]);
    errno = posix_spawnp(&child, "gcov", &actions, NULL, arguments, environ);
    posix_spawn_file_actions_destroy(&actions);
    close(ends[1]);
    if (errno != 0) {
        complain("gcov");
        close(ends[0]);
        return NULL;
    }
    sink_init(&output);
    while ((length = read(ends[0], buffer, sizeof buffer)) > 0) {
        sink_add_n(&output, buffer, (size_t)length);
    }
    close(ends[0]);
    waitpid(child, &status, 0);
    if (status != 0) {
        fputs("drydock: coverage: gcov failed\n", stderr);
        sink_free(&output);
        return NULL;
    }
    return output.text;
}

/* ---- points
 * --------------------------------------------------------------------------------------------------------------------
 */

static const char *file_name(struct coverage *coverage, const char *name)
{
    for (unsigned i = 0; i < coverage->file_count; i++) {
        if (strcmp(coverage->files[i], name) == 0) {
            return coverage->files[i];
        }
    }
    coverage->files = grown(coverage->files, coverage->file_count, &coverage->file_size, sizeof *coverage->files);
    coverage->files[coverage->file_count] = heap_string(name);
    return coverage->files[coverage->file_count++];
}

static unsigned *find_slot(const struct coverage *coverage, const char *file, int line, int branch)
{
    const uint64_t hash = hash_combine(hash_text(file), ((uint64_t)(unsigned)line << 32) | (unsigned)branch);
    unsigned at = (unsigned)hash & (coverage->slot_count - 1);

    while (coverage->slots[at] != 0) {
        const struct coverage_point *point = &coverage->points[coverage->slots[at] - 1];

        if (point->file == file && point->line == line && point->branch == branch) {
            break;
        }
        at = (at + 1) & (coverage->slot_count - 1);
    }
    return &coverage->slots[at];
}

/* At least every other slot is free. */
static void enlarge_slots(struct coverage *coverage)
{
    if (coverage->slot_count > 2 * coverage->point_size) {
        return;
    }
    coverage->slot_count = coverage->slot_count == 0 ? 1024 : 4 * coverage->slot_count;
    free(coverage->slots);
    coverage->slots = heap_take_zeroed(coverage->slot_count, sizeof coverage->slots[0]);
    for (unsigned i = 0; i < coverage->point_count; i++) {
        const struct coverage_point *point = &coverage->points[i];

        *find_slot(coverage, point->file, point->line, point->branch) = i + 1;
    }
}

static struct coverage_point *find_point(struct coverage *coverage, const char *file, int line, int branch)
{
    coverage->points = grown(coverage->points, coverage->point_count, &coverage->point_size, sizeof *coverage->points);
    enlarge_slots(coverage);
    unsigned *slot = find_slot(coverage, file, line, branch);

    if (*slot == 0) {
        *slot = coverage->point_count + 1;
        coverage->points[coverage->point_count++] =
            (struct coverage_point){.file = file, .line = line, .branch = branch};
    }
    return &coverage->points[*slot - 1];
}

static void reach(struct coverage *coverage, const char *file, int line, int branch, bool reached)
{
    struct coverage_point *point = find_point(coverage, file, line, branch);
    const unsigned run = coverage->run_count - 1;

    /* a header's lines come once per file with it */
    if (reached && (point->runs == 0 || point->reached_by[point->runs - 1] != run)) {
        point->reached_by = grown(point->reached_by, point->runs, &point->size, sizeof point->reached_by[0]);
        point->reached_by[point->runs++] = run;
        *(branch < 0 ? &coverage->runs[run].lines : &coverage->runs[run].branches) += 1;
    }
}

/* ---- the tracefile, man geninfo
 * ------------------------------------------------------------------------------------------------- */

static int number_of(const cJSON *object, const char *key)
{
    return (int)cJSON_GetNumberValue(cJSON_GetObjectItemCaseSensitive(object, key));
}

static void write_functions(struct sink *info, const cJSON *functions)
{
    const cJSON *function = NULL;
    unsigned found = 0;
    unsigned hit = 0;

    cJSON_ArrayForEach (function, functions) {
        const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(function, "name"));
        int count = number_of(function, "execution_count");

        sink_printf(info, "FN:%d,%s\nFNDA:%d,%s\n", number_of(function, "start_line"), name, count, name);
        found++;
        hit += count > 0;
    }
    sink_printf(info, "FNF:%u\nFNH:%u\n", found, hit);
}

struct totals {
    unsigned lines, lines_hit, branches, branches_hit;
};

static void write_line(struct coverage *coverage, struct sink *info, const char *file, const cJSON *line,
                       struct totals *totals)
{
    int number = number_of(line, "line_number");
    int count = number_of(line, "count");
    const cJSON *branch = NULL;
    int index = 0;

    sink_printf(info, "DA:%d,%d\n", number, count);
    totals->lines++;
    totals->lines_hit += count > 0;
    reach(coverage, file, number, -1, count > 0);
    cJSON_ArrayForEach (branch, cJSON_GetObjectItemCaseSensitive(line, "branches")) {
        int taken = number_of(branch, "count");

        if (count > 0) {
            sink_printf(info, "BRDA:%d,0,%d,%d\n", number, index, taken);
        } else {
            sink_printf(info, "BRDA:%d,0,%d,-\n", number, index);
        }
        totals->branches++;
        totals->branches_hit += taken > 0;
        reach(coverage, file, number, index++, taken > 0);
    }
}

static void write_file(struct coverage *coverage, struct sink *info, const char *test, const cJSON *entry)
{
    const char *name = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(entry, "file"));
    const cJSON *line = NULL;
    struct totals totals = {0, 0, 0, 0};

    if (name == NULL || strncmp(name, "core/", 5) != 0) {
        return;
    }
    const char *file = file_name(coverage, name);

    sink_printf(info, "TN:%s\nSF:%s\n", test, name);
    write_functions(info, cJSON_GetObjectItemCaseSensitive(entry, "functions"));
    cJSON_ArrayForEach (line, cJSON_GetObjectItemCaseSensitive(entry, "lines")) {
        write_line(coverage, info, file, line, &totals);
    }
    sink_printf(info, "BRF:%u\nBRH:%u\nLF:%u\nLH:%u\nend_of_record\n", totals.branches, totals.branches_hit,
                totals.lines, totals.lines_hit);
}

/* gcov prints one JSON document per counter file, a line each. */
static void write_info(struct coverage *coverage, struct sink *info, const char *test, const char *documents)
{
    while (*documents != '\0') {
        size_t length = strcspn(documents, "\n");
        cJSON *document = cJSON_ParseWithLength(documents, length);
        const cJSON *entry = NULL;

        cJSON_ArrayForEach (entry, cJSON_GetObjectItemCaseSensitive(document, "files")) {
            write_file(coverage, info, test, entry);
        }
        cJSON_Delete(document);
        documents += length + (documents[length] == '\n');
    }
}

/* A test name for lcov: letters, digits and underscores. */
static void test_name(const struct run_record *record, char *name, size_t size)
{
    snprintf(name, size, "%s_%s", record->scenario, record->revision);
    for (char *at = name; *at != '\0'; at++) {
        if (strchr("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789", *at) == NULL) {
            *at = '_';
        }
    }
}

static void remove_counters(char *const arguments[], unsigned count)
{
    for (unsigned i = 4; i < count; i++) {
        unlink(arguments[i]);
    }
}

bool coverage_end(struct coverage *coverage, const char *folder, const struct run_record *record)
{
    char *arguments[ARGUMENTS_MAX];
    char name[256];
    char path[PATH_SIZE];
    struct sink info;

    if (coverage->folder == NULL) {
        return false;
    }
    __gcov_dump();
    unsigned count = list_counters(coverage, arguments);
    char *documents = run_gcov(arguments);

    remove_counters(arguments, count);
    for (unsigned i = 0; i < count; i++) {
        free(arguments[i]);
    }
    if (documents == NULL) {
        return false;
    }
    test_name(record, name, sizeof name);
    coverage->runs = grown(coverage->runs, coverage->run_count, &coverage->run_size, sizeof *coverage->runs);
    coverage->runs[coverage->run_count++] = (struct coverage_run){heap_string(name), 0, 0};
    sink_init(&info);
    write_info(coverage, &info, name, documents);
    free(documents);
    if (mkdir(folder, 0777) != 0 && errno != EEXIST) {
        sink_free(&info);
        return complain(folder);
    }
    snprintf(path, sizeof path, "%s/%s.info", folder, name);
    bool good = sink_deliver(&info, path) || complain(path);

    sink_free(&info);
    return good;
}

/* ---- the table
 * --------------------------------------------------------------------------------------------------------------------
 */

/* Lines and branches that this run alone reaches. */
static void count_own(const struct coverage *coverage, unsigned run, unsigned *lines, unsigned *branches)
{
    *lines = 0;
    *branches = 0;
    for (unsigned i = 0; i < coverage->point_count; i++) {
        const struct coverage_point *point = &coverage->points[i];

        *(point->branch < 0 ? lines : branches) += point->runs == 1 && point->reached_by[0] == run;
    }
}

static void add_row(struct sink *sink, const char *name, unsigned lines, unsigned lines_all, unsigned branches,
                    unsigned branches_all)
{
    sink_printf(sink, "%-48.48s %5u %3u%% %7u %3u%%", name, lines, lines_all == 0 ? 0 : lines * 100 / lines_all,
                branches, branches_all == 0 ? 0 : branches * 100 / branches_all);
}

void coverage_table_write(struct sink *sink, const struct coverage *coverage)
{
    unsigned lines_all = 0;
    unsigned branches_all = 0;
    unsigned lines = 0;
    unsigned branches = 0;

    for (unsigned i = 0; i < coverage->point_count; i++) {
        const struct coverage_point *point = &coverage->points[i];
        const bool reached = point->runs > 0;

        *(point->branch < 0 ? &lines_all : &branches_all) += 1;
        *(point->branch < 0 ? &lines : &branches) += reached;
    }
    sink_printf(sink, "%-48s %10s %12s  %s\n", "core/ reached by", "lines", "branches", "by no other");
    for (unsigned run = 0; run < coverage->run_count; run++) {
        unsigned own_lines = 0;
        unsigned own_branches = 0;

        count_own(coverage, run, &own_lines, &own_branches);
        add_row(sink, coverage->runs[run].name, coverage->runs[run].lines, lines_all, coverage->runs[run].branches,
                branches_all);
        sink_printf(sink, "  %u lines, %u branches\n", own_lines, own_branches);
    }
    add_row(sink, "all together", lines, lines_all, branches, branches_all);
    sink_printf(sink, "  of %u lines, %u branches\n", lines_all, branches_all);
}

static int remove_entry(const char *path, const struct stat *status, int kind, struct FTW *place)
{
    (void)status;
    (void)kind;
    (void)place;
    return remove(path);
}

void coverage_free(struct coverage *coverage)
{
    for (unsigned i = 0; i < coverage->point_count; i++) {
        free(coverage->points[i].reached_by);
    }
    for (unsigned i = 0; i < coverage->run_count; i++) {
        free(coverage->runs[i].name);
    }
    for (unsigned i = 0; i < coverage->file_count; i++) {
        free(coverage->files[i]);
    }
    free(coverage->points);
    free(coverage->slots);
    free(coverage->runs);
    free(coverage->files);
    if (coverage->folder != NULL) {
        nftw(coverage->folder, remove_entry, 16, FTW_DEPTH | FTW_PHYS);
        free(coverage->folder);
        unsetenv("GCOV_PREFIX");
    }
    *coverage = (struct coverage){.folder = NULL};
}

#endif

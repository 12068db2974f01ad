#include "sim/search/workers.h"

#include "core/heap.h"

#include <assert.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TICK_MS = 100, EXIT_BROKEN = 3 /* internal error, as the command line says it */ };

struct workers_shared *workers_shared_new(void)
{
    void *shared = mmap(NULL, sizeof(struct workers_shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (shared == MAP_FAILED) {
        heap_is_out();
    }
    return shared;
}

void workers_shared_free(struct workers_shared *shared)
{
    munmap(shared, sizeof *shared);
}

/* ---- in a worker
 * ------------------------------------------------------------------------------------------------- */

/* What stands before each text that a worker hands over. */
struct parcel {
    uint32_t index;
    uint32_t length; /* bytes, the NUL included */
};

static void die(const char *what)
{
    fprintf(stderr, "drydock: %s: %s\n", what, strerror(errno));
    _exit(EXIT_BROKEN);
}

static void write_all(int file, const void *bytes, size_t length)
{
    const char *next = bytes;

    while (length > 0) {
        ssize_t written = write(file, next, length);

        if (written < 0 && errno != EINTR) {
            die("a worker cannot hand over its results");
        }
        if (written > 0) {
            next += written;
            length -= (size_t)written;
        }
    }
}

static bool take_piece(struct workers_shared *shared, uint32_t count, uint32_t *index)
{
    if (atomic_load(&shared->stop)) {
        return false;
    }
    *index = atomic_fetch_add(&shared->next, 1);
    return *index < count;
}

static void work_all(const struct workers *workers, uint32_t count, int file)
{
    struct arena arena;
    uint32_t index = 0;

    arena_init(&arena, arena_source_malloc());
    while (take_piece(workers->shared, count, &index)) {
        const char *text = workers->work(workers->context, index, &arena);
        struct parcel parcel = {index, (uint32_t)strlen(text) + 1};

        write_all(file, &parcel, sizeof parcel);
        write_all(file, text, parcel.length);
        atomic_fetch_add(&workers->shared->done, 1);
        arena_reset(&arena);
    }
}

/* ---- in the parent
 * --------------------------------------------------------------------------------------------------- */

struct worker {
    pid_t process;
    int pipe; /* from it; −1: it has ended */
};

/* What has come in. */
struct receipts {
    const struct workers *workers;
    struct arena *arena;
    const char **texts;
    bool (*take)(void *context, uint32_t index, const char *text); /* NULL: the texts stay */
    uint32_t count, taken;
    bool enough;
};

static void tick(const struct workers *workers)
{
    if (workers->tick != NULL) {
        workers->tick(workers->context);
    }
}

/* Hands on what has come in, as far as nothing before it is missing. */
static void take_in_order(struct receipts *receipts)
{
    const struct workers *workers = receipts->workers;

    while (receipts->take != NULL && !receipts->enough && receipts->taken < receipts->count &&
           receipts->texts[receipts->taken] != NULL) {
        uint32_t index = receipts->taken++;

        receipts->enough = !receipts->take(workers->context, index, receipts->texts[index]);
    }
    if (receipts->enough) {
        atomic_store(&workers->shared->stop, true);
    }
}

static void work_here(struct receipts *receipts)
{
    const struct workers *workers = receipts->workers;
    struct arena own;
    uint32_t index = 0;

    arena_init(&own, arena_source_malloc());
    while (take_piece(workers->shared, receipts->count, &index)) {
        receipts->texts[index] = arena_string(receipts->arena, workers->work(workers->context, index, &own));
        atomic_fetch_add(&workers->shared->done, 1);
        arena_reset(&own);
        take_in_order(receipts);
        tick(workers);
    }
}

/* Reads as much as is wanted, or up to the end; returns how much. */
static size_t read_all(int file, void *bytes, size_t length)
{
    size_t got = 0;

    while (got < length) {
        ssize_t more = read(file, (char *)bytes + got, length - got);

        if (more < 0 && errno != EINTR) {
            die("the results of a worker cannot be read");
        }
        if (more == 0) {
            break;
        }
        got += more < 0 ? 0 : (size_t)more;
    }
    return got;
}

static void end_all(const struct worker *workers, uint32_t count)
{
    for (uint32_t i = 0; i < count; i++) {
        if (workers[i].pipe >= 0) {
            kill(workers[i].process, SIGKILL);
        }
    }
}

/* A worker's pipe has ended, and so has it. */
static void see_off(struct worker *worker, struct worker *all, uint32_t count)
{
    int status = 0;

    close(worker->pipe);
    worker->pipe = -1;
    while (waitpid(worker->process, &status, 0) < 0 && errno == EINTR) {
    }
    if (status != 0) {
        end_all(all, count);
        fprintf(stderr, "drydock: a worker died (wait status %d)\n", status);
        exit(EXIT_BROKEN);
    }
}

/* Takes in one text. false: there is none, the worker has ended; one that dies has its text cut off. */
static bool receive(struct receipts *receipts, int pipe)
{
    struct parcel parcel = {0, 0};

    if (read_all(pipe, &parcel, sizeof parcel) < sizeof parcel) {
        return false;
    }
    char *text = arena_alloc(receipts->arena, parcel.length);

    if (read_all(pipe, text, parcel.length) < parcel.length) {
        return false;
    }
    receipts->texts[parcel.index] = text;
    return true;
}

/* Until all workers have ended. */
static void receive_all(struct receipts *receipts, struct worker *workers, uint32_t count)
{
    struct pollfd pipes[WORKERS_JOBS_MAX];
    uint32_t alive = count;

    while (alive > 0) {
        for (uint32_t i = 0; i < count; i++) {
            pipes[i] = (struct pollfd){workers[i].pipe, POLLIN, 0};
        }
        int ready = poll(pipes, count, TICK_MS);

        for (uint32_t i = 0; i < count && ready > 0; i++) {
            if (pipes[i].revents != 0 && !receive(receipts, workers[i].pipe)) {
                see_off(&workers[i], workers, count);
                alive--;
            }
        }
        take_in_order(receipts);
        tick(receipts->workers);
    }
}

/* false, with errno, when the system refuses. */
static bool start_worker(const struct workers *workers, uint32_t count, struct worker *all, uint32_t index)
{
    int ends[2];

    if (pipe(ends) != 0) {
        return false;
    }
    pid_t process = fork();

    if (process == 0) {
        close(ends[0]);
        for (uint32_t i = 0; i < index; i++) {
            close(all[i].pipe); /* or a worker before would not notice that nobody reads any more */
        }
        work_all(workers, count, ends[1]);
        _exit(0);
    }
    close(ends[1]);
    all[index] = (struct worker){process, ends[0]};
    return process > 0;
}

static bool run(struct receipts *receipts)
{
    const struct workers *workers = receipts->workers;
    uint32_t jobs = workers->jobs < receipts->count ? workers->jobs : receipts->count;
    struct worker all[WORKERS_JOBS_MAX];

    assert(workers->jobs <= WORKERS_JOBS_MAX);
    atomic_store(&workers->shared->next, 0);
    atomic_store(&workers->shared->done, 0);
    atomic_store(&workers->shared->share, 0);
    atomic_store(&workers->shared->count, receipts->count);
    if (workers->jobs <= 1 || receipts->count == 0) {
        work_here(receipts);
        return true;
    }
    fflush(NULL);
    for (uint32_t i = 0; i < jobs; i++) {
        if (!start_worker(workers, receipts->count, all, i)) {
            return false;
        }
    }
    receive_all(receipts, all, jobs);
    return true;
}

bool workers_run(const struct workers *workers, uint32_t count, struct arena *arena, const char **texts)
{
    struct receipts receipts = {.workers = workers, .arena = arena, .texts = texts, .count = count};

    memset(texts, 0, count * sizeof *texts);
    return run(&receipts);
}

bool workers_take(const struct workers *workers, uint32_t count,
                  bool (*take)(void *context, uint32_t index, const char *text))
{
    struct arena arena;
    struct receipts receipts = {.workers = workers, .arena = &arena, .take = take, .count = count};

    arena_init(&arena, arena_source_malloc());
    receipts.texts = arena_alloc(&arena, (count + 1) * sizeof *receipts.texts);
    bool good = run(&receipts);

    arena_reset(&arena);
    return good;
}

#include "sim/search/workers.h"

#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

enum { TICK_MS = 100, JOBS_MAX = 256 };

struct workers_shared *workers_shared_new(void)
{
    void *shared = mmap(NULL, sizeof(struct workers_shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    return shared == MAP_FAILED ? NULL : shared;
}

void workers_shared_free(struct workers_shared *shared)
{
    munmap(shared, sizeof *shared);
}

/* ---- in a worker ----------------------------------------------------------------------------------------------------
 */

/* What stands before each text that a worker hands over. */
struct parcel {
    uint32_t index;
    uint32_t length; /* bytes, the NUL included */
};

static void die(const char *what)
{
    fprintf(stderr, "drydock: %s: %s\n", what, strerror(errno));
    _exit(3);
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

static void work_here(const struct workers *workers, uint32_t count, struct arena *arena, const char **texts)
{
    struct arena own;
    uint32_t index = 0;

    arena_init(&own, arena_source_malloc());
    while (take_piece(workers->shared, count, &index)) {
        texts[index] = arena_string(arena, workers->work(workers->context, index, &own));
        atomic_fetch_add(&workers->shared->done, 1);
        arena_reset(&own);
        if (workers->tick != NULL) {
            workers->tick(workers->context);
        }
    }
}

static bool read_all(int file, void *bytes, size_t length)
{
    char *next = bytes;

    while (length > 0) {
        ssize_t got = read(file, next, length);

        if (got == 0 || (got < 0 && errno != EINTR)) {
            return false;
        }
        if (got > 0) {
            next += got;
            length -= (size_t)got;
        }
    }
    return true;
}

static void collect(int file, struct arena *arena, const char **texts)
{
    struct parcel parcel;

    if (lseek(file, 0, SEEK_SET) < 0) {
        die("the results of a worker cannot be read");
    }
    while (read_all(file, &parcel, sizeof parcel)) {
        char *text = arena_alloc(arena, parcel.length);

        if (!read_all(file, text, parcel.length)) {
            die("the results of a worker are cut off");
        }
        texts[parcel.index] = text;
    }
}

/* Waits for all children, ticking. */
static void wait_for(const struct workers *workers, pid_t *children, uint32_t count)
{
    uint32_t alive = count;

    while (alive > 0) {
        int status = 0;
        pid_t child = waitpid(-1, &status, WNOHANG);

        if (child > 0) {
            alive--;
            if (!WIFEXITED(status) || WEXITSTATUS(status) != 0) {
                for (uint32_t i = 0; i < count; i++) {
                    if (children[i] != child) {
                        kill(children[i], SIGKILL);
                    }
                }
                fprintf(stderr, "drydock: a worker died (wait status %d)\n", status);
                exit(3);
            }
            continue;
        }
        poll(NULL, 0, TICK_MS);
        if (workers->tick != NULL) {
            workers->tick(workers->context);
        }
    }
}

bool workers_run(const struct workers *workers, uint32_t count, struct arena *arena, const char **texts)
{
    uint32_t jobs = workers->jobs < count ? workers->jobs : count;
    pid_t children[JOBS_MAX];
    int files[JOBS_MAX];

    memset(texts, 0, count * sizeof *texts);
    atomic_store(&workers->shared->next, 0);
    atomic_store(&workers->shared->done, 0);
    if (workers->jobs <= 1 || count == 0) {
        work_here(workers, count, arena, texts);
        return true;
    }
    jobs = jobs > JOBS_MAX ? JOBS_MAX : jobs;
    fflush(NULL);
    for (uint32_t i = 0; i < jobs; i++) {
        files[i] = memfd_create("drydock", MFD_CLOEXEC);
        children[i] = files[i] < 0 ? -1 : fork();
        if (children[i] < 0) {
            return false;
        }
        if (children[i] == 0) {
            work_all(workers, count, files[i]);
            _exit(0);
        }
    }
    wait_for(workers, children, jobs);
    for (uint32_t i = 0; i < jobs; i++) {
        collect(files[i], arena, texts);
        close(files[i]);
    }
    return true;
}

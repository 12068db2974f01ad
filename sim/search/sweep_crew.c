#include "sim/search/sweep_crew.h"

#include "sim/search/grow.h"

#include <assert.h>
#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

enum { EXIT_BROKEN = 3 /* internal error, as the command line says it */ };

struct worker {
    pid_t process;
    int pipe; /* from it */
};

void words_add(struct words *words, uint64_t word)
{
    grow((void *)&words->items, &words->size, words->count + 1, sizeof words->items[0]);
    words->items[words->count++] = word;
}

void words_free(struct words *words)
{
    free(words->items);
    *words = (struct words){NULL, 0, 0};
}

static void break_off(const char *what)
{
    perror(what);
    exit(EXIT_BROKEN);
}

/* ---- in a worker
 * -------------------------------------------------------------------------------------------------------- */

static bool send_bytes(int pipe, const void *bytes, size_t length)
{
    const char *next = bytes;

    while (length > 0) {
        ssize_t sent = write(pipe, next, length);

        if (sent < 0 && errno != EINTR) {
            return false;
        }
        next += sent < 0 ? 0 : sent;
        length -= sent < 0 ? 0 : (size_t)sent;
    }
    return true;
}

/* Until its share is done, or nobody reads any more. */
static void work_share(const struct crew *crew, uint32_t share, uint32_t count, int pipe)
{
    struct words found = {NULL, 0, 0};

    for (uint32_t item = share; item < count; item += crew->jobs) {
        uint64_t length = 0;

        found.count = 0;
        crew->work(crew->context, item, &found);
        length = found.count;
        if (!send_bytes(pipe, &length, sizeof length) ||
            !send_bytes(pipe, found.items, found.count * sizeof found.items[0])) {
            break;
        }
    }
    words_free(&found);
}

static struct worker start_worker(const struct crew *crew, uint32_t share, uint32_t count, const struct worker *others)
{
    int ends[2];
    struct worker worker = {0, 0};

    if (pipe(ends) != 0 || (worker.process = fork()) < 0) {
        break_off("drydock: a process for the sweep");
    }
    if (worker.process == 0) {
        signal(SIGINT, SIG_IGN); /* the one that reads decides when it is over */
        signal(SIGPIPE, SIG_IGN);
        close(ends[0]);
        for (uint32_t i = 0; i < share; i++) {
            close(others[i].pipe);
        }
        work_share(crew, share, count, ends[1]);
        _exit(0);
    }
    close(ends[1]);
    worker.pipe = ends[0];
    return worker;
}

/* ---- where results are taken
 * -------------------------------------------------------------------------------------------- */

enum receipt { RECEIVED, STOPPED };

static enum receipt receive_bytes(const struct crew *crew, int pipe, void *bytes, size_t length)
{
    char *next = bytes;

    while (length > 0) {
        ssize_t got = read(pipe, next, length);

        if (got < 0 && errno == EINTR) {
            if (!crew->go_on(crew->context)) {
                return STOPPED;
            }
        } else if (got <= 0) {
            fputs("drydock: a process of the sweep has died\n", stderr);
            exit(EXIT_BROKEN);
        } else {
            next += got;
            length -= (size_t)got;
        }
    }
    return RECEIVED;
}

static enum receipt receive(const struct crew *crew, int pipe, struct words *found)
{
    uint64_t length = 0;

    if (receive_bytes(crew, pipe, &length, sizeof length) == STOPPED) {
        return STOPPED;
    }
    found->count = (uint32_t)length;
    grow((void *)&found->items, &found->size, found->count, sizeof found->items[0]);
    return receive_bytes(crew, pipe, found->items, found->count * sizeof found->items[0]);
}

static uint32_t run_alone(const struct crew *crew, uint32_t count)
{
    struct words found = {NULL, 0, 0};
    uint32_t item = 0;

    for (; item < count && crew->go_on(crew->context); item++) {
        found.count = 0;
        crew->work(crew->context, item, &found);
        crew->take(crew->context, item, &found);
    }
    words_free(&found);
    return item;
}

uint32_t crew_run(const struct crew *crew, uint32_t count)
{
    struct worker workers[CREW_JOBS_MAX];
    struct words found = {NULL, 0, 0};
    uint32_t item = 0;

    assert(crew->jobs >= 1 && crew->jobs <= CREW_JOBS_MAX);
    if (crew->jobs == 1 || count < 2) {
        return run_alone(crew, count);
    }
    for (uint32_t i = 0; i < crew->jobs; i++) {
        workers[i] = start_worker(crew, i, count, workers);
    }
    for (; item < count && crew->go_on(crew->context); item++) {
        if (receive(crew, workers[item % crew->jobs].pipe, &found) == STOPPED) {
            break;
        }
        crew->take(crew->context, item, &found);
    }
    for (uint32_t i = 0; i < crew->jobs; i++) {
        close(workers[i].pipe);
        kill(workers[i].process, SIGKILL); /* one that is ahead of a stop; the others have ended */
        while (waitpid(workers[i].process, NULL, 0) < 0 && errno == EINTR) {
        }
    }
    words_free(&found);
    return item;
}

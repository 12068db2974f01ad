/* Work side by side: the texts are the same, and come in the same order, for any number of processes. */
#include "sim/search/workers.h"

#include "sim/search/numbers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { PIECES = 40, ENOUGH = 7, JOBS = 3, TEXT_LONG = 200 * 1000 /* more than a pipe holds */ };

struct job {
    struct workers_shared *shared;
    uint32_t taken, ticks;
    uint32_t enough; /* stops there */
    bool dies;
};

/* Later pieces are done sooner, and one has a long text. */
static const char *work(void *context, uint32_t index, struct arena *arena)
{
    const struct job *job = context;

    if (job->dies && index == ENOUGH) {
        _exit(1);
    }
    usleep((PIECES - index) * 100);
    return index == 2 ? memset(arena_alloc(arena, TEXT_LONG + 1), 'x', TEXT_LONG) : arena_printf(arena, "%u", index);
}

static void tick(void *context)
{
    struct job *job = context;

    job->ticks++;
}

static bool take(void *context, uint32_t index, const char *text)
{
    struct job *job = context;

    assert_int_equal(index, job->taken);
    assert_true(index == 2 ? strlen(text) == TEXT_LONG : strtoul(text, NULL, 10) == index);
    job->taken++;
    return job->taken < job->enough;
}

static struct workers workers_of(struct job *job, uint32_t jobs)
{
    return (struct workers){jobs, job->shared, job, work, tick};
}

static void test_all_come_in_order(void **state)
{
    struct arena arena;
    const char *texts[PIECES];

    (void)state;
    arena_init(&arena, arena_source_malloc());
    for (uint32_t jobs = 1; jobs <= JOBS; jobs++) {
        struct job job = {.shared = workers_shared_new(), .enough = PIECES + 1};
        struct workers workers = workers_of(&job, jobs);

        assert_true(workers_run(&workers, PIECES, &arena, texts));
        assert_true(job.ticks > 0);
        assert_string_equal(texts[PIECES - 1], "39");
        assert_true(workers_take(&workers, PIECES, take));
        assert_int_equal(job.taken, PIECES);
        assert_int_equal(atomic_load(&job.shared->done), PIECES);
        workers_shared_free(job.shared);
    }
    arena_reset(&arena);
}

static void test_enough_is_enough(void **state)
{
    (void)state;
    for (uint32_t jobs = 1; jobs <= JOBS; jobs++) {
        struct job job = {.shared = workers_shared_new(), .enough = ENOUGH};
        struct workers workers = workers_of(&job, jobs);

        assert_true(workers_take(&workers, PIECES, take));
        assert_int_equal(job.taken, ENOUGH);
        assert_true(atomic_load(&job.shared->stop));
        assert_in_range(atomic_load(&job.shared->done), ENOUGH, PIECES - 1);
        workers_shared_free(job.shared);
    }
}

static void test_a_worker_that_dies_ends_the_program(void **state)
{
    int status = 0;

    (void)state;
    pid_t process = fork();

    if (process == 0) {
        struct job job = {.shared = workers_shared_new(), .enough = PIECES + 1, .dies = true};
        struct workers workers = workers_of(&job, JOBS);

        close(STDERR_FILENO);
        workers_take(&workers, PIECES, take);
        _exit(0);
    }
    assert_int_equal(waitpid(process, &status, 0), process);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), 3);
}

static void test_numbers_travel(void **state)
{
    static const uint64_t sent[] = {0, 31, UINT64_MAX, 7};
    struct arena arena;
    struct numbers numbers = {NULL, 0, 0};

    (void)state;
    arena_init(&arena, arena_source_malloc());
    assert_string_equal(numbers_text(&numbers, &arena), "");
    assert_int_equal(numbers_read("", &arena).count, 0);
    for (size_t i = 0; i < sizeof sent / sizeof sent[0]; i++) {
        numbers_add(&numbers, sent[i], &arena);
    }
    struct numbers got = numbers_read(numbers_text(&numbers, &arena), &arena);

    assert_int_equal(got.count, sizeof sent / sizeof sent[0]);
    assert_memory_equal(got.items, sent, sizeof sent);
    arena_reset(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_all_come_in_order),
        cmocka_unit_test(test_enough_is_enough),
        cmocka_unit_test(test_a_worker_that_dies_ends_the_program),
        cmocka_unit_test(test_numbers_travel),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

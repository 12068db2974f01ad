/* Work side by side: the same texts in the same order, and an end when one dies or all are told to stop. */
#include "sim/search/workers.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

enum { PIECES = 40, LONG_PIECE = 3, LONG_TEXT = 200 * 1000, JOBS_MORE = 64, WAIT_US = 2000, DIED = 3 };

static const char *square(void *context, uint32_t index, struct arena *arena)
{
    (void)context;
    if (index % 2 == 0) {
        usleep(WAIT_US); /* the odd ones are done first */
    }
    if (index == LONG_PIECE) {
        char *text = arena_alloc(arena, LONG_TEXT + 1);

        memset(text, 'x', LONG_TEXT);
        return text;
    }
    return index == 1 ? "" : arena_printf(arena, "%u", index * index);
}

static void the_order_is_that_of_the_pieces(void **state)
{
    static const uint32_t jobs[] = {1, 2, 3, JOBS_MORE};
    struct workers_shared *shared = workers_shared_new();
    struct arena arena;

    (void)state;
    assert_non_null(shared);
    arena_init(&arena, arena_source_malloc());
    for (size_t i = 0; i < sizeof jobs / sizeof jobs[0]; i++) {
        struct workers workers = {.jobs = jobs[i], .shared = shared, .work = square};
        const char *texts[PIECES];
        char wanted[16];

        assert_true(workers_run(&workers, PIECES, &arena, texts));
        assert_int_equal(atomic_load(&shared->done), PIECES);
        for (uint32_t piece = 0; piece < PIECES; piece++) {
            snprintf(wanted, sizeof wanted, "%u", piece * piece);
            if (piece == LONG_PIECE) {
                assert_int_equal(strlen(texts[piece]), LONG_TEXT);
            } else {
                assert_string_equal(texts[piece], piece == 1 ? "" : wanted);
            }
        }
        assert_true(workers_run(&workers, 0, &arena, texts));
        assert_int_equal(waitpid(-1, NULL, WNOHANG), -1); /* no child is left */
    }
    arena_reset(&arena);
    workers_shared_free(shared);
}

static const char *stop_at_five(void *context, uint32_t index, struct arena *arena)
{
    struct workers_shared *shared = context;

    if (index == 5) {
        atomic_store(&shared->stop, true);
    }
    return arena_printf(arena, "%u", index);
}

static void what_is_begun_when_all_stop_is_kept(void **state)
{
    struct workers_shared *shared = workers_shared_new();
    struct arena arena;

    (void)state;
    arena_init(&arena, arena_source_malloc());
    for (uint32_t jobs = 1; jobs <= 3; jobs++) {
        struct workers workers = {.jobs = jobs, .shared = shared, .context = shared, .work = stop_at_five};
        const char *texts[PIECES];

        atomic_store(&shared->stop, false);
        assert_true(workers_run(&workers, PIECES, &arena, texts));
        for (uint32_t i = 0; i <= 5; i++) {
            assert_non_null(texts[i]);
        }
        assert_null(texts[PIECES - 1]);
        /* Nothing is begun any more. */
        assert_true(workers_run(&workers, PIECES, &arena, texts));
        for (uint32_t i = 0; i < PIECES; i++) {
            assert_null(texts[i]);
        }
    }
    arena_reset(&arena);
    workers_shared_free(shared);
}

static void count_tick(void *context)
{
    ++*(uint32_t *)context;
}

static const char *wait_a_while(void *context, uint32_t index, struct arena *arena)
{
    (void)context;
    (void)index;
    (void)arena;
    usleep(100 * WAIT_US);
    return "";
}

static void the_caller_is_told_meanwhile(void **state)
{
    struct workers_shared *shared = workers_shared_new();
    struct arena arena;

    (void)state;
    arena_init(&arena, arena_source_malloc());
    for (uint32_t jobs = 1; jobs <= 3; jobs++) { /* also when there are fewer pieces */
        uint32_t ticks = 0;
        struct workers workers = {jobs, shared, &ticks, wait_a_while, count_tick};
        const char *texts[2];

        assert_true(workers_run(&workers, 2, &arena, texts));
        assert_true(ticks > 0);
    }
    arena_reset(&arena);
    workers_shared_free(shared);
}

static const char *die_at_seven(void *context, uint32_t index, struct arena *arena)
{
    (void)context;
    (void)arena;
    if (index == 7) {
        abort();
    }
    if (index > 7) {
        pause(); /* the others would never end by themselves */
    }
    return "";
}

/* The program ends with status 3, and takes the other workers with it. */
static void a_worker_that_dies_ends_all(void **state)
{
    int ends[2];
    int status = 0;
    char byte = 0;

    (void)state;
    assert_int_equal(pipe(ends), 0);
    pid_t child = fork();

    if (child == 0) {
        struct workers workers = {.jobs = 3, .shared = workers_shared_new(), .work = die_at_seven};
        const char *texts[PIECES];
        struct arena arena;

        close(ends[0]);
        fclose(stderr);
        arena_init(&arena, arena_source_malloc());
        workers_run(&workers, PIECES, &arena, texts);
        _exit(0);
    }
    close(ends[1]);
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFEXITED(status));
    assert_int_equal(WEXITSTATUS(status), DIED);
    /* Whoever still lives holds the pipe open. */
    assert_int_equal(read(ends[0], &byte, 1), 0);
    close(ends[0]);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_order_is_that_of_the_pieces),
        cmocka_unit_test(what_is_begun_when_all_stop_is_kept),
        cmocka_unit_test(the_caller_is_told_meanwhile),
        cmocka_unit_test(a_worker_that_dies_ends_all),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

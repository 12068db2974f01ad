/* Shrinking: what is left shows the same, and nothing of it can be spared. */
#include "sim/search/shrink.h"
#include "core/revision.h"
#include "core/value.h"
#include "sim/search/path_course.h"
#include "sim/search/tree_edit.h"
#include "sim/tests/stage_trial.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

enum { TRIES_FEW = 5 };

#define RACE "container-lost | install/docker containers.prune | stop-container"
#define FAULT "orphan | remove/docker containers.list: fails"

/* A race amid much that has no part in it. */
static const char crowded[] =
    "{\"name\":\"crowded\",\"duration\":\"7h\",\"retryBound\":\"40m\",\"seed\":5,\"world\":{\"apps\":["
    "{\"name\":\"mart\",\"hdd\":3},{\"name\":\"shop\",\"ram\":500},{\"name\":\"napp\",\"cpu\":0.2},{\"name\":\"deli\"}]"
    "},"
    "\"actors\":[{\"actor\":\"install\",\"app\":\"napp\",\"at\":\"any\"},"
    "{\"actor\":\"stop-container\",\"container\":\"fluxweb_shop\",\"at\":\"any\"},"
    "{\"actor\":\"owner-kill\",\"app\":\"mart\",\"at\":\"20m\"}]}";
static const char removal[] =
    "{\"name\":\"removal\",\"world\":{\"apps\":[{\"name\":\"shop\"},{\"name\":\"mart\"}]},\"actors\":["
    "{\"actor\":\"remove\",\"app\":\"shop\",\"at\":\"any\"},{\"actor\":\"owner-kill\",\"app\":\"mart\",\"at\":\"any\"}]"
    "}";

/* One call is never made; the other goes wrong, and need not stay wrong. */
static const struct plan two_mishaps = {{{.task = "owner-kill:mart",
                                          .effect = EFFECT_DOCKER_CONTAINERS_LIST,
                                          .nth = 9,
                                          .fault = FAULT_ERROR_500,
                                          .fires = 1},
                                         {.task = "remove:shop",
                                          .effect = EFFECT_DOCKER_CONTAINERS_LIST,
                                          .nth = 1,
                                          .fault = FAULT_REFUSED,
                                          .fires = FIRES_FOREVER}},
                                        2};

/* A search for one fingerprint, and the longest course to it. */
struct seeking {
    struct stage_trial searched, written;
    const char *fingerprint;
    struct course_draft draft, best;
};

static bool seek(void *context, struct machine *machine, bool violates, uint64_t class_hash)
{
    struct seeking *seeking = context;
    struct bench *bench = &seeking->written.bench;
    struct finding findings[FINDINGS_MAX];
    struct arena arena;

    (void)violates;
    (void)class_hash;
    arena_init(&arena, arena_source_malloc());
    uint32_t count = findings_of_run(machine, &seeking->searched.bench.stage, &arena, findings);

    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(findings[i].fingerprint, seeking->fingerprint) == 0 &&
            course_from_path(bench->machine, &bench->stage, machine, &seeking->searched.bench.stage, &seeking->draft) &&
            seeking->draft.count > seeking->best.count) {
            struct course_draft draft = seeking->best;

            seeking->best = seeking->draft;
            seeking->draft = draft;
        }
    }
    arena_reset(&arena);
    return true;
}

static void seek_begin(struct seeking *seeking, const char *json, const char *fingerprint)
{
    *seeking = (struct seeking){.fingerprint = fingerprint};
    stage_trial_begin(&seeking->searched, json);
    stage_trial_begin(&seeking->written, json);
    seeking->searched.search.watch = (struct search_watch){seeking, seek, NULL};
    search_dpor(&seeking->searched.search);
    assert_true(seeking->best.count > 0);
}

static void seek_end(struct seeking *seeking)
{
    free(seeking->draft.turns);
    free(seeking->best.turns);
    stage_trial_end(&seeking->searched);
    stage_trial_end(&seeking->written);
}

static struct shrunk shrink_to(struct shrinkable *what, const char *fingerprint, uint32_t tries_max,
                               struct arena *arena)
{
    struct shrink_options options = {.revision = revision_by_name("8.9.2"), .tries_max = tries_max};
    struct shrunk shrunk;

    shrink(what, fingerprint, "test.json", &options, arena, &shrunk);
    return shrunk;
}

/* Whether the candidate shows the finding: one try. */
static bool shows(struct shrinkable candidate, const char *fingerprint, struct arena *arena)
{
    struct shrunk shrunk = shrink_to(&candidate, fingerprint, 1, arena);

    assert_int_equal(shrunk.tries, 1);
    return shrunk.shows;
}

static void expect_no_turn_to_spare(const struct shrinkable *small, const char *fingerprint, struct arena *arena)
{
    for (uint32_t i = 0; i < small->course.count; i++) {
        struct shrinkable candidate = *small;

        candidate.course.turns = arena_alloc(arena, small->course.count * sizeof *candidate.course.turns);
        candidate.course.count = 0;
        for (uint32_t j = 0; j < small->course.count; j++) {
            if (j != i) {
                candidate.course.turns[candidate.course.count++] = small->course.turns[j];
            }
        }
        assert_false(shows(candidate, fingerprint, arena));
    }
}

static void expect_no_mishap_to_spare(const struct shrinkable *small, const char *fingerprint, struct arena *arena)
{
    for (uint32_t i = 0; i < small->plan.count; i++) {
        struct shrinkable candidate = *small;

        candidate.plan.mishaps[i] = candidate.plan.mishaps[--candidate.plan.count];
        assert_false(shows(candidate, fingerprint, arena));
        assert_int_equal(small->plan.mishaps[i].fires, 1);
    }
}

static uint32_t expect_no_piece_to_spare(const struct shrinkable *small, const char *fingerprint, struct arena *arena)
{
    static const char *const roots[] = {"actors", "faults", "world",      "duration",
                                        "clock",  "seed",   "retryBound", "window"};
    uint32_t pieces = 0;

    for (;;) {
        struct shrinkable candidate = *small;

        candidate.tree = tree_without(arena, small->tree, roots, sizeof roots / sizeof roots[0], pieces);
        if (candidate.tree == NULL) {
            return pieces;
        }
        assert_false(shows(candidate, fingerprint, arena));
        pieces++;
    }
}

static void a_race_is_left_with_its_parties(void **state)
{
    struct seeking seeking;
    struct arena arena;

    (void)state;
    arena_init(&arena, arena_source_malloc());
    seek_begin(&seeking, crowded, RACE);
    struct shrinkable what = {.tree = value_parse(&arena, crowded, strlen(crowded)),
                              .course = {seeking.best.turns, seeking.best.count}};
    const struct shrinkable whole = what;

    assert_true(whole.course.count > 1);
    struct shrunk shrunk = shrink_to(&what, RACE, 0, &arena);

    assert_true(shrunk.shows && shrunk.minimal);
    assert_string_equal(shrunk.oracle, "container-lost");
    assert_string_equal(shrunk.object, "fluxweb_shop");
    assert_true(shows(what, RACE, &arena));
    assert_int_equal(what.course.count, 1);
    assert_int_equal(value_count(value_get(what.tree, "actors")), 2);
    assert_int_equal(value_count(value_get(value_get(what.tree, "world"), "apps")), 2);
    assert_null(value_get(what.tree, "seed"));
    assert_null(value_get(what.tree, "retryBound"));
    expect_no_turn_to_spare(&what, RACE, &arena);
    assert_true(expect_no_piece_to_spare(&what, RACE, &arena) > 0);
    /* The check above can fail: of the whole, something can be spared. */
    struct shrinkable spared = whole;

    spared.tree = value_without(&arena, spared.tree, "seed");
    assert_true(shows(spared, RACE, &arena));
    /* Another finding is not shown by it. */
    assert_false(shows(what, FAULT, &arena));
    seek_end(&seeking);
    arena_reset(&arena);
}

static void mishaps_are_spared_and_made_to_pass(void **state)
{
    struct arena arena;

    (void)state;
    arena_init(&arena, arena_source_malloc());
    struct shrinkable what = {.tree = value_parse(&arena, removal, strlen(removal)), .plan = two_mishaps};
    struct shrunk shrunk = shrink_to(&what, FAULT, 0, &arena);

    assert_true(shrunk.shows && shrunk.minimal);
    assert_int_equal(what.plan.count, 1);
    assert_int_equal(what.plan.mishaps[0].fault, FAULT_REFUSED);
    assert_int_equal(value_count(value_get(what.tree, "actors")), 1);
    expect_no_mishap_to_spare(&what, FAULT, &arena);
    expect_no_piece_to_spare(&what, FAULT, &arena);
    arena_reset(&arena);
}

/* A read that is interrupted is sent again at once: it takes two in a row. */
static void a_fault_heals_as_soon_as_it_can(void **state)
{
    static const char install[] = "{\"name\":\"install\",\"world\":{\"apps\":[{\"name\":\"napp\"}]},\"actors\":["
                                  "{\"actor\":\"install\",\"app\":\"napp\"}]}";
    struct arena arena;

    (void)state;
    arena_init(&arena, arena_source_malloc());
    struct shrinkable what = {
        .tree = value_parse(&arena, install, strlen(install)),
        .plan = {{{.task = "install:napp", .effect = EFFECT_DB_FIND, .nth = 6, .fault = FAULT_INTERRUPTED, .fires = 3}},
                 1}};
    struct shrunk shrunk = shrink_to(&what, "orphan | install/host mke2fs | install/db find: fails", 0, &arena);

    assert_true(shrunk.shows && shrunk.minimal);
    assert_int_equal(what.plan.count, 1);
    assert_int_equal(what.plan.mishaps[0].fires, 2);
    arena_reset(&arena);
}

static void a_bound_gives_the_best_so_far(void **state)
{
    struct seeking seeking;
    struct arena arena;

    (void)state;
    arena_init(&arena, arena_source_malloc());
    seek_begin(&seeking, crowded, RACE);
    struct shrinkable what = {.tree = value_parse(&arena, crowded, strlen(crowded)),
                              .course = {seeking.best.turns, seeking.best.count}};
    struct shrunk shrunk = shrink_to(&what, RACE, TRIES_FEW, &arena);

    assert_true(shrunk.shows);
    assert_false(shrunk.minimal);
    assert_int_equal(shrunk.tries, TRIES_FEW);
    assert_true(shows(what, RACE, &arena));
    assert_true(what.course.count < seeking.best.count);
    /* What never showed it stays as it was, and nothing is claimed of it. */
    shrunk = shrink_to(&what, FAULT, 0, &arena);
    assert_false(shrunk.shows || shrunk.minimal);
    assert_int_equal(shrunk.tries, 1);
    seek_end(&seeking);
    arena_reset(&arena);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_race_is_left_with_its_parties),
        cmocka_unit_test(mishaps_are_spared_and_made_to_pass),
        cmocka_unit_test(a_fault_heals_as_soon_as_it_can),
        cmocka_unit_test(a_bound_gives_the_best_so_far),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

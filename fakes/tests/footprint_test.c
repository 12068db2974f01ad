/* Touches say which applies commute, and world_hash() tells whether they did: every pair of sample effects is tried in
 * both orders, in several worlds. */
#include "fakes/tests/sample_world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#ifdef DRYDOCK_CHECKED
#include <signal.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>
#endif

#include <cmocka.h>

enum { TOUCHES_MAX = 512, SAMPLES_MAX = 256, COMMUTING_MIN = 5000, CONFLICTING_MIN = 1000 };

struct footprint {
    struct touch touches[TOUCHES_MAX];
    unsigned count;
    bool (*hides)(const struct touch *touch); /* a fault in the watch; NULL: none */
};

static void touched(void *context, enum object_class class, uint64_t set, uint64_t key, enum touch_mode mode)
{
    struct footprint *footprint = context;
    struct touch one = {class, set, key, mode};

    if (footprint->hides != NULL && footprint->hides(&one)) {
        return;
    }
    assert_true(footprint->count < TOUCHES_MAX);
    footprint->touches[footprint->count++] = one;
}

static bool footprints_conflict(const struct footprint *left, const struct footprint *right)
{
    for (unsigned i = 0; i < left->count; i++) {
        for (unsigned j = 0; j < right->count; j++) {
            if (touches_conflict(&left->touches[i], &right->touches[j])) {
                return true;
            }
        }
    }
    return false;
}

/* ---- trying
 * ------------------------------------------------------------------------------------------------------------ */

static struct arena arena;
static struct world world;

static void rebuild(void)
{
    arena_reset(&arena);
    sample_world_build(&world, &arena);
}

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, arena_source_malloc());
    rebuild();
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_reset(&arena);
    return 0;
}

static uint64_t apply(unsigned sample, struct footprint *footprint)
{
    footprint->count = 0;
    world.watch = (struct world_watch){footprint, touched};
    uint64_t answer = sample_effect_apply(&world, &sample_effects[sample]);

    world.watch = (struct world_watch){0};
    return answer;
}

/* ---- what each effect touches
 * --------------------------------------------------------------------------------------------------------- */

/* Whether a touch is one that a word of sample_effect.touches means. */
static bool is_meant(const char *word, size_t length, const struct touch *touch)
{
    static const char modes[] = "rwa";
    const char *class = object_class_name((unsigned)__builtin_ctz((unsigned)touch->class));
    size_t class_length = strcspn(word + 2, ":");
    const char *member = word + 2 + class_length + 1;
    size_t member_length = length - (size_t)(member - word);

    if (word[0] != modes[touch->mode] || class_length != strlen(class)) {
        return false;
    }
    for (size_t i = 0; i < class_length; i++) {
        if (class[i] != word[2 + i] && class[i] != ' ') {
            return false;
        }
    }
    if (member_length == 1 && strchr("*#$-?", member[0]) != NULL) {
        return member[0] == '*'   ? touch->key == TOUCH_EVERY
               : member[0] == '#' ? touch->key == TOUCH_ORDER
               : member[0] == '$' ? touch->key == TOUCH_SPACE
               : member[0] == '-' ? touch->key == TOUCH_NAMELESS
                                  : (touch->key & 1) != 0;
    }
    return touch->key == (hash_bytes(member, member_length) | 1);
}

static bool any_touch_meant(const char *word, size_t length, const struct footprint *footprint)
{
    for (unsigned i = 0; i < footprint->count; i++) {
        if (is_meant(word, length, &footprint->touches[i])) {
            return true;
        }
    }
    return false;
}

static bool is_meant_by_any(const char *words, const struct touch *touch)
{
    for (size_t length = strcspn(words, " "); length > 0; length = strcspn(words, " ")) {
        if (is_meant(words, length, touch)) {
            return true;
        }
        words += length + (words[length] == ' ');
    }
    return false;
}

static void test_each_effect_touches_what_it_reads_and_writes(void **state)
{
    (void)state;
    for (unsigned i = 0; i < sample_effect_count; i++) {
        const char *words = sample_effects[i].touches;
        struct footprint footprint = {.count = 0};

        if (words == NULL) {
            continue;
        }
        rebuild();
        apply(i, &footprint);
        for (unsigned j = 0; j < footprint.count; j++) {
            const struct touch *touch = &footprint.touches[j];

            if (!is_meant_by_any(words, touch)) {
                fail_msg("sample %u, %s: touch of %s in mode %d, key %llx, is not in \"%s\"", i,
                         effect_info(sample_effects[i].id)->name,
                         object_class_name((unsigned)__builtin_ctz((unsigned)touch->class)), (int)touch->mode,
                         (unsigned long long)touch->key, words);
            }
        }
        for (size_t length = strcspn(words, " "); length > 0; length = strcspn(words, " ")) {
            if (!any_touch_meant(words, length, &footprint)) {
                fail_msg("sample %u, %s: no touch %.*s", i, effect_info(sample_effects[i].id)->name, (int)length,
                         words);
            }
            words += length + (words[length] == ' ');
        }
    }
}

/* ---- effects that do not conflict commute
 * --------------------------------------------------------------------------------------------- */

/* Before the pair, so that pairs meet in other worlds too: samples by kind and name. */
static const struct {
    enum effect_id id;
    const char *part; /* of the request or the object */
} beginnings[] = {
    {EFFECT_CLOCK_DELAY, NULL}, /* nothing */
    {EFFECT_DOCKER_CONTAINERS_CREATE, "new_1"},
    {EFFECT_DOCKER_CONTAINER_REMOVE, "db_a"},
    {EFFECT_HOST_UMOUNT, "/data/a"},
    {EFFECT_HOST_MOUNT, "/data/b"},
    {EFFECT_HOST_FALLOCATE, "/v/c"},
    {EFFECT_DB_DELETE, "zelappsinformation"},
};

struct tally {
    unsigned commuting;
    unsigned conflicting;
    unsigned differing; /* did not conflict, and did not commute */
    unsigned first, second;
};

static bool begins_with(unsigned sample, unsigned beginning)
{
    const struct sample_effect *effect = &sample_effects[sample];
    const char *part = beginnings[beginning].part;

    return effect->id == beginnings[beginning].id && ((effect->args != NULL && strstr(effect->args, part) != NULL) ||
                                                      (effect->object != NULL && strcmp(effect->object, part) == 0));
}

static void begin(unsigned beginning)
{
    struct footprint footprint = {.count = 0};

    rebuild();
    for (unsigned i = 0; beginning > 0 && i < sample_effect_count; i++) {
        if (begins_with(i, beginning)) {
            apply(i, &footprint);
            return;
        }
    }
    assert_true(beginning == 0);
}

/* Tries a pair in both orders when its footprints, each in the same world or one after the other, do not conflict. */
static void try_pair(unsigned beginning, unsigned first, unsigned second, const struct footprint *alone,
                     struct tally *tally)
{
    struct footprint left = {.hides = alone[first].hides};
    struct footprint right = left;

    begin(beginning);
    uint64_t first_answer = apply(first, &left);
    uint64_t second_answer = apply(second, &right);
    uint64_t hash = world_hash(&world);

    if (footprints_conflict(&alone[first], &alone[second]) && footprints_conflict(&left, &right)) {
        tally->conflicting++;
        return;
    }
    tally->commuting++;
    begin(beginning);
    bool same_answers = apply(second, &right) == second_answer;

    same_answers = apply(first, &left) == first_answer && same_answers;
    if (!same_answers || world_hash(&world) != hash) {
        tally->differing++;
        tally->first = first;
        tally->second = second;
    }
}

static void try_pairs(unsigned beginning, bool (*hides)(const struct touch *), bool until_differing,
                      struct tally *tally)
{
    static struct footprint alone[SAMPLES_MAX];

    assert_in_range(sample_effect_count, 1, SAMPLES_MAX);
    for (unsigned i = 0; i < sample_effect_count; i++) {
        alone[i].hides = hides;
        begin(beginning);
        apply(i, &alone[i]);
    }
    for (unsigned i = 0; i < sample_effect_count; i++) {
        for (unsigned j = 0; j < sample_effect_count; j++) {
            /* The other way round it says the same, unless they conflict alone. */
            if (j < i && !footprints_conflict(&alone[i], &alone[j])) {
                continue;
            }
            try_pair(beginning, i, j, alone, tally);
            if (until_differing && tally->differing > 0) {
                return;
            }
        }
    }
}

static void test_effects_that_do_not_conflict_commute(void **state)
{
    struct tally tally = {0};

    (void)state;
    for (unsigned i = 0; i < sizeof beginnings / sizeof beginnings[0]; i++) {
        try_pairs(i, NULL, true, &tally);
        if (tally.differing > 0) {
            fail_msg("beginning %u: %s (sample %u) and %s (sample %u) do not conflict, and do not commute", i,
                     effect_info(sample_effects[tally.first].id)->name, tally.first,
                     effect_info(sample_effects[tally.second].id)->name, tally.second);
        }
    }
    print_message("%u pairs commute, %u conflict\n", tally.commuting, tally.conflicting);
    assert_true(tally.commuting >= COMMUTING_MIN);
    assert_true(tally.conflicting >= CONFLICTING_MIN);
}

/* ---- and the trial can fail
 * ----------------------------------------------------------------------------------------------------------- */

#define HIDES(name, condition)                                                                                         \
    static bool name(const struct touch *touch)                                                                        \
    {                                                                                                                  \
        return condition;                                                                                              \
    }
HIDES(container_writes, touch->class == OBJECTS_CONTAINERS && touch->mode == TOUCH_WRITE)
HIDES(container_reads, touch->class == OBJECTS_CONTAINERS && touch->mode == TOUCH_READ)
HIDES(whole_reads, touch->key == TOUCH_EVERY)
HIDES(orders, touch->key == TOUCH_ORDER)
HIDES(free_space, touch->key == TOUCH_SPACE)
HIDES(nameless_rows, touch->key == TOUCH_NAMELESS)
HIDES(additions, touch->mode == TOUCH_ADD)
HIDES(networks, touch->class == OBJECTS_NETWORKS)
HIDES(images, touch->class == OBJECTS_IMAGES)
HIDES(rows, touch->class == OBJECTS_ROWS)
HIDES(folders, touch->class == OBJECTS_SYNC)
HIDES(peers, touch->class == OBJECTS_PEER_STORES)
HIDES(files, touch->class == OBJECTS_FILES)
HIDES(volumes, touch->class == OBJECTS_VOLUMES)
HIDES(mounts, touch->class == OBJECTS_MOUNTS)
HIDES(crontab, touch->class == OBJECTS_CRONTAB)
HIDES(firewall, touch->class == OBJECTS_FIREWALL)

static void test_a_watch_that_hides_touches_is_found_out(void **state)
{
    static const struct {
        const char *name;
        bool (*hides)(const struct touch *touch);
    } faults[] = {
#define FAULT_OF(name) {#name, name}
        FAULT_OF(container_writes),
        FAULT_OF(container_reads),
        FAULT_OF(whole_reads),
        FAULT_OF(orders),
        FAULT_OF(free_space),
        FAULT_OF(nameless_rows),
        FAULT_OF(additions),
        FAULT_OF(networks),
        FAULT_OF(images),
        FAULT_OF(rows),
        FAULT_OF(folders),
        FAULT_OF(peers),
        FAULT_OF(files),
        FAULT_OF(volumes),
        FAULT_OF(mounts),
        FAULT_OF(crontab),
        FAULT_OF(firewall),
    };

    (void)state;
    for (size_t i = 0; i < sizeof faults / sizeof faults[0]; i++) {
        struct tally tally = {0};

        try_pairs(0, faults[i].hides, true, &tally);
        if (tally.differing == 0) {
            fail_msg("hiding %s is not noticed", faults[i].name);
        }
    }
}

/* ---- the hash
 * ---------------------------------------------------------------------------------------------------------------------
 */

/* It changes with an apply that writes, and only then. */
static void test_the_hash_changes_with_each_kind_of_change(void **state)
{
    unsigned changes = 0;

    (void)state;
    for (unsigned i = 0; i < sample_effect_count; i++) {
        struct footprint footprint = {.count = 0};
        bool wrote = false;

        rebuild();
        uint64_t before = world_hash(&world);

        apply(i, &footprint);
        for (unsigned j = 0; j < footprint.count; j++) {
            wrote = wrote || footprint.touches[j].mode != TOUCH_READ;
        }
        if (wrote != (world_hash(&world) != before)) {
            fail_msg("%s (sample %u) %s", effect_info(sample_effects[i].id)->name, i,
                     wrote ? "wrote and left the hash" : "changed the hash and wrote nothing");
        }
        changes += wrote;
    }
    assert_true(changes > sample_effect_count / 3);
}

static void build_in_order(struct world *to, struct arena *memory, bool forwards)
{
    static const char *const volumes[][2] = {{"/v/1", "/data/1"}, {"/v/2", "/data/2"}};

    world_init(to, memory, 1, 0);
    for (int i = 0; i < 2; i++) {
        int at = forwards ? i : 1 - i;

        host_add_volume(&to->host, volumes[at][0], volumes[at][1], "fluxa", 1, false, false, true);
        fdm_set(&to->fdm, volumes[at][0], FDM_EMPTY, NULL);
        document_store_insert(&to->store, "d", volumes[at][0], value_empty_object());
    }
}

static void test_the_hash_knows_order_only_where_it_shows(void **state)
{
    struct world other;
    struct arena memory;

    (void)state;
    arena_init(&memory, arena_source_malloc());
    build_in_order(&world, &arena, true);
    build_in_order(&other, &memory, false);
    assert_true(world_hash(&world) == world_hash(&other));
    docker_engine_add_image(&world.docker, "a");
    docker_engine_add_image(&world.docker, "b");
    docker_engine_add_image(&other.docker, "b");
    assert_true(world_hash(&world) != world_hash(&other));
    docker_engine_add_image(&other.docker, "a");
    assert_true(world_hash(&world) != world_hash(&other)); /* images.list shows which came first */
    arena_reset(&memory);
}

/* A row past its TTL is gone, whether or not somebody has looked since. */
static void test_the_hash_leaves_out_expired_rows_and_collections_only_asked_for(void **state)
{
    (void)state;
    uint64_t before = world_hash(&world);

    document_store_insert(&world.store, "globalzelapps", "zelappslocation",
                          OBJECT(&arena, {"broadcastedAt", value_date(&arena, world.now_ms)}));
    assert_true(world_hash(&world) != before);
    world.now_ms += 7500 * 1000;
    assert_true(world_hash(&world) == before);
    assert_null(document_store_find(&world.store, "nowhere", "nothing", NULL, NULL));
    assert_true(world_hash(&world) == before);
}

/* ---- ids
 * ----------------------------------------------------------------------------------------------------------------- */

static void test_ids_follow_from_the_name_and_how_often_it_was_made(void **state)
{
    (void)state;
    const char *first = world_new_id(&world, "container", "x");
    const char *other = world_new_id(&world, "container", "y");
    const char *again = world_new_id(&world, "container", "x");

    assert_string_not_equal(first, other);
    assert_string_not_equal(first, again);
    assert_string_not_equal(first, world_new_id(&world, "network", "x"));
    rebuild();
    other = world_new_id(&world, "container", "y");
    assert_string_not_equal(other, world_new_id(&world, "container", "x"));
    assert_int_equal(world_made(&world, "container", "x"), 2);
}

/* ---- the check of effects.def
 * ------------------------------------------------------------------------------------------------------------ */

#ifdef DRYDOCK_CHECKED

static void stop_a_container(void *context, enum object_class class, uint64_t set, uint64_t key, enum touch_mode mode)
{
    (void)context;
    (void)class;
    (void)set;
    (void)key;
    (void)mode;
    docker_engine_stop_container(&world.docker, "web_a");
    _exit(EXIT_SUCCESS); /* nobody noticed */
}

/* In a process of its own, for it must abort: while crontab lines are read, a container stops. */
static void test_a_touch_that_effects_def_does_not_know_aborts(void **state)
{
    int status = 0;
    struct sample_effect load = {.id = EFFECT_HOST_CRONTAB_LOAD};

    (void)state;
    pid_t child = fork();

    assert_true(child >= 0);
    if (child == 0) {
        (void)freopen("/dev/null", "w", stderr);
        (void)signal(SIGABRT, SIG_DFL);
        world.watch = (struct world_watch){NULL, stop_a_container};
        sample_effect_apply(&world, &load);
        _exit(EXIT_SUCCESS);
    }
    assert_int_equal(waitpid(child, &status, 0), child);
    assert_true(WIFSIGNALED(status) && WTERMSIG(status) == SIGABRT);
}

#endif

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_each_effect_touches_what_it_reads_and_writes),
        TEST(test_effects_that_do_not_conflict_commute),
        TEST(test_a_watch_that_hides_touches_is_found_out),
        TEST(test_the_hash_changes_with_each_kind_of_change),
        TEST(test_the_hash_knows_order_only_where_it_shows),
        TEST(test_the_hash_leaves_out_expired_rows_and_collections_only_asked_for),
        TEST(test_ids_follow_from_the_name_and_how_often_it_was_made),
#ifdef DRYDOCK_CHECKED
        TEST(test_a_touch_that_effects_def_does_not_know_aborts),
#endif
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

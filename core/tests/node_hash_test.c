/* node_hash(): equal exactly when no future behaviour can tell two processes apart. */
#include "core/app_spec.h"
#include "core/tests/script_door.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* ---- one content per kind, and what can be changed of it -------------------------------------------------------- */

static const char json[] = "{\"version\":8,\"name\":\"app\",\"compose\":[{\"name\":\"web\",\"cpu\":1,\"cpubasic\":2,"
                           "\"rambasic\":3,\"hddbasic\":4}]}";

static const void *content_of(enum cell_content kind, bool other, struct arena *arena)
{
    static const int64_t instants[] = {0, 7};
    static const struct sync_state states[] = {{.executions = 0}, {.executions = 7}};
    static const struct folder_health healths[] = {{.ill_since_ms = 0}, {.ill_since_ms = 7}};

    switch (kind) {
    case CONTENT_MARK:
        return arena;
    case CONTENT_TEXT:
        return other ? "other" : "text";
    case CONTENT_VALUE:
        return value_bool(other);
    case CONTENT_INSTANT:
        return &instants[other];
    case CONTENT_APP_SPEC:
        return app_spec_from(arena, other ? value_empty_object() : value_parse(arena, json, strlen(json)));
    case CONTENT_SYNC_STATE:
        return memcpy(arena_alloc(arena, sizeof states[0]), &states[other], sizeof states[0]);
    case CONTENT_FOLDER_HEALTH:
        return memcpy(arena_alloc(arena, sizeof healths[0]), &healths[other], sizeof healths[0]);
    }
    return NULL;
}

static void put(struct script *script, enum cell_id cell, const char *key, bool other)
{
    cell_set(&script->task, cell, key, content_of(cell_content(cell), other, &script->arena));
}

static void fill(struct script *script)
{
    for (int i = 0; i < CELL_COUNT; i++) {
        put(script, (enum cell_id)i, "key", false);
    }
}

static void *held(struct script *script, enum cell_id cell)
{
    return cell_change(&script->task, cell, "key", cell_get(&script->task, cell, "key"));
}

static struct component *component_of(struct script *script)
{
    return &((struct app_spec *)held(script, CELL_DECRYPTED))->components[0];
}

typedef void change(struct script *script);

#define CHANGE(name, ...)                                                                                              \
    static void name(struct script *script)                                                                            \
    {                                                                                                                  \
        __VA_ARGS__;                                                                                                   \
    }

CHANGE(change_first_check_done, first_check_done_set(&script->task, true))
CHANGE(change_daemon_behind, daemon_behind_ms_set(&script->task, 1))
CHANGE(change_health_checked, health_checked_ms_set(&script->task, 1))
CHANGE(change_benchmark_stored, benchmark_stored_ms_set(&script->task, 1))
CHANGE(change_tier, tier_set(&script->task, "bamf"))
CHANGE(change_ssd, ssd_gb_set(&script->task, 0.5))
CHANGE(change_burst_probed, cpu_burst_probed_set(&script->task, true))
CHANGE(change_burst, cpu_burst_set(&script->task, true))
CHANGE(change_restarted, ((struct sync_state *)held(script, CELL_RECEIVE_ONLY))->restarted = true)
CHANGE(change_skipped, ((struct sync_state *)held(script, CELL_RECEIVE_ONLY))->first_encounter_skipped = true)
CHANGE(change_blocked, ((struct sync_state *)held(script, CELL_RECEIVE_ONLY))->blocked = true)
CHANGE(change_executions, ((struct sync_state *)held(script, CELL_RECEIVE_ONLY))->executions++)
CHANGE(change_ill_since, ((struct folder_health *)held(script, CELL_FOLDER_HEALTH))->ill_since_ms = 1)
CHANGE(change_stopped, ((struct folder_health *)held(script, CELL_FOLDER_HEALTH))->stopped = true)
CHANGE(change_health_restarted, ((struct folder_health *)held(script, CELL_FOLDER_HEALTH))->restarted = true)
CHANGE(change_resources, apply_tier_resources(&script->task, component_of(script), "basic", false))
CHANGE(change_env, component_set_env(&script->task, component_of(script), value_empty_array()))
CHANGE(change_start, script->node.config.started_ms++)
CHANGE(change_uptime, script->node.config.os_uptime_s_at_start += 1)

static change *const changes[] = {
    change_first_check_done,
    change_daemon_behind,
    change_health_checked,
    change_benchmark_stored,
    change_tier,
    change_ssd,
    change_burst_probed,
    change_burst,
    change_restarted,
    change_skipped,
    change_blocked,
    change_executions,
    change_ill_since,
    change_stopped,
    change_resources,
    change_env,
    change_start,
    change_health_restarted,
    change_uptime,
};

static const struct {
    const char *cell;
    change *run;
} scalar_changes[] = {
    {"firstCheckDone", change_first_check_done},
    {"daemonBehindSince", change_daemon_behind},
    {"healthCheckedAt", change_health_checked},
    {"benchmarkStoredAt", change_benchmark_stored},
    {"nodeTier", change_tier},
    {"ssdSize", change_ssd},
    {"cpuBurstProbed", change_burst_probed},
    {"cpuBurst", change_burst},
};

/* ---- tests ------------------------------------------------------------------------------------------------------ */

enum { KINDS = 4, HASHES_MAX = 1 + FLAG_COUNT + sizeof changes / sizeof changes[0] + KINDS * CELL_COUNT };

struct seen {
    uint64_t hashes[HASHES_MAX];
    size_t count;
};

static void expect_new(struct seen *seen, uint64_t hash)
{
    for (size_t i = 0; i < seen->count; i++) {
        assert_true(seen->hashes[i] != hash);
    }
    assert_true(seen->count < HASHES_MAX);
    seen->hashes[seen->count++] = hash;
}

/* The nth change to a cell of a filled node; false: there is none. */
static bool change_cell(struct script *script, enum cell_id cell, int nth)
{
    const struct cache *cache = &script->node.cells.caches[cell];

    switch (nth) {
    case 0:
        cell_delete(&script->task, cell, "key");
        return true;
    case 1:
        put(script, cell, "another", false);
        return true;
    case 2:
        put(script, cell, "key", true);
        return cell_content(cell) != CONTENT_MARK;
    default:
        script->now_ms++; /* the entry is as old as it is */
        put(script, cell, "key", false);
        return cache->age_ms_max != 0;
    }
}

static void test_each_change_shows(void **state)
{
    struct script script;
    struct seen seen = {.count = 0};

    (void)state;
    for (size_t i = 0; i <= FLAG_COUNT + sizeof changes / sizeof changes[0]; i++) {
        script_begin(&script, "8.9.2");
        fill(&script);
        if (i < FLAG_COUNT) {
            flag_set(&script.task, (enum flag_id)i, !flag_get(&script.task, (enum flag_id)i));
        } else if (i > FLAG_COUNT) {
            changes[i - FLAG_COUNT - 1](&script);
        }
        expect_new(&seen, node_hash(&script.node));
        script_end(&script);
    }
    for (int i = 0; i < KINDS * CELL_COUNT; i++) {
        script_begin(&script, "8.9.2");
        fill(&script);
        if (change_cell(&script, (enum cell_id)(i / KINDS), i % KINDS)) {
            expect_new(&seen, node_hash(&script.node));
        }
        script_end(&script);
    }
}

static void test_equal_histories_are_equal(void **state)
{
    struct script scripts[2];

    (void)state;
    for (int i = 0; i < 2; i++) {
        script_begin(&scripts[i], "8.9.2");
        fill(&scripts[i]);
        for (size_t j = 0; j < sizeof changes / sizeof changes[0]; j++) {
            changes[j](&scripts[i]);
        }
    }
    assert_true(node_hash(&scripts[0].node) == node_hash(&scripts[1].node));
    script_end(&scripts[0]);
    script_end(&scripts[1]);
}

/* "a" and "b" entered in one order and the other; the hash. */
static uint64_t hash_after(enum cell_id cell, const char *first, const char *second, const char *read)
{
    struct script script;

    script_begin(&script, "8.9.2");
    cell_add(&script.task, cell, first);
    cell_add(&script.task, cell, second);
    cell_has(&script.task, cell, read);
    uint64_t hash = node_hash(&script.node);

    script_end(&script);
    return hash;
}

static void test_only_the_order_that_drops_entries_shows(void **state)
{
    (void)state;
    assert_true(hash_after(CELL_MONITORED, "a", "b", "b") == hash_after(CELL_MONITORED, "b", "a", "a"));
    assert_true(hash_after(CELL_STOPPED_APPS, "a", "b", "b") != hash_after(CELL_STOPPED_APPS, "b", "a", "a"));
    assert_true(hash_after(CELL_STOPPED_APPS, "a", "b", "a") == hash_after(CELL_STOPPED_APPS, "b", "a", "a"));
    assert_true(hash_after(CELL_STOPPED_APPS, "a", "b", "none") == hash_after(CELL_STOPPED_APPS, "a", "b", "b"));
}

/* An entry has its place among those that are there; one that is gone takes none. */
static void test_the_order_does_not_count_what_is_gone(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    cell_add(&script.task, CELL_STOPPED_APPS, "a");
    uint64_t hash = node_hash(&script.node);

    cell_add(&script.task, CELL_STOPPED_APPS, "b");
    cell_delete(&script.task, CELL_STOPPED_APPS, "b");
    assert_true(node_hash(&script.node) == hash);
    assert_true(cell_has(&script.task, CELL_STOPPED_APPS, "a"));
    assert_true(node_hash(&script.node) == hash);
    script_end(&script);
}

/* Each tier gives the second component one of its three resources. */
static void test_each_resource_of_each_component_shows(void **state)
{
    static const char *const tiers[] = {"none", "basic", "super", "bamf"};
    static const char two[] = "{\"version\":8,\"name\":\"app\",\"compose\":[{\"name\":\"db\"},"
                              "{\"name\":\"web\",\"cpubasic\":2,\"ramsuper\":2,\"hddbamf\":2}]}";
    struct seen seen = {.count = 0};

    (void)state;
    for (size_t i = 0; i < sizeof tiers / sizeof tiers[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        struct app_spec *spec = script_spec(&script, two);

        cell_set(&script.task, CELL_DECRYPTED, "key", spec);
        apply_tier_resources(&script.task, &spec->components[1], tiers[i], false);
        expect_new(&seen, node_hash(&script.node));
        script_end(&script);
    }
}

static void test_what_lies_behind_a_component_does_not_show(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    struct app_spec *spec = script_spec(&script, "{\"version\":3,\"name\":\"app\"}");
    struct component *behind = arena_alloc(&script.arena, sizeof *behind);

    cell_set(&script.task, CELL_DECRYPTED, "key", spec);
    uint64_t hash = node_hash(&script.node);

    behind->in_place.cpu = 1;
    assert_true(node_hash(&script.node) == hash);
    script_end(&script);
}

/* Only the two zeros are one number. */
static void test_the_smallest_number_shows(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    uint64_t hash = node_cell_hash(&script.node, "ssdSize");

    ssd_gb_set(&script.task, 1e-17);
    assert_true(node_cell_hash(&script.node, "ssdSize") != hash);
    script_end(&script);
}

static void test_what_nobody_can_tell_does_not_show(void **state)
{
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    uint64_t hash = node_hash(&script.node);

    cell_add(&script.task, CELL_MONITORED, "a");
    cell_delete(&script.task, CELL_MONITORED, "a");
    flag_set(&script.task, FLAG_REM, true);
    flag_set(&script.task, FLAG_REM, false);
    ssd_gb_set(&script.task, -0.0);
    script.node.sealed_blobs[0].text_hash = 1;
    script.node.next_sealed_blob = 1;
    memo_keep(&script.node.memo, &script.arena, MEMO_DECRYPTED, 1, value_null());
    assert_true(node_hash(&script.node) == hash);
    script_end(&script);
}

/* ---- cell by cell ------------------------------------------------------------------------------------------------ */

enum { SCALARS = sizeof scalar_changes / sizeof scalar_changes[0], CELLS = FLAG_COUNT + SCALARS + CELL_COUNT };

static const char *name_of(int cell)
{
    return cell < FLAG_COUNT             ? flag_name((enum flag_id)cell)
           : cell < FLAG_COUNT + SCALARS ? scalar_changes[cell - FLAG_COUNT].cell
                                         : cell_name((enum cell_id)(cell - FLAG_COUNT - SCALARS));
}

static void change_named(struct script *script, int cell)
{
    if (cell < FLAG_COUNT) {
        flag_set(&script->task, (enum flag_id)cell, !script->node.cells.flags[cell]);
    } else if (cell < FLAG_COUNT + SCALARS) {
        scalar_changes[cell - FLAG_COUNT].run(script);
    } else {
        put(script, (enum cell_id)(cell - FLAG_COUNT - SCALARS), "key", false);
    }
}

/* Each cell has a hash of its own: of all cells, a change shows in the one that was changed. */
static void test_a_change_shows_in_its_cell_alone(void **state)
{
    struct script script;

    (void)state;
    for (int cell = 0; cell < CELLS; cell++) {
        uint64_t before[CELLS];

        script_begin(&script, "8.9.2");
        for (int i = 0; i < CELLS; i++) {
            before[i] = node_cell_hash(&script.node, name_of(i));
        }
        change_named(&script, cell);
        for (int i = 0; i < CELLS; i++) {
            char copy[64];

            snprintf(copy, sizeof copy, "%s", name_of(i)); /* a name is a text, not an address */
            assert_int_equal(node_cell_hash(&script.node, copy) != before[i], i == cell);
        }
        script_end(&script);
    }
}

static void test_no_cell_has_no_hash(void **state)
{
    static const char *const names[] = {"", "x", "nodeTie", "nodeTiers", "nobody"};
    struct script script;

    (void)state;
    script_begin(&script, "8.9.2");
    for (size_t i = 0; i < sizeof names / sizeof names[0]; i++) {
        assert_int_equal(node_cell_hash(&script.node, names[i]), 0);
    }
    script_end(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_each_change_shows),
        cmocka_unit_test(test_equal_histories_are_equal),
        cmocka_unit_test(test_only_the_order_that_drops_entries_shows),
        cmocka_unit_test(test_the_order_does_not_count_what_is_gone),
        cmocka_unit_test(test_each_resource_of_each_component_shows),
        cmocka_unit_test(test_what_lies_behind_a_component_does_not_show),
        cmocka_unit_test(test_the_smallest_number_shows),
        cmocka_unit_test(test_what_nobody_can_tell_does_not_show),
        cmocka_unit_test(test_a_change_shows_in_its_cell_alone),
        cmocka_unit_test(test_no_cell_has_no_hash),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

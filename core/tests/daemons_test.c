/* What is asked of daemons, the FDM, the registry of specifications and the firewall, by itself:
 * lifecycle.md 12.1, 5.3, 3.6, 12.4, 9. */
#include "core/benchmark_service.h"
#include "core/daemon_service.h"
#include "core/fdm_client.h"
#include "core/port_manager.h"
#include "core/registry_manager.h"
#include "core/revision.h"
#include "core/tests/transcript.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

/* ---- 12.1 -------------------------------------------------------------------------------------------------------- */

static void test_12_1_tiers(void **state)
{
    static const struct {
        const char *value, *tier; /* NULL: throws */
    } cases[] = {{"1000", "basic"}, {"10000", "basic"}, {"12500", "super"},  {"25000", "super"},
                 {"40000", "bamf"}, {"100000", "bamf"}, {"999", NULL},       {"1001", NULL},
                 {"10001", NULL},   {"12501", NULL},    {"25001", NULL},     {"40001", NULL},
                 {"100001", NULL},  {"0", NULL},        {"1000.4", "basic"}, {"1000.5", NULL}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;
        const char *tier = NULL;

        script_begin(&script, "8.9.2");
        script_answer(&script, "daemon getrawtransaction", NULL,
                      arena_printf(&script.arena, "{\"vout\":[{\"value\":%s}]}", cases[i].value), -1);
        const struct error *error = node_tier(&script.task, &tier);

        assert_int_equal(error != NULL, cases[i].tier == NULL);
        if (error == NULL) {
            assert_string_equal(tier, cases[i].tier);
            assert_int_equal(script.microtask_count, 0);
            assert_null(node_tier(&script.task, &tier)); /* known for the process */
            assert_string_equal(tier, cases[i].tier);
            assert_int_equal(script.call_count, 2);
            assert_int_equal(script.microtask_count, 1);
        }
        script_end(&script);
    }
}

/* txid and output of `COutPoint(txid, n)`. */
static void test_12_1_collateral(void **state)
{
    static const struct {
        const char *collateral, *txid; /* txid NULL: throws */
        const char *vout;
    } cases[] = {{"COutPoint(aa, 0)", "aa", "[{\"value\":1000}]"},
                 {"COutPoint(bb, 1)", "bb", "[{},{\"value\":1000}]"},
                 {"COutPoint(b7, 1)", "b7", "[{},{\"value\":1000}]"},
                 {"x COutPoint(cc,12) 9", "cc", "[{},{},{},{},{},{},{},{},{},{},{},{},{\"value\":1000}]"},
                 {"COutPoint(ff, 10)", "ff", "[{},{},{},{},{},{},{},{},{},{},{\"value\":1000}]"},
                 {"COutPoint(dd, 9", "dd", "[{},{},{},{},{},{},{},{},{},{\"value\":1000}]"},
                 {"COutPoint(ee", NULL, "[]"},
                 {"Point(ee, 0)", NULL, "[]"}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;
        const char *tier = NULL;

        script_begin(&script, "8.9.2");
        script_answer(&script, "daemon getzelnodestatus", NULL,
                      arena_printf(&script.arena, "{\"collateral\":\"%s\"}", cases[i].collateral), -1);
        script_answer(&script, "daemon getrawtransaction", NULL,
                      arena_printf(&script.arena, "{\"vout\":%s}", cases[i].vout), -1);
        const struct error *error = node_tier(&script.task, &tier);

        assert_int_equal(error != NULL, cases[i].txid == NULL);
        if (error == NULL) {
            assert_string_equal(tier, "basic");
            assert_string_equal(value_json(&script.arena, script_args_of(&script, "daemon getrawtransaction", 1)),
                                arena_printf(&script.arena, "{\"params\":[\"%s\",1]}", cases[i].txid));
        }
        script_end(&script);
    }
}

/* 0.2: an answer from the cache is a micro-await, each time. */
static void test_12_1_a_reply_that_is_kept_costs_a_micro_await(void **state)
{
    struct script script;
    double height = 0;

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "daemon getblockcount", NULL, "7", 1);
    for (int i = 0; i < 3; i++) {
        assert_null(get_block_count(&script.task, &height));
        assert_int_equal((int)height, 7);
        assert_int_equal(script.microtask_count, i);
    }
    EXPECT_CALLS(&script, "daemon getblockcount");
    script_end(&script);
}

static void test_12_1_blocks_and_sync(void **state)
{
    static const struct {
        const char *info;
        bool synced;
    } cases[] = {{"{\"blocks\":5,\"headers\":5}", true},
                 {"{\"blocks\":4,\"headers\":5}", false},
                 {"{\"blocks\":6,\"headers\":5}", true},
                 {"{\"headers\":1}", false},
                 {"{\"blocks\":0}", true}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;
        bool synced = !cases[i].synced;
        double height = 7;

        script_begin(&script, "8.9.2");
        script_answer(&script, "daemon getblockchaininfo", NULL, cases[i].info, -1);
        assert_null(daemon_is_synced(&script.task, &synced));
        assert_int_equal(synced, cases[i].synced);
        script_answer(&script, "daemon getblockcount", NULL, "\"text\"", -1);
        assert_null(get_block_count(&script.task, &height));
        assert_true(height >= 0 && height <= 0);
        script_end(&script);
    }
}

/* Benchmark document: once a day and process, for the three tiers only, remembered after the write. */
static void test_12_1_benchmark_document(void **state)
{
    static const char *const statuses[] = {"CUMULUS", "NIMBUS", "STRATUS"};
    enum { DAY_MS = 24 * 60 * 60 * 1000 };
    const struct value *data = NULL;

    (void)state;
    for (size_t i = 0; i < 3; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_answer(&script, "bench getbenchmarks", NULL,
                      arena_printf(&script.arena, "{\"status\":\"%s\"}", statuses[i]), -1);
        assert_null(get_benchmarks(&script.task, &data));
        assert_int_equal(script.spawned_count, 1);
        assert_null(get_benchmarks(&script.task, &data));
        assert_int_equal(script.spawned_count, 2); /* not written yet */
        script_run_spawned(&script);
        assert_int_equal(script_calls_of(&script, "db update", NULL), 2);
        script.now_ms += DAY_MS - 1;
        assert_null(get_benchmarks(&script.task, &data));
        assert_int_equal(script.spawned_count, 0);
        script.now_ms += 1;
        assert_null(get_benchmarks(&script.task, &data));
        assert_int_equal(script.spawned_count, 1);
        script_end(&script);
    }
    struct script script;

    script_begin(&script, "8.9.2");
    script_answer(&script, "bench getbenchmarks", NULL, "{\"status\":\"TITAN\"}", -1);
    assert_null(get_benchmarks(&script.task, &data));
    assert_int_equal(script.spawned_count, 0);
    script_answer(&script, "bench getbenchmarks", NULL, "{\"status\":\"error\",\"data\":1}", -1);
    assert_string_equal(get_benchmarks(&script.task, &data)->message, "FluxBench error");
    assert_null(data);
    script_fail(&script, "bench getbenchmarks", NULL, 0, "no", -1);
    data = value_null();
    assert_non_null(get_benchmarks(&script.task, &data));
    assert_null(data);
    script_end(&script);
}

/* 1.1/7: longer than 5. */
static void test_10_3_my_address(void **state)
{
    static const struct {
        const char *address;
        bool is_one;
    } cases[] = {{"\"1.2.3\"", false}, {"\"::1234\"", true}, {"\"1.1.1.\"", true}, {"123456", false}, {"null", false}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_answer(&script, "bench getbenchmarks", NULL,
                      arena_printf(&script.arena, "{\"status\":\"X\",\"ipaddress\":%s}", cases[i].address), -1);
        assert_int_equal(get_my_flux_ip_and_port(&script.task) != NULL, cases[i].is_one);
        script_end(&script);
    }
}

static void test_12_1_decryption_of_keys(void **state)
{
    struct script script;
    const char *reply = "";

    (void)state;
    script_begin(&script, "8.9.2");
    script_answer(&script, "bench decryptrsamessage", NULL, "\"text\"", 1);
    assert_null(decrypt_rsa_message(&script.task, value_string(&script.arena, "q"), &reply));
    assert_string_equal(reply, "text");
    EXPECT_TRANSCRIPT(&script, "bench decryptrsamessage [] {\"params\":[\"q\"]}\n");
    script_answer(&script, "bench decryptrsamessage", NULL, "{}", 1);
    assert_string_equal(decrypt_rsa_message(&script.task, value_null(), &reply)->message, "FluxBench error");
    assert_null(reply);
    reply = "of the call before";
    script_fail(&script, "bench decryptrsamessage", NULL, 0, "no", 1);
    assert_string_equal(decrypt_rsa_message(&script.task, value_null(), &reply)->message, "no");
    assert_null(reply);
    script_end(&script);
}

/* ---- 5.3 --------------------------------------------------------------------------------------------------------- */

static void test_5_3_servers_by_first_letter(void **state)
{
    (void)state;
    for (int c = '0'; c <= 'z'; c++) {
        struct script script;
        char app[] = {(char)c, 'x', '\0'};
        int lower = c >= 'A' && c <= 'Z' ? c + 32 : c;
        int index = lower < 'h' || lower > 'z' ? 1 : lower <= 'n' ? 2 : lower <= 'u' ? 3 : 4;

        script_begin(&script, "8.9.2");
        assert_null(get_master_ip_from_fdm(&script.task, app));
        assert_int_equal(script.call_count, 3);
        assert_string_equal(value_get_text(script.args[0], "host"),
                            arena_printf(&script.arena, "fdm-fn-1-%d.runonflux.io:16130", index));
        assert_string_equal(value_get_text(script.args[1], "host"),
                            arena_printf(&script.arena, "fdm-usa-1-%d.runonflux.io:16130", index));
        assert_string_equal(value_get_text(script.args[2], "host"),
                            arena_printf(&script.arena, "fdm-sg-1-%d.runonflux.io:16130", index));
        script_end(&script);
    }
}

static void test_5_3_first_region_that_has_an_address(void **state)
{
    static const struct {
        const char *first, *ip; /* of the first region; NULL: the second is asked */
    } cases[] = {{"{\"status\":\"success\",\"data\":{\"ips\":[\"1.2.3.4:5\",\"9\"]}}", "1.2.3.4"},
                 {"{\"status\":\"success\",\"data\":{\"ips\":[\"1.2.3.4\"]}}", "1.2.3.4"},
                 {"{\"status\":\"success\",\"data\":{\"ips\":[\"\"]}}", NULL},
                 {"{\"status\":\"success\",\"data\":{\"ips\":[]}}", NULL},
                 {"{\"status\":\"error\",\"data\":{\"ips\":[\"1.2.3.4\"]}}", NULL},
                 {"{\"data\":{\"ips\":[\"1.2.3.4\"]}}", NULL}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        script_answer(&script, "fdm appips", NULL, "{\"status\":\"success\",\"data\":{\"ips\":[\"second\"]}}", -1);
        script_answer(&script, "fdm appips", NULL, cases[i].first, 1);
        assert_string_equal(get_master_ip_from_fdm(&script.task, "app"), cases[i].ip == NULL ? "second" : cases[i].ip);
        assert_int_equal(script.call_count, cases[i].ip == NULL ? 2 : 1);
        script_end(&script);
    }
}

/* ---- 3.6 --------------------------------------------------------------------------------------------------------- */

static void test_3_6_fallback_to_all_global_and_local_ones(void **state)
{
    static const char *const lists[] = {"{\"docs\":[{\"version\":4},{\"version\":4,\"name\":\"other\"},{\"version\":4,"
                                        "\"name\":\"APP\",\"owner\":\"found\"}]}",
                                        "{\"docs\":[{\"version\":4,\"name\":\"other\"}]}"};

    (void)state;
    for (int local = 0; local < 2; local++) {
        struct script script;
        struct app_spec *spec = NULL;

        script_begin(&script, "8.9.2");
        script_answer(&script, "db find", "app", "{\"docs\":[]}", -1);
        script_answer(&script, "db find", NULL, lists[!local], -1);
        script_answer(&script, "db find", NULL, lists[local], 1);
        script_answer(&script, "db find", "app", "{\"docs\":[]}", -1);
        assert_null(get_application_specifications(&script.task, "app", &spec));
        assert_non_null(spec);
        assert_string_equal(spec->owner, "found");
        assert_int_equal(script.call_count, 3);
        script_end(&script);
    }
    for (int nth = 0; nth < 4; nth++) { /* a failing find goes through */
        struct script script;
        struct app_spec *spec = NULL;

        script_begin(&script, "8.9.2");
        script_fail(&script, "db find", NULL, 10107, "not primary", -1);
        if (nth > 0) {
            script_answer(&script, "db find", NULL, "{\"docs\":[]}", nth);
        }
        assert_int_equal(get_application_specifications(&script.task, "app", &spec) == NULL, nth == 3);
        assert_int_equal(script.call_count, nth == 3 ? 3 : nth + 1);
        assert_null(spec);
        script_end(&script);
    }
}

/* An enterprise app that cannot be opened is an error; others come as they are, unformatted, with hash and height. */
static void test_3_6_what_comes_back(void **state)
{
    static const struct {
        const char *document;
        bool throws;
    } cases[] = {
        {"{\"version\":8,\"name\":\"app\",\"enterprise\":\"YQ==\",\"compose\":[]}", true},
        {"{\"version\":7,\"name\":\"app\",\"enterprise\":\"YQ==\",\"compose\":[],\"hash\":\"h\"}", false},
        {"{\"version\":8,\"name\":\"app\",\"enterprise\":\"\",\"compose\":[],\"hash\":\"h\",\"height\":5,\"x\":1}",
         false}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;
        struct app_spec *spec = NULL;

        script_begin(&script, "8.9.2");
        script_answer(&script, "db find", NULL, arena_printf(&script.arena, "{\"docs\":[%s]}", cases[i].document), -1);
        const struct error *error = get_application_global_specifications(&script.task, "app", &spec);

        assert_int_equal(error != NULL, cases[i].throws);
        if (error == NULL) {
            assert_string_equal(value_json(&script.arena, spec->document), cases[i].document);
        }
        script_end(&script);
    }
}

/* ---- 12.4 -------------------------------------------------------------------------------------------------------- */

static const char *const chain[] = {
    "--version",
    "-L DOCKER-USER",
    "-C FORWARD -j DOCKER-USER && echo true",
    "-F DOCKER-USER",
    "-I DOCKER-USER -i br-1 -o br-1 -j ACCEPT",
    "-I DOCKER-USER -i br-2 -o br-2 -j ACCEPT",
    "-I DOCKER-USER -i docker0 -o docker0 -j ACCEPT",
    "-I DOCKER-USER -s 172.23.0.0/16 -d 10.0.0.0/8 -m state --state RELATED,ESTABLISHED -j ACCEPT",
    "-I DOCKER-USER -s 172.23.0.0/16 -d 10.0.0.0/8 -p udp --dport 53 -j ACCEPT",
    "-A DOCKER-USER -s 172.23.0.0/16 -d 10.0.0.0/8 -j DROP",
    "-I DOCKER-USER -s 172.23.0.0/16 -d 172.16.0.0/12 -m state --state RELATED,ESTABLISHED -j ACCEPT",
    "-I DOCKER-USER -s 172.23.0.0/16 -d 172.16.0.0/12 -p udp --dport 53 -j ACCEPT",
    "-A DOCKER-USER -s 172.23.0.0/16 -d 172.16.0.0/12 -j DROP",
    "-I DOCKER-USER -s 172.23.0.0/16 -d 192.168.0.0/16 -m state --state RELATED,ESTABLISHED -j ACCEPT",
    "-I DOCKER-USER -s 172.23.0.0/16 -d 192.168.0.0/16 -p udp --dport 53 -j ACCEPT",
    "-A DOCKER-USER -s 172.23.0.0/16 -d 192.168.0.0/16 -j DROP",
    "-A DOCKER-USER -j RETURN"};
enum { CHAIN = sizeof chain / sizeof chain[0] };

static int failing, failures;

static void fail_from(struct script *script, const struct effect *effect)
{
    if (script->call_count - 1 == failing) {
        script_fail(script, effect_info(effect->id)->name, NULL, 1, "no", failures);
    }
}

/* Each rule in its order; each failure ends it, but for the two that a second command can make good. */
static void test_12_4_the_chain(void **state)
{
    (void)state;
    for (failing = -1; failing < CHAIN; failing++) {
        for (failures = 1; failures <= 2; failures++) {
            struct script script;
            bool made_good = failures == 1 && (failing == 1 || failing == 2);

            script_begin(&script, "8.9.2");
            script_answer(&script, "host iptables", NULL, "{\"stdout\":\"iptables v1.8.7\"}", -1);
            script.before = fail_from;
            const struct value *interfaces =
                ARRAY(&script.arena, value_string(&script.arena, "br-1"), value_string(&script.arena, "br-2"));
            bool done = remove_docker_container_access_to_non_routable(&script.task, interfaces);

            assert_int_equal(done, failing == -1 || made_good);
            assert_int_equal(script.call_count, failing == -1 ? CHAIN
                                                : made_good   ? CHAIN + 1
                                                              : failing + 1 + (failing == 1 || failing == 2));
            for (int i = 0; i < script.call_count && (failing == -1 || i <= failing); i++) {
                assert_string_equal(value_get_text(script.args[i], "command"),
                                    arena_printf(&script.arena, "sudo iptables %s", chain[i]));
            }
            if (made_good) {
                assert_string_equal(value_get_text(script.args[failing + 1], "command"),
                                    failing == 1 ? "sudo iptables -N DOCKER-USER"
                                                 : "sudo iptables -I FORWARD -j DOCKER-USER");
            }
            script_end(&script);
        }
    }
    struct script script;

    script_begin(&script, "8.9.2");
    script_answer(&script, "host iptables", NULL, "{\"stdout\":\"\"}", -1); /* empty: the end */
    assert_false(remove_docker_container_access_to_non_routable(&script.task, value_empty_array()));
    assert_int_equal(script.call_count, 1);
    script_end(&script);
}

/* ---- cells and releases ------------------------------------------------------------------------------------------ */

/* Section 11: how long and how many. */
static void test_11_ages_of_caches(void **state)
{
    static const struct {
        enum cell_id cell;
        int64_t age_ms; /* 0: for ever */
        uint32_t count; /* 0: any */
    } cases[] = {{CELL_STOPPED_APPS, 90 * 60 * 1000, 40},
                 {CELL_DECRYPTED, 7LL * 24 * 60 * 60 * 1000, 100},
                 {CELL_DAEMON_REPLIES, 20 * 1000, 50},
                 {CELL_RAW_TRANSACTIONS, 60 * 60 * 1000, 300},
                 {CELL_REPOSITORY_LISTS, 6 * 60 * 60 * 1000, 10},
                 {CELL_RUNNING_APPS, 0, 0},
                 {CELL_RECEIVE_ONLY, 0, 0}};

    (void)state;
    for (size_t i = 0; i < sizeof cases / sizeof cases[0]; i++) {
        struct script script;

        script_begin(&script, "8.9.2");
        const struct cache *cache = &script.node.cells.caches[cases[i].cell];

        assert_int_equal(cache->age_ms_max, cases[i].age_ms);
        assert_int_equal(cache->count_max, cases[i].count);
        script_end(&script);
    }
}

static void test_switches_by_name(void **state)
{
    uint32_t all = 0;
    uint32_t bit = 0;

    (void)state;
    for (unsigned i = 0; i < SWITCH_COUNT; i++) {
        assert_true(switch_by_name(switch_info(i)->name, &bit));
        assert_int_equal(bit, 1u << i);
        all |= bit;
    }
    assert_false(switch_by_name("none", &bit));
    assert_int_equal(revision_by_name("8.9.1")->switches, 0);
    assert_true((revision_by_name("8.9.2")->switches & ~all) == 0);
    assert_null(revision_by_name("8.9.3"));
}

/* node_cell_hash() by each name: changes with its cell alone. */
static void test_hashes_of_single_cells(void **state)
{
    struct script script;
    uint64_t before[FLAG_COUNT + CELL_COUNT];

    (void)state;
    script_begin(&script, "8.9.2");
    struct node *node = &script.node;

    assert_int_equal(node_cell_hash(node, "nothing"), 0);
    for (int changed = 0; changed < FLAG_COUNT + CELL_COUNT; changed++) {
        for (int i = 0; i < FLAG_COUNT + CELL_COUNT; i++) {
            before[i] = node_cell_hash(node, i < FLAG_COUNT ? flag_name((enum flag_id)i)
                                                            : cell_name((enum cell_id)(i - FLAG_COUNT)));
        }
        if (changed < FLAG_COUNT) {
            node->cells.flags[changed] = !node->cells.flags[changed];
        } else if (cell_content((enum cell_id)(changed - FLAG_COUNT)) == CONTENT_MARK) {
            cell_add(&script.task, (enum cell_id)(changed - FLAG_COUNT), "key");
        } else {
            continue;
        }
        for (int i = 0; i < FLAG_COUNT + CELL_COUNT; i++) {
            uint64_t now = node_cell_hash(node, i < FLAG_COUNT ? flag_name((enum flag_id)i)
                                                               : cell_name((enum cell_id)(i - FLAG_COUNT)));

            assert_int_equal(now != before[i], i == changed);
        }
    }
    script_end(&script);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(test_12_1_tiers),
        cmocka_unit_test(test_12_1_collateral),
        cmocka_unit_test(test_12_1_a_reply_that_is_kept_costs_a_micro_await),
        cmocka_unit_test(test_12_1_blocks_and_sync),
        cmocka_unit_test(test_12_1_benchmark_document),
        cmocka_unit_test(test_10_3_my_address),
        cmocka_unit_test(test_12_1_decryption_of_keys),
        cmocka_unit_test(test_5_3_servers_by_first_letter),
        cmocka_unit_test(test_5_3_first_region_that_has_an_address),
        cmocka_unit_test(test_3_6_fallback_to_all_global_and_local_ones),
        cmocka_unit_test(test_3_6_what_comes_back),
        cmocka_unit_test(test_12_4_the_chain),
        cmocka_unit_test(test_11_ages_of_caches),
        cmocka_unit_test(test_switches_by_name),
        cmocka_unit_test(test_hashes_of_single_cells),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

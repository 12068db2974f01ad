/* The fakes: each effect's good and bad answers, and what is unpleasant about the real thing (design.md, fakes). */
#include "fakes/world.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

static struct arena arena;
static struct world world;

static int set_up(void **state)
{
    (void)state;
    arena_init(&arena, arena_source_malloc());
    world_init(&world, &arena, 1, 1774569600000);
    return 0;
}

static int tear_down(void **state)
{
    (void)state;
    arena_reset(&arena);
    return 0;
}

/* Performs an effect whose request is JSON text; returns the error's status, −1 for an error without, 0 when it is
 * well. */
static int perform_on(enum effect_id id, const char *args, const char *object, const char *operand, double amount,
                      struct effect *effect)
{
    *effect = (struct effect){.id = id,
                              .args = value_parse(&arena, args, strlen(args)),
                              .object = object,
                              .operand = operand,
                              .amount = amount};
    assert_non_null(effect->args);
    world.change_count = 0;
    world_apply(&world, effect, &arena);
    return effect->error == NULL ? 0 : effect->error->status != 0 ? effect->error->status : -1;
}

static struct effect last;

static int docker(enum effect_id id, const char *args)
{
    return perform_on(id, args, NULL, NULL, 0, &last);
}

static int host(enum effect_id id, const char *object, const char *operand, double amount)
{
    return perform_on(id, "{\"command\":\"x\"}", object, operand, amount, &last);
}

static bool changed(enum change_kind kind, const char *object)
{
    for (uint32_t i = 0; i < world.change_count; i++) {
        if (world.changes[i].kind == kind && (object == NULL || strcmp(world.changes[i].object, object) == 0)) {
            return true;
        }
    }
    return false;
}

static const char *json(void)
{
    return value_json(&arena, last.result);
}

/* ---- docker
 * ------------------------------------------------------------------------------------------------------------ */

static void add(const char *name, enum container_state container_state)
{
    docker_engine_add_image(&world.docker, "a/b:1");
    assert_non_null(docker_engine_add_container(&world.docker, name, "a/b:1", "net", NULL, container_state, NULL));
}

static void test_list_is_newest_first_and_running_only_unless_all(void **state)
{
    (void)state;
    docker_engine_add_network(&world.docker, "net", NULL);
    add("one", CONTAINER_RUNNING);
    add("two", CONTAINER_EXITED);
    assert_int_equal(docker(EFFECT_DOCKER_CONTAINERS_LIST, "{\"all\":true}"), 0);
    assert_int_equal(value_count(last.result), 2);
    assert_string_equal(value_text(value_at(value_get(value_at(last.result, 0), "Names"), 0)), "/two");
    docker(EFFECT_DOCKER_CONTAINERS_LIST, "{\"all\":false}");
    assert_int_equal(value_count(last.result), 1);
}

static void test_prune_deletes_all_that_does_not_run(void **state)
{
    (void)state;
    docker_engine_add_network(&world.docker, "net", NULL);
    docker_engine_add_network(&world.docker, "idle", NULL);
    add("one", CONTAINER_RUNNING);
    add("two", CONTAINER_EXITED);
    add("three", CONTAINER_CREATED);
    assert_int_equal(docker(EFFECT_DOCKER_CONTAINERS_PRUNE, "{}"), 0);
    assert_true(changed(CHANGE_CONTAINER_REMOVED, "two") && changed(CHANGE_CONTAINER_REMOVED, "three"));
    assert_non_null(docker_engine_container(&world.docker, "one"));
    docker(EFFECT_DOCKER_NETWORKS_PRUNE, "{}");
    assert_string_equal(json(), "{\"NetworksDeleted\":[\"idle\"]}");
    docker_engine_stop_container(&world.docker, "one"); /* a stopped container's network counts as unused */
    docker(EFFECT_DOCKER_NETWORKS_PRUNE, "{}");
    assert_string_equal(json(), "{\"NetworksDeleted\":[\"net\"]}");
    docker(EFFECT_DOCKER_VOLUMES_PRUNE, "{}");
    docker(EFFECT_DOCKER_IMAGES_PRUNE, "{}");
    assert_string_equal(json(), "{\"ImagesDeleted\":[]}");
}

static void test_container_life(void **state)
{
    (void)state;
    docker_engine_add_network(&world.docker, "net", NULL);
    docker_engine_add_image(&world.docker, "a/b:1");
    assert_int_equal(docker(EFFECT_DOCKER_CONTAINERS_CREATE,
                            "{\"name\":\"c\",\"body\":{\"Image\":\"a/b:1\",\"HostConfig\":{\"NetworkMode\":\"net\"}}}"),
                     0);
    assert_int_equal(strlen(value_get_text(last.result, "Id")), 64);
    assert_int_equal(docker(EFFECT_DOCKER_CONTAINER_KILL, "{\"container\":\"c\"}"), 409);
    assert_int_equal(docker(EFFECT_DOCKER_CONTAINER_STOP, "{\"container\":\"c\"}"), 304);
    assert_int_equal(docker(EFFECT_DOCKER_CONTAINER_START, "{\"container\":\"c\"}"), 0);
    assert_true(changed(CHANGE_CONTAINER_STARTED, "c"));
    assert_int_equal(docker(EFFECT_DOCKER_CONTAINER_START, "{\"container\":\"c\"}"), 304);
    assert_int_equal(docker(EFFECT_DOCKER_CONTAINER_REMOVE, "{\"container\":\"c\"}"), 409);
    assert_int_equal(docker(EFFECT_DOCKER_CONTAINER_RESTART, "{\"container\":\"c\"}"), 0);
    assert_int_equal(docker(EFFECT_DOCKER_CONTAINER_STOP, "{\"container\":\"c\"}"), 0);
    docker(EFFECT_DOCKER_CONTAINER_INSPECT, "{\"container\":\"c\"}");
    assert_string_equal(value_get_text(value_get(last.result, "State"), "Status"), "exited");
    docker(EFFECT_DOCKER_CONTAINER_START, "{\"container\":\"c\"}");
    assert_int_equal(docker(EFFECT_DOCKER_CONTAINER_REMOVE, "{\"container\":\"c\",\"force\":true}"), 0);
    assert_int_equal(docker(EFFECT_DOCKER_CONTAINER_INSPECT, "{\"container\":\"c\"}"), 404);
    assert_string_equal(last.error->message, "No such container: c");
}

static void test_create_refusals(void **state)
{
    (void)state;
    add("taken", CONTAINER_CREATED);
    assert_int_equal(docker(EFFECT_DOCKER_CONTAINERS_CREATE, "{\"body\":{}}"), 400);
    assert_int_equal(docker(EFFECT_DOCKER_CONTAINERS_CREATE, "{\"name\":\"c\",\"body\":{\"Image\":\"no:1\"}}"), 404);
    assert_int_equal(docker(EFFECT_DOCKER_CONTAINERS_CREATE, "{\"name\":\"taken\",\"body\":{\"Image\":\"a/b:1\"}}"),
                     409);
    assert_int_equal(
        docker(EFFECT_DOCKER_CONTAINERS_CREATE,
               "{\"name\":\"c\",\"body\":{\"Image\":\"a/b:1\",\"HostConfig\":{\"Mounts\":[{\"Source\":\"/no\"}]}}}"),
        400);
}

/* The network named at create need not exist; the start then fails. */
static void test_start_without_its_network(void **state)
{
    (void)state;
    add("c", CONTAINER_CREATED);
    assert_int_equal(docker(EFFECT_DOCKER_CONTAINER_START, "{\"container\":\"c\"}"), 404);
    assert_string_equal(last.error->message, "network net not found");
    assert_false(docker_engine_start_container(&world.docker, "c"));
    assert_int_equal(docker(EFFECT_DOCKER_CONTAINER_INSPECT, "{\"container\":\"c\"}"), 0);
    assert_int_equal((int)value_get_number(value_get(last.result, "State"), "ExitCode", 0), 128);
    assert_true(docker_engine_add_network(&world.docker, "net", NULL));
    assert_int_equal(docker(EFFECT_DOCKER_CONTAINER_START, "{\"container\":\"c\"}"), 0);
    assert_int_equal(docker(EFFECT_DOCKER_CONTAINER_INSPECT, "{\"container\":\"c\"}"), 0);
    assert_int_equal((int)value_get_number(value_get(last.result, "State"), "ExitCode", 1), 0);
}

static void test_networks(void **state)
{
    static const char create[] =
        "{\"Name\":\"n\",\"IPAM\":{\"Config\":[{\"Subnet\":\"172.23.5.0/24\",\"Gateway\":\"172.23.5.1\"}]}}";

    (void)state;
    assert_int_equal(docker(EFFECT_DOCKER_NETWORKS_CREATE, "{}"), 400);
    assert_int_equal(docker(EFFECT_DOCKER_NETWORKS_CREATE, create), 0);
    assert_int_equal(docker(EFFECT_DOCKER_NETWORKS_CREATE, create), 409);
    assert_int_equal(docker(EFFECT_DOCKER_NETWORKS_CREATE,
                            "{\"Name\":\"m\",\"IPAM\":{\"Config\":[{\"Subnet\":\"172.23.5.0/24\"}]}}"),
                     403);
    docker_engine_add_image(&world.docker, "a/b:1");
    docker_engine_add_container(&world.docker, "c", "a/b:1", "n", "172.23.5.2", CONTAINER_RUNNING, NULL);
    docker(EFFECT_DOCKER_NETWORK_INSPECT, "{\"network\":\"n\"}");
    assert_int_equal(value_count(value_get(last.result, "Containers")), 1);
    assert_int_equal(docker(EFFECT_DOCKER_NETWORK_REMOVE, "{\"network\":\"n\"}"), 403);
    assert_int_equal(docker(EFFECT_DOCKER_NETWORK_DISCONNECT, "{\"network\":\"n\",\"Container\":\"x\"}"), 404);
    assert_int_equal(docker(EFFECT_DOCKER_NETWORK_DISCONNECT, "{\"network\":\"n\",\"Container\":\"c\"}"), 0);
    assert_int_equal(docker(EFFECT_DOCKER_NETWORK_REMOVE, "{\"network\":\"n\"}"), 0);
    assert_int_equal(docker(EFFECT_DOCKER_NETWORK_INSPECT, "{\"network\":\"n\"}"), 404);
    docker_engine_add_network(&world.docker, "fluxDockerNetwork_a", NULL);
    docker_engine_add_network(&world.docker, "other", NULL);
    docker(EFFECT_DOCKER_NETWORKS_LIST, "{\"filters\":\"{\\\"name\\\":[\\\"fluxDockerNetwork\\\"]}\"}");
    assert_int_equal(value_count(last.result), 1);
    docker(EFFECT_DOCKER_NETWORKS_LIST, "{}");
    assert_int_equal(value_count(last.result), 2);
}

static void test_images(void **state)
{
    (void)state;
    assert_int_equal(docker(EFFECT_DOCKER_IMAGE_PULL, "{\"image\":\"a/b\",\"tag\":\"1\"}"), 0);
    assert_true(changed(CHANGE_IMAGE_PULLED, "a/b:1"));
    add("c", CONTAINER_CREATED);
    assert_int_equal(docker(EFFECT_DOCKER_IMAGE_REMOVE, "{\"image\":\"a/b:1\"}"), 409);
    docker_engine_remove_container(&world.docker, "c");
    assert_int_equal(docker(EFFECT_DOCKER_IMAGE_REMOVE, "{\"image\":\"a/b:1\"}"), 0);
    assert_int_equal(docker(EFFECT_DOCKER_IMAGE_REMOVE, "{\"image\":\"a/b:1\"}"), 404);
    assert_int_equal(docker(EFFECT_DOCKER_INFO, "{}"), 0);
}

static void test_engine_restart_follows_the_policy(void **state)
{
    static const char always[] = "{\"HostConfig\":{\"RestartPolicy\":{\"Name\":\"unless-stopped\"}}}";

    (void)state;
    docker_engine_add_network(&world.docker, "net", NULL);
    add("no", CONTAINER_RUNNING);
    docker_engine_add_container(&world.docker, "yes", "a/b:1", "net", NULL, CONTAINER_RUNNING,
                                value_parse(&arena, always, strlen(always)));
    docker_engine_restart(&world.docker);
    assert_int_equal(docker_engine_container(&world.docker, "no")->state, CONTAINER_EXITED);
    assert_int_equal(docker_engine_container(&world.docker, "yes")->state, CONTAINER_RUNNING);
}

/* ---- database
 * ------------------------------------------------------------------------------------------------------------ */

#define LOC "\"db\":\"globalzelapps\",\"collection\":\"zelappslocation\""

static void test_find_filters_and_projections(void **state)
{
    (void)state;
    docker(EFFECT_DB_INSERT,
           "{\"db\":\"d\",\"collection\":\"c\",\"documents\":[{\"_id\":1,\"name\":\"A\",\"in\":{\"x\":2}},"
           "{\"_id\":2,\"name\":\"b\"}]}");
    assert_string_equal(json(), "{\"n\":2}");
    docker(EFFECT_DB_FIND,
           "{\"db\":\"d\",\"collection\":\"c\",\"filter\":{\"name\":{\"$regex\":\"^a$\",\"$options\":\"i\"}},"
           "\"projection\":{\"_id\":0}}");
    assert_string_equal(json(), "{\"docs\":[{\"name\":\"A\",\"in\":{\"x\":2}}]}");
    docker(EFFECT_DB_FIND,
           "{\"db\":\"d\",\"collection\":\"c\",\"filter\":{\"in.x\":2},\"projection\":{\"_id\":0,\"name\":1}}");
    assert_string_equal(json(), "{\"docs\":[{\"name\":\"A\"}]}");
    docker(EFFECT_DB_FIND, "{\"db\":\"d\",\"collection\":\"c\",\"filter\":{},\"limit\":1,\"projection\":{\"name\":1}}");
    assert_string_equal(json(), "{\"docs\":[{\"_id\":1,\"name\":\"A\"}]}");
    docker(EFFECT_DB_FIND, "{\"db\":\"d\",\"collection\":\"c\",\"filter\":{\"in\":null},\"projection\":{\"name\":1}}");
    assert_string_equal(json(), "{\"docs\":[{\"_id\":2,\"name\":\"b\"}]}"); /* what is not there is null */
    docker(EFFECT_DB_FIND, "{\"db\":\"d\",\"collection\":\"none\",\"filter\":{}}");
    assert_string_equal(json(), "{\"docs\":[]}");
    docker(EFFECT_DB_AGGREGATE, "{\"db\":\"d\",\"collection\":\"c\",\"pipeline\":[{\"$match\":{\"name\":\"b\"}}]}");
    assert_string_equal(json(), "{\"docs\":[{\"n\":1}]}");
    docker(EFFECT_DB_AGGREGATE, "{\"db\":\"d\",\"collection\":\"c\",\"pipeline\":[{\"$match\":{\"name\":\"z\"}}]}");
    assert_string_equal(json(), "{\"docs\":[]}");
}

static void test_update_upsert_delete(void **state)
{
    static const char upsert[] =
        "{\"db\":\"d\",\"collection\":\"c\",\"updates\":[{\"q\":{\"name\":\"a\",\"ip\":\"i\"},\"u\":{"
        "\"$set\":{\"hash\":\"h\"}},\"upsert\":true}]}";

    (void)state;
    docker(EFFECT_DB_UPDATE, upsert);
    assert_string_equal(json(), "{\"n\":1,\"nModified\":0}");
    assert_true(changed(CHANGE_ROW_INSERTED, "d.c"));
    docker(EFFECT_DB_UPDATE, upsert);
    assert_string_equal(json(), "{\"n\":1,\"nModified\":0}"); /* nothing to change */
    docker(EFFECT_DB_UPDATE, "{\"db\":\"d\",\"collection\":\"c\",\"updates\":[{\"q\":{},\"u\":{\"$set\":{\"hash\":"
                             "\"g\"}},\"multi\":true}]}");
    assert_string_equal(json(), "{\"n\":1,\"nModified\":1}");
    docker(EFFECT_DB_FIND_AND_MODIFY, "{\"db\":\"d\",\"collection\":\"c\",\"query\":{\"name\":\"z\"},\"remove\":true}");
    assert_string_equal(json(), "{\"value\":null}");
    docker(EFFECT_DB_FIND_AND_MODIFY, "{\"db\":\"d\",\"collection\":\"c\",\"query\":{\"name\":\"a\"},\"remove\":true}");
    assert_string_equal(json(), "{\"value\":{\"name\":\"a\",\"ip\":\"i\",\"hash\":\"g\"}}");
    docker(EFFECT_DB_DELETE, "{\"db\":\"d\",\"collection\":\"c\",\"deletes\":[{\"q\":{},\"limit\":0}]}");
    assert_string_equal(json(), "{\"n\":0}");
}

/* Location rows expire 7,500 s after their broadcast (10.2). */
static void test_rows_expire(void **state)
{
    (void)state;
    document_store_insert(
        &world.store, "globalzelapps", "zelappslocation",
        OBJECT(&arena, {"name", value_string(&arena, "a")}, {"broadcastedAt", value_date(&arena, world.now_ms)}));
    world.now_ms += 7499 * 1000;
    docker(EFFECT_DB_FIND, "{" LOC ",\"filter\":{}}");
    assert_int_equal(value_count(value_get(last.result, "docs")), 1);
    world.now_ms += 1000;
    docker(EFFECT_DB_FIND, "{" LOC ",\"filter\":{}}");
    assert_int_equal(value_count(value_get(last.result, "docs")), 0);
    assert_null(document_store_find(&world.store, "globalzelapps", "zelappslocation", NULL, NULL));
}

/* ---- host
 * ------------------------------------------------------------------------------------------------------------------ */

static void make_volume(void)
{
    assert_int_equal(host(EFFECT_HOST_FALLOCATE, "/v/f", NULL, 1), 0);
    assert_int_equal(host(EFFECT_HOST_MKFS, "/v/f", NULL, 0), 0);
    assert_int_equal(host(EFFECT_HOST_MKDIR, "/data/app", NULL, 0), 0);
    assert_int_equal(host(EFFECT_HOST_MOUNT, "/data/app", "/v/f", 0), 0);
    assert_int_equal(host(EFFECT_HOST_MKDIR, "/data/app/appdata", NULL, 0), 0);
}

static void test_formatting_a_mounted_volume_fails_an_unmounted_one_is_destroyed(void **state)
{
    (void)state;
    make_volume();
    host_data_written(&world.host, "/data/app/appdata");
    assert_int_equal(host(EFFECT_HOST_MKFS, "/v/f", NULL, 0), 1);
    assert_string_equal(last.error->message, "/v/f is mounted; will not make a filesystem here!");
    assert_int_equal(host(EFFECT_HOST_UMOUNT, "/data/app", NULL, 0), 0);
    assert_int_equal(host(EFFECT_HOST_MKFS, "/v/f", NULL, 0), 0);
    assert_true(changed(CHANGE_DATA_LOST, "/v/f"));
    assert_int_equal(host(EFFECT_HOST_MKFS, "/v/none", NULL, 0), 1);
}

static void test_paths_live_in_the_volume(void **state)
{
    (void)state;
    make_volume();
    assert_true(host_path_exists(&world.host, "/data/app/appdata"));
    host_unmount(&world.host, "/data/app");
    assert_false(host_path_exists(&world.host, "/data/app/appdata"));
    assert_true(host_path_exists(&world.host, "/data/app"));
    host(EFFECT_HOST_MOUNT, "/data/app", "/v/f", 0);
    assert_true(host_path_exists(&world.host, "/data/app/appdata"));
    host(EFFECT_HOST_ACCESS, "/data/app/appdata", NULL, 0);
    assert_string_equal(json(), "true");
}

static void test_mounting_over_a_mount_hides_it(void **state)
{
    (void)state;
    make_volume();
    host(EFFECT_HOST_FALLOCATE, "/v/g", NULL, 1);
    host(EFFECT_HOST_MKFS, "/v/g", NULL, 0);
    assert_int_equal(host(EFFECT_HOST_MOUNT, "/data/app", "/v/g", 0), 0);
    assert_string_equal(host_mounted_on(&world.host, "/data/app"), "/v/g");
    assert_false(host_path_exists(&world.host, "/data/app/appdata"));
    host_unmount(&world.host, "/data/app");
    assert_string_equal(host_mounted_on(&world.host, "/data/app"), "/v/f");
}

static void test_mount_refusals(void **state)
{
    (void)state;
    assert_int_equal(host(EFFECT_HOST_MOUNT, "/no", "/v/f", 0), 32);
    host(EFFECT_HOST_MKDIR, "/m", NULL, 0);
    assert_int_equal(host(EFFECT_HOST_MOUNT, "/m", "/v/f", 0), 32);
    host(EFFECT_HOST_FALLOCATE, "/v/f", NULL, 1);
    assert_int_equal(host(EFFECT_HOST_MOUNT, "/m", "/v/f", 0), 32); /* not formatted */
    assert_int_equal(host(EFFECT_HOST_UMOUNT, "/m", NULL, 0), 32);
    assert_string_equal(last.error->message, "umount: /m: not mounted.");
    assert_int_equal(host(EFFECT_HOST_UMOUNT, "/no", NULL, 0), 32);
    assert_string_equal(last.error->message, "umount: /no: no mount point specified.");
    assert_int_equal(host(EFFECT_HOST_MOUNT_GREP, "/m", NULL, 0), 1);
    assert_int_equal(host(EFFECT_HOST_CHMOD, "/no", NULL, 0), 1);
    assert_int_equal(host(EFFECT_HOST_WRITE_STIGNORE, "/no/.stignore", NULL, 0), 2);
}

static void test_removing_destroys_data(void **state)
{
    (void)state;
    make_volume();
    host_data_written(&world.host, "/data/app/appdata");
    assert_int_equal(host(EFFECT_HOST_RM, "/data/app", NULL, 0), 1); /* busy, but emptied */
    assert_true(changed(CHANGE_DATA_LOST, "/v/f"));
    host_unmount(&world.host, "/data/app");
    assert_int_equal(host(EFFECT_HOST_RM, "/data/app", NULL, 0), 0);
    assert_false(host_path_exists(&world.host, "/data/app"));
    assert_int_equal(host(EFFECT_HOST_RM, "/v/f", NULL, 0), 0);
    assert_null(host_volume(&world.host, "/v/f"));
}

static void test_disk_space(void **state)
{
    (void)state;
    host_clear_disks(&world.host);
    host_add_disk(&world.host, "/dev/vda", "/", 10 * 1024 * 1024, 1024 * 1024);
    assert_int_equal(host(EFFECT_HOST_FALLOCATE, "/v/f", NULL, 5), 0);
    assert_int_equal(host(EFFECT_HOST_FALLOCATE, "/v/f", NULL, 5), 0); /* it is there already */
    assert_int_equal(host(EFFECT_HOST_FALLOCATE, "/v/g", NULL, 5), 1);
    host(EFFECT_HOST_DF, NULL, NULL, 0);
    assert_non_null(
        strstr(value_get_text(last.result, "stdout"), "/dev/vda          10485760   6291456   4194304      60% /"));
}

/* What a row or a recording says can be beyond any disk: it is refused, and still told. */
static void test_sizes_beyond_any_disk(void **state)
{
    (void)state;
    assert_int_equal(host(EFFECT_HOST_FALLOCATE, "/v/f", NULL, -1e300), 1);
    assert_string_equal(last.error->message, "fallocate: invalid length value specified");
    assert_int_equal(host(EFFECT_HOST_FALLOCATE, "/v/f", NULL, 1e300), 1);
    assert_string_equal(last.error->message, "fallocate: fallocate failed: No space left on device");
    for (int i = 0; i < 100; i++) {
        host_add_volume(&world.host, arena_printf(&arena, "/v/%d", i), "/data/app", "fluxapp", 1000000000, false, true,
                        true);
    }
    host(EFFECT_HOST_DF, NULL, NULL, 0);
    assert_non_null(strstr(value_get_text(last.result, "stdout"), " 104857600020000000         0 2097152000"));
}

static void test_crontab_and_reboot(void **state)
{
    (void)state;
    host(EFFECT_HOST_CRONTAB_LOAD, NULL, NULL, 0);
    assert_string_equal(json(), "{\"code\":1,\"stdout\":\"\"}");
    host_add_volume(&world.host, "/v/f", "/data/app", "fluxapp", 1, true, true, true);
    host(EFFECT_HOST_CRONTAB_LOAD, NULL, NULL, 0);
    assert_int_equal((int)value_get_number(last.result, "code", 9), 0);
    host_add_crontab_line(&world.host, "0 * * * * something");
    host_reboot(&world.host);
    assert_string_equal(host_mounted_on(&world.host, "/data/app"), "/v/f");
    host(EFFECT_HOST_CRONTAB_SAVE, NULL, "", 0);
    host_reboot(&world.host);
    assert_null(host_mounted_on(&world.host, "/data/app"));
    assert_true(host_volume(&world.host, "/v/f")->mark != 0); /* the data survives */
}

static void test_firewall(void **state)
{
    (void)state;
    host(EFFECT_HOST_UFW_STATUS, NULL, NULL, 0);
    assert_string_equal(json(), "{\"stdout\":\"Status: inactive\\n\"}");
    world.host.firewall_active = true;
    host(EFFECT_HOST_UFW_STATUS, NULL, NULL, 0);
    assert_string_equal(json(), "{\"stdout\":\"Status: active\\n\"}");
    host(EFFECT_HOST_UFW_ALLOW, NULL, NULL, 80);
    assert_non_null(strstr(json(), "added"));
    host(EFFECT_HOST_UFW_ALLOW, NULL, NULL, 80);
    assert_non_null(strstr(json(), "existing"));
    host(EFFECT_HOST_UFW_DELETE, NULL, NULL, 80);
    assert_non_null(strstr(json(), "deleted"));
    host(EFFECT_HOST_UFW_DELETE, NULL, NULL, 80);
    assert_non_null(strstr(json(), "non-existent"));
    host(EFFECT_HOST_IPTABLES, NULL, NULL, 0);
    assert_string_equal(json(), "{\"stdout\":\"\"}");
}

/* ---- neighbours
 * ---------------------------------------------------------------------------------------------------------------- */

static void test_the_benchmark_daemon_decrypts_what_it_encrypted(void **state)
{
    struct effect again;

    (void)state;
    const char *text = bench_daemon_encrypt(&world.bench, &arena, "{\"contacts\":[],\"compose\":[]}");
    struct arena other_arena;
    struct world other;

    arena_init(&other_arena, arena_source_malloc());
    world_init(&other, &other_arena, 1, 0);
    assert_string_equal(bench_daemon_encrypt(&other.bench, &other_arena, "{\"contacts\":[],\"compose\":[]}"), text);
    world_init(&other, &other_arena, 2, 0);
    assert_string_not_equal(bench_daemon_encrypt(&other.bench, &other_arena, "{\"contacts\":[],\"compose\":[]}"), text);
    arena_reset(&other_arena);

    assert_in_range(strlen(text), 400, 1300);
    const char *bad = "{\"params\":[\"{\\\"message\\\":\\\"AAAA\\\"}\"]}";

    assert_int_equal(perform_on(EFFECT_BENCH_DECRYPTRSAMESSAGE, bad, NULL, NULL, 0, &again), 0);
    assert_non_null(strstr(value_text(again.result), "\"status\":\"error\""));
    assert_int_equal(perform_on(EFFECT_BENCH_DECRYPTRSAMESSAGE, "{\"params\":[]}", NULL, NULL, 0, &again), 500);
}

static void test_fdm_unreachable_empty_and_unknown_differ(void **state)
{
    static const char eu[] = "{\"host\":\"fdm-fn-1-1.runonflux.io:16130\"}";
    static const char usa[] = "{\"host\":\"fdm-usa-1-1.runonflux.io:16130\"}";
    static const char asia[] = "{\"host\":\"fdm-sg-1-1.runonflux.io\"}";

    (void)state;
    assert_int_equal(perform_on(EFFECT_FDM_APPIPS, eu, "a", NULL, 0, &last), 404);
    assert_int_equal(perform_on(EFFECT_FDM_APPIPS, usa, "a", NULL, 0, &last), 404);
    assert_int_equal(perform_on(EFFECT_FDM_APPIPS, asia, "a", NULL, 0, &last), 404);
    fdm_set(&world.fdm, "a", FDM_EMPTY, NULL);
    assert_int_equal(perform_on(EFFECT_FDM_APPIPS, eu, "a", NULL, 0, &last), 0);
    assert_string_equal(json(), "{\"status\":\"success\",\"data\":{\"ips\":[]}}");
    fdm_set(&world.fdm, "a", FDM_PRIMARY, "1.2.3.4");
    perform_on(EFFECT_FDM_APPIPS, eu, "a", NULL, 0, &last);
    assert_string_equal(json(), "{\"status\":\"success\",\"data\":{\"ips\":[\"1.2.3.4\"]}}");
    world.fdm.region_up[0] = false;
    assert_int_equal(perform_on(EFFECT_FDM_APPIPS, eu, "a", NULL, 0, &last), -1);
    assert_int_equal(perform_on(EFFECT_FDM_APPIPS, asia, "a", NULL, 0, &last), 0);
    fdm_set(&world.fdm, "a", FDM_UNREACHABLE, NULL);
    assert_int_equal(perform_on(EFFECT_FDM_APPIPS, asia, "a", NULL, 0, &last), -1);
    assert_int_equal(perform_on(EFFECT_FDM_APPIPS, "{\"host\":\"elsewhere\"}", "a", NULL, 0, &last), -1);
}

static int send(const char *data)
{
    return perform_on(EFFECT_PEERS_SEND, arena_printf(&arena, "{\"peer\":\"203.0.113.1\",\"data\":%s}", data), NULL,
                      NULL, 0, &last);
}

static void test_peers_store_by_upstreams_rules(void **state)
{
    (void)state;
    struct peer *peer = peers_add(&world.peers, "203.0.113.1", false);

    assert_int_equal(
        send(
            "{\"type\":\"fluxapprunning\",\"name\":\"a\",\"ip\":\"i\",\"hash\":\"h\",\"broadcastedAt\":1774569600000}"),
        0);
    assert_int_equal(peers_expiry(&world.peers, "a", "i"), 1774569600000 + 125 * 60000);
    send("{\"type\":\"fluxapprunning\",\"name\":\"a\",\"ip\":\"i\",\"broadcastedAt\":1774569500000}"); /* older */
    assert_int_equal(peers_expiry(&world.peers, "a", "i"), 1774569600000 + 125 * 60000);
    send("{\"type\":\"fluxapprunning\",\"name\":\"old\",\"ip\":\"i\",\"broadcastedAt\":1}"); /* no longer valid */
    assert_int_equal(peers_expiry(&world.peers, "old", "i"), 0);
    send("{\"type\":\"fluxapprunning\",\"apps\":[{\"name\":\"b\"}],\"ip\":\"i\",\"broadcastedAt\":1774569600001}");
    assert_int_equal(peer->location_count, 2);
    send("{\"type\":\"fluxappremoved\",\"appName\":\"a\",\"ip\":\"i\",\"broadcastedAt\":1774569600002}");
    assert_int_equal(peers_expiry(&world.peers, "a", "i"), 0);
    send("{\"type\":\"fluxappinstallingerror\",\"broadcastedAt\":1774569600002}");
    assert_int_equal(peer->error_messages, 1);
    send("{\"type\":\"fluxapprunning\",\"apps\":[],\"ip\":\"i\",\"broadcastedAt\":1774569600003}");
    assert_int_equal(peer->location_count, 0);
    peer_add_running(&world.peers, peer, "fluxweb_a");
    perform_on(EFFECT_PEERS_LISTRUNNINGAPPS, "{\"peer\":\"203.0.113.1:16127\"}", NULL, NULL, 0, &last);
    assert_string_equal(json(), "{\"status\":\"success\",\"data\":[{\"Names\":[\"/fluxweb_a\"]}]}");
    peer->reachable = false;
    assert_int_equal(send("{}"), -1);
    assert_int_equal(perform_on(EFFECT_PEERS_LISTRUNNINGAPPS, "{\"peer\":\"9.9.9.9\"}", NULL, NULL, 0, &last), -1);
}

static void test_syncthing(void **state)
{
    (void)state;
    syncthing_add_folder(&world.syncthing, "f", "/p", "sendreceive");
    assert_int_equal(docker(EFFECT_SYNCTHING_PATCH_FOLDER, "{\"id\":\"no\",\"body\":{}}"), 404);
    assert_int_equal(docker(EFFECT_SYNCTHING_PATCH_FOLDER, "{\"id\":\"f\",\"body\":{\"type\":\"receiveonly\"}}"), 0);
    assert_true(changed(CHANGE_FOLDER_CHANGED, "f"));
    docker(EFFECT_SYNCTHING_GET_FOLDERS, "{}");
    assert_string_equal(json(), "[{\"id\":\"f\",\"path\":\"/p\",\"type\":\"receiveonly\"}]");
    world.syncthing.restart_required = true;
    docker(EFFECT_SYNCTHING_GET_RESTART_REQUIRED, "{}");
    assert_string_equal(json(), "{\"requiresRestart\":true}");
    docker(EFFECT_SYNCTHING_RESTART, "{}");
    assert_false(world.syncthing.restart_required);
    assert_int_equal(docker(EFFECT_SYNCTHING_DELETE_FOLDER, "{\"id\":\"f\"}"), 0);
    assert_int_equal(docker(EFFECT_SYNCTHING_DELETE_FOLDER, "{\"id\":\"f\"}"), 404);
}

static void test_registry(void **state)
{
    static const char manifest[] = "{\"reference\":\"1\"}";

    (void)state;
    assert_int_equal(perform_on(EFFECT_NET_MANIFEST, manifest, "any:1", NULL, 0, &last), 0);
    struct registry_image *image = image_registry_add(&world.registry, "a/b:1");

    image->missing = true;
    assert_int_equal(perform_on(EFFECT_NET_MANIFEST, manifest, "a/b:1", NULL, 0, &last), 404);
    image->missing = false;
    image->token_wanted = true;
    assert_int_equal(perform_on(EFFECT_NET_MANIFEST, manifest, "a/b:1", NULL, 0, &last), 401);
    const char *realm = arena_printf(&arena, "{\"realm\":\"%s\"}", last.error->message);

    assert_int_equal(perform_on(EFFECT_NET_TOKEN, realm, NULL, NULL, 0, &last), 0);
    assert_int_equal(perform_on(EFFECT_NET_MANIFEST, manifest, "a/b:1", NULL, 0, &last), 0);
    image->architecture = "arm64";
    perform_on(EFFECT_NET_BLOB, "{}", "a/b:1", NULL, 0, &last);
    assert_string_equal(json(), "{\"architecture\":\"arm64\"}");
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)
    const struct CMUnitTest tests[] = {
        TEST(test_list_is_newest_first_and_running_only_unless_all),
        TEST(test_prune_deletes_all_that_does_not_run),
        TEST(test_container_life),
        TEST(test_create_refusals),
        TEST(test_start_without_its_network),
        TEST(test_networks),
        TEST(test_images),
        TEST(test_engine_restart_follows_the_policy),
        TEST(test_find_filters_and_projections),
        TEST(test_update_upsert_delete),
        TEST(test_rows_expire),
        TEST(test_formatting_a_mounted_volume_fails_an_unmounted_one_is_destroyed),
        TEST(test_paths_live_in_the_volume),
        TEST(test_mounting_over_a_mount_hides_it),
        TEST(test_mount_refusals),
        TEST(test_removing_destroys_data),
        TEST(test_disk_space),
        TEST(test_sizes_beyond_any_disk),
        TEST(test_crontab_and_reboot),
        TEST(test_firewall),
        TEST(test_the_benchmark_daemon_decrypts_what_it_encrypted),
        TEST(test_fdm_unreachable_empty_and_unknown_differ),
        TEST(test_peers_store_by_upstreams_rules),
        TEST(test_syncthing),
        TEST(test_registry),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}

#include "fakes/tests/sample_world.h"

#include <assert.h>
#include <string.h>

const struct sample_effect sample_effects[] = {
    /* containers */
    {EFFECT_DOCKER_CONTAINERS_LIST, .args = "{\"all\":true}", .touches = "r:containers:*"},
    {EFFECT_DOCKER_CONTAINERS_PRUNE, .touches = "r:containers:* w:containers:db_a w:containers:web_c w:containers:?"},
    {EFFECT_DOCKER_CONTAINERS_CREATE,
     .args =
         "{\"name\":\"new_1\",\"body\":{\"Image\":\"a/b:1\",\"HostConfig\":{\"NetworkMode\":\"net_a\",\"Mounts\":[]}}}",
     .touches = "r:images:a/b:1 r:containers:new_1 w:containers:new_1 w:containers:# w:containers:?"},
    {EFFECT_DOCKER_CONTAINERS_CREATE,
     .args = "{\"name\":\"new_2\",\"body\":{\"Image\":\"a/"
             "b:1\",\"HostConfig\":{\"NetworkMode\":\"net_a\",\"Mounts\":[{\"Source\":\"/data/a/appdata\"}]}}}",
     .touches =
         "r:images:a/b:1 r:containers:new_2 w:containers:new_2 w:containers:# w:containers:? r:mounts:/data/a/appdata "
         "r:mounts:/data/a r:mounts:/data r:mounts:/ r:volumes:/data/a/appdata r:files:/data/a/appdata"},
    {EFFECT_DOCKER_CONTAINERS_CREATE,
     .args = "{\"name\":\"new_3\",\"body\":{\"Image\":\"c/"
             "d:1\",\"HostConfig\":{\"NetworkMode\":\"net_a\",\"Mounts\":[{\"Source\":\"/data/b/appdata\"}]}}}"},
    {EFFECT_DOCKER_CONTAINERS_CREATE,
     .args = "{\"name\":\"new_1\",\"body\":{\"Image\":\"none:1\",\"HostConfig\":{\"NetworkMode\":\"net_a\",\"Mounts\":["
             "]}}}",
     .touches = "r:images:none:1"},
    {EFFECT_DOCKER_CONTAINERS_CREATE,
     .args =
         "{\"name\":\"web_a\",\"body\":{\"Image\":\"a/b:1\",\"HostConfig\":{\"NetworkMode\":\"net_a\",\"Mounts\":[]}}}",
     .touches = "r:images:a/b:1 r:containers:web_a"},
    {EFFECT_DOCKER_CONTAINER_INSPECT, .args = "{\"container\":\"web_a\"}",
     .touches = "r:containers:web_a r:networks:net_a"},
    {EFFECT_DOCKER_CONTAINER_INSPECT, .args = "{\"container\":\"db_a\"}", .touches = "r:containers:db_a"},
    {EFFECT_DOCKER_CONTAINER_INSPECT, .args = "{\"container\":\"new_1\"}", .touches = "r:containers:new_1"},
    {EFFECT_DOCKER_CONTAINER_INSPECT, .args = "{\"container\":\"%s\"}", .id_of = "db_a",
     .touches = "r:containers:? r:containers:db_a"},
    {EFFECT_DOCKER_CONTAINER_START, .args = "{\"container\":\"web_a\"}", .touches = "r:containers:web_a"},
    {EFFECT_DOCKER_CONTAINER_START, .args = "{\"container\":\"db_a\"}",
     .touches = "r:containers:db_a r:networks:net_a w:containers:db_a r:mounts:/data/a/appdata r:mounts:/data/a "
                "r:mounts:/data r:mounts:/ r:volumes:/v/a w:volumes:/v/a"},
    {EFFECT_DOCKER_CONTAINER_START, .args = "{\"container\":\"%s\"}", .id_of = "db_a"},
    {EFFECT_DOCKER_CONTAINER_START, .args = "{\"container\":\"web_c\"}",
     .touches = "r:containers:web_c w:containers:web_c r:networks:gone"},
    {EFFECT_DOCKER_CONTAINER_START, .args = "{\"container\":\"new_1\"}"},
    {EFFECT_DOCKER_CONTAINER_STOP, .args = "{\"container\":\"web_a\"}",
     .touches = "r:containers:web_a w:containers:web_a"},
    {EFFECT_DOCKER_CONTAINER_STOP, .args = "{\"container\":\"db_a\"}", .touches = "r:containers:db_a"},
    {EFFECT_DOCKER_CONTAINER_RESTART, .args = "{\"container\":\"web_b\"}",
     .touches = "r:containers:web_b r:networks:net_b w:containers:web_b"},
    {EFFECT_DOCKER_CONTAINER_KILL, .args = "{\"container\":\"web_b\"}",
     .touches = "r:containers:web_b w:containers:web_b"},
    {EFFECT_DOCKER_CONTAINER_REMOVE, .args = "{\"container\":\"db_a\"}",
     .touches = "r:containers:db_a w:containers:db_a w:containers:?"},
    {EFFECT_DOCKER_CONTAINER_REMOVE, .args = "{\"container\":\"web_b\",\"force\":true}"},
    {EFFECT_DOCKER_CONTAINER_REMOVE, .args = "{\"container\":\"web_a\"}", .touches = "r:containers:web_a"},
    /* networks */
    {EFFECT_DOCKER_NETWORK_INSPECT, .args = "{\"network\":\"net_a\"}", .touches = "r:networks:net_a r:containers:*"},
    {EFFECT_DOCKER_NETWORK_INSPECT, .args = "{\"network\":\"%s\"}", .id_of = "idle",
     .touches = "r:networks:? r:networks:idle r:containers:*"},
    {EFFECT_DOCKER_NETWORKS_CREATE,
     .args = "{\"Name\":\"gone\",\"IPAM\":{\"Config\":[{\"Subnet\":\"172.23.9.0/24\"}]}}",
     .touches =
         "r:networks:gone r:networks:172.23.9.0/24 w:networks:gone w:networks:172.23.9.0/24 w:networks:# w:networks:?"},
    {EFFECT_DOCKER_NETWORKS_CREATE,
     .args = "{\"Name\":\"other\",\"IPAM\":{\"Config\":[{\"Subnet\":\"172.23.9.0/24\"}]}}"},
    {EFFECT_DOCKER_NETWORKS_CREATE, .args = "{\"Name\":\"next\"}",
     .touches = "r:networks:next r:networks:172.23.0.0/24 r:networks:172.23.1.0/24 r:networks:172.23.2.0/24 "
                "r:networks:172.23.3.0/24 w:networks:next w:networks:172.23.3.0/24 w:networks:# w:networks:?"},
    {EFFECT_DOCKER_NETWORKS_LIST, .touches = "r:networks:*"},
    {EFFECT_DOCKER_NETWORK_REMOVE, .args = "{\"network\":\"idle\"}",
     .touches = "r:networks:idle r:containers:* w:networks:idle w:networks:?"},
    {EFFECT_DOCKER_NETWORK_REMOVE, .args = "{\"network\":\"net_a\"}", .touches = "r:networks:net_a r:containers:*"},
    {EFFECT_DOCKER_NETWORK_DISCONNECT, .args = "{\"network\":\"net_b\",\"Container\":\"web_b\"}",
     .touches = "r:networks:net_b r:containers:web_b w:containers:web_b"},
    {EFFECT_DOCKER_NETWORKS_PRUNE, .touches = "r:networks:* r:containers:* w:networks:idle w:networks:?"},
    /* images */
    {EFFECT_DOCKER_IMAGE_PULL, .args = "{\"image\":\"new\",\"tag\":\"1\"}",
     .touches = "r:images:new:1 w:images:new:1 w:images:#"},
    {EFFECT_DOCKER_IMAGE_PULL, .args = "{\"image\":\"other\",\"tag\":\"1\"}"},
    {EFFECT_DOCKER_IMAGE_PULL, .args = "{\"image\":\"a/b\",\"tag\":\"1\"}", .touches = "r:images:a/b:1"},
    {EFFECT_DOCKER_IMAGE_REMOVE, .args = "{\"image\":\"c/d:1\"}",
     .touches = "r:images:c/d:1 r:containers:* w:images:c/d:1"},
    {EFFECT_DOCKER_IMAGE_REMOVE, .args = "{\"image\":\"a/b:1\"}", .touches = "r:images:a/b:1 r:containers:*"},
    {EFFECT_DOCKER_IMAGES_LIST, .touches = "r:images:*"},
    {EFFECT_DOCKER_IMAGES_PRUNE, .touches = ""},
    {EFFECT_DOCKER_VOLUMES_PRUNE, .touches = ""},
    {EFFECT_DOCKER_INFO, .touches = ""},
    /* rows */
    {EFFECT_DB_FIND,
     .args = "{\"db\":\"localzelapps\",\"collection\":\"zelappsinformation\",\"filter\":{\"name\":\"a\"}}",
     .touches = "r:rows:?"},
    {EFFECT_DB_FIND,
     .args = "{\"db\":\"localzelapps\",\"collection\":\"zelappsinformation\",\"filter\":{\"name\":{\"$regex\":\"^B$\","
             "\"$options\":\"i\"}}}",
     .touches = "r:rows:?"},
    {EFFECT_DB_FIND, .args = "{\"db\":\"localzelapps\",\"collection\":\"zelappsinformation\",\"filter\":{}}",
     .touches = "r:rows:*"},
    {EFFECT_DB_FIND,
     .args = "{\"db\":\"localzelapps\",\"collection\":\"zelappsinformation\",\"filter\":{\"hash\":\"h\"}}",
     .touches = "r:rows:*"},
    {EFFECT_DB_FIND,
     .args = "{\"db\":\"globalzelapps\",\"collection\":\"zelappslocation\",\"filter\":{\"name\":\"a\"}}",
     .touches = "r:rows:?"},
    {EFFECT_DB_INSERT,
     .args = "{\"db\":\"localzelapps\",\"collection\":\"zelappsinformation\",\"documents\":[{\"name\":\"new\"}]}",
     .touches = "w:rows:? w:rows:#"},
    {EFFECT_DB_INSERT,
     .args = "{\"db\":\"localzelapps\",\"collection\":\"zelappsinformation\",\"documents\":[{\"name\":\"A\"}]}",
     .touches = "w:rows:? w:rows:#"},
    {EFFECT_DB_INSERT,
     .args = "{\"db\":\"localzelapps\",\"collection\":\"zelappsinformation\",\"documents\":[{\"hash\":\"h\"}]}"},
    {EFFECT_DB_INSERT, .args = "{\"db\":\"globalzelapps\",\"collection\":\"zelappslocation\",\"documents\":[{\"name\":"
                               "\"new\",\"ip\":\"1\"}]}"},
    {EFFECT_DB_UPDATE,
     .args = "{\"db\":\"localzelapps\",\"collection\":\"zelappsinformation\",\"updates\":[{\"q\":{\"name\":\"a\"},"
             "\"u\":{\"$set\":{\"hash\":\"z\"}}}]}",
     .touches = "r:rows:? w:rows:?"},
    {EFFECT_DB_UPDATE,
     .args = "{\"db\":\"localzelapps\",\"collection\":\"zelappsinformation\",\"updates\":[{\"q\":{\"name\":\"a\"},"
             "\"u\":{\"$set\":{\"hash\":\"h\"}}}]}",
     .touches = "r:rows:?"},
    {EFFECT_DB_UPDATE, .args = "{\"db\":\"localzelapps\",\"collection\":\"zelappsinformation\",\"updates\":[{\"q\":{"
                               "\"name\":\"a\"},\"u\":{\"$set\":{\"name\":\"b\"}}}]}"},
    {EFFECT_DB_UPDATE,
     .args = "{\"db\":\"globalzelapps\",\"collection\":\"zelappslocation\",\"updates\":[{\"q\":{\"name\":\"a\",\"ip\":"
             "\"1\"},\"u\":{\"$set\":{\"hash\":\"z\"}},\"upsert\":true}]}",
     .touches = "r:rows:? w:rows:? w:rows:#"},
    {EFFECT_DB_UPDATE, .args = "{\"db\":\"localzelapps\",\"collection\":\"zelappsinformation\",\"updates\":[{\"q\":{},"
                               "\"u\":{\"$set\":{\"seen\":1}},\"multi\":true}]}"},
    {EFFECT_DB_DELETE,
     .args = "{\"db\":\"localzelapps\",\"collection\":\"zelappsinformation\",\"deletes\":[{\"q\":{\"name\":\"b\"},"
             "\"limit\":0}]}",
     .touches = "r:rows:? w:rows:?"},
    {EFFECT_DB_DELETE,
     .args = "{\"db\":\"globalzelapps\",\"collection\":\"zelappslocation\",\"deletes\":[{\"q\":{\"ip\":\"2\"},"
             "\"limit\":0}]}",
     .touches = "r:rows:* w:rows:?"},
    {EFFECT_DB_DELETE,
     .args = "{\"db\":\"localzelapps\",\"collection\":\"zelappsinformation\",\"deletes\":[{\"q\":{\"hash\":"
             "\"nameless\"},\"limit\":0}]}",
     .touches = "r:rows:* w:rows:-"},
    {EFFECT_DB_FIND_AND_MODIFY,
     .args =
         "{\"db\":\"localzelapps\",\"collection\":\"zelappsinformation\",\"query\":{\"name\":\"a\"},\"remove\":true}",
     .touches = "r:rows:? w:rows:?"},
    {EFFECT_DB_AGGREGATE,
     .args =
         "{\"db\":\"globalzelapps\",\"collection\":\"zelappslocation\",\"pipeline\":[{\"$match\":{\"name\":\"a\"}}]}",
     .touches = "r:rows:?"},
    /* daemons and neighbours */
    {EFFECT_BENCH_GETBENCHMARKS, .touches = ""},
    {EFFECT_DAEMON_GETBLOCKCOUNT, .touches = "r:chain:chain"},
    {EFFECT_SYNCTHING_GET_FOLDERS, .touches = "r:sync:*"},
    {EFFECT_SYNCTHING_PATCH_FOLDER, .args = "{\"id\":\"fa\",\"body\":{\"type\":\"receiveonly\"}}",
     .touches = "r:sync:fa w:sync:fa"},
    {EFFECT_SYNCTHING_PATCH_FOLDER, .args = "{\"id\":\"fa\",\"body\":{\"type\":\"sendreceive\"}}",
     .touches = "r:sync:fa"},
    {EFFECT_SYNCTHING_DELETE_FOLDER, .args = "{\"id\":\"fb\"}", .touches = "r:sync:fb w:sync:fb"},
    {EFFECT_SYNCTHING_PUT_FOLDERS, .args = "{\"body\":[{\"id\":\"fn\",\"path\":\"/n\",\"type\":\"sendreceive\"}]}",
     .touches = "r:sync:fn w:sync:fn w:sync:#"},
    {EFFECT_SYNCTHING_PUT_FOLDERS, .args = "{\"body\":[{\"id\":\"fb\",\"path\":\"/b\",\"type\":\"receiveonly\"}]}",
     .touches = "r:sync:fb w:sync:fb"},
    {EFFECT_SYNCTHING_PUT_FOLDERS, .args = "{\"body\":[{\"id\":\"fm\",\"path\":\"/m\",\"type\":\"sendreceive\"}]}"},
    {EFFECT_SYNCTHING_FOLDER_STATUS, .args = "{\"folder\":\"fb\"}", .touches = "r:sync:fb"},
    {EFFECT_SYNCTHING_GET_DEVICES, .touches = "r:sync:devices"},
    {EFFECT_SYNCTHING_PUT_DEVICES, .args = "{\"body\":[{\"deviceID\":\"d\"}]}", .touches = "w:sync:devices"},
    {EFFECT_SYNCTHING_GET_RESTART_REQUIRED, .touches = "r:sync:restart"},
    {EFFECT_SYNCTHING_RESTART, .touches = "w:sync:restart"},
    {EFFECT_SYNCTHING_HEALTH, .touches = "r:sync:health"},
    {EFFECT_SYNCTHING_SYSTEM_STATUS, .touches = ""},
    {EFFECT_FDM_APPIPS, .args = "{\"host\":\"fdm-fn-1-1.runonflux.io:16130\"}", .object = "a",
     .touches = "r:primary:a"},
    {EFFECT_PEERS_SEND,
     .args = "{\"peer\":\"203.0.113.1\",\"data\":{\"type\":\"fluxapprunning\",\"name\":\"a\",\"ip\":\"i\","
             "\"broadcastedAt\":1774569660000}}",
     .touches = "r:peer-stores:203.0.113.1 w:peer-stores:203.0.113.1"},
    {EFFECT_PEERS_SEND,
     .args = "{\"peer\":\"203.0.113.1:16127\",\"data\":{\"type\":\"fluxappremoved\",\"appName\":\"a\",\"ip\":\"i\","
             "\"broadcastedAt\":1774569660000}}",
     .touches = "r:peer-stores:203.0.113.1 w:peer-stores:203.0.113.1"},
    {EFFECT_PEERS_SEND, .args = "{\"peer\":\"203.0.113.2\",\"data\":{\"type\":\"fluxapprunning\",\"name\":\"a\",\"ip\":"
                                "\"i\",\"broadcastedAt\":1774569660000}}"},
    {EFFECT_PEERS_SEND, .args = "{\"peer\":\"203.0.113.9\",\"data\":{}}", .touches = "r:peer-stores:203.0.113.9"},
    {EFFECT_PEERS_LISTRUNNINGAPPS, .args = "{\"peer\":\"203.0.113.2\"}", .touches = "r:peer-stores:203.0.113.2"},
    {EFFECT_NET_MANIFEST, .args = "{\"reference\":\"1\"}", .object = "x/y:1", .touches = "r:images:x/y:1"},
    {EFFECT_NET_MANIFEST, .args = "{\"reference\":\"1\"}", .object = "a/b:1", .touches = ""},
    {EFFECT_NET_TOKEN, .args = "{\"realm\":\"repository:x/y:1:pull\"}", .touches = "a:images:x/y:1"},
    {EFFECT_NET_DIGEST, .object = "x/y:1", .touches = ""},
    /* host */
    {EFFECT_HOST_DF, .touches = "r:volumes:$"},
    {EFFECT_HOST_MKDIR, .object = "/data/new",
     .touches = "r:mounts:/ r:mounts:/data r:mounts:/data/new r:volumes:/data r:volumes:/data/new r:files:/data "
                "r:files:/data/new w:files:/data/new a:files:?"},
    {EFFECT_HOST_MKDIR, .object = "/data/a/new"},
    {EFFECT_HOST_MKDIR, .object = "/data/a/other"},
    {EFFECT_HOST_MKDIR, .object = "/data/b/new"},
    {EFFECT_HOST_MKDIR, .object = "/v/c"},
    {EFFECT_HOST_WRITE_STIGNORE, .object = "/data/a/.stignore"},
    {EFFECT_HOST_TOUCH, .object = "/no/file", .touches = "r:mounts:/ r:mounts:/no r:volumes:/no r:files:/no"},
    {EFFECT_HOST_FALLOCATE, .object = "/v/c", .amount = 5,
     .touches = "r:volumes:/v/c r:volumes:$ w:volumes:/v/c w:volumes:$"},
    {EFFECT_HOST_FALLOCATE, .object = "/v/d", .amount = 5},
    {EFFECT_HOST_FALLOCATE, .object = "/v/d", .amount = 500, .touches = "r:volumes:/v/d r:volumes:$"},
    {EFFECT_HOST_FALLOCATE, .object = "/v/a", .amount = 1, .touches = "r:volumes:/v/a r:volumes:$"},
    {EFFECT_HOST_MKFS, .object = "/v/b",
     .touches = "r:volumes:/v/b r:mounts:/v/b w:volumes:/v/b r:files:? w:files:/data/b/appdata a:files:?"},
    {EFFECT_HOST_MKFS, .object = "/v/a", .touches = "r:volumes:/v/a r:mounts:/v/a"},
    {EFFECT_HOST_MKFS, .object = "/v/c"},
    {EFFECT_HOST_MOUNT, .object = "/data/b", .operand = "/v/b",
     .touches = "r:mounts:/ r:mounts:/data r:mounts:/data/b r:volumes:/data/b r:files:/data/b r:volumes:/v/b "
                "w:mounts:/data/b w:mounts:/v/b w:mounts:#"},
    {EFFECT_HOST_MOUNT, .object = "/data/a", .operand = "/v/b"},
    {EFFECT_HOST_MOUNT, .object = "/mnt", .operand = "/v/a"},
    {EFFECT_HOST_MOUNT, .object = "/data/b", .operand = "/v/c"},
    {EFFECT_HOST_UMOUNT, .object = "/data/a", .touches = "r:mounts:/data/a w:mounts:/data/a w:mounts:/v/a"},
    {EFFECT_HOST_UMOUNT, .object = "/data/b",
     .touches = "r:mounts:/data/b r:mounts:/data r:mounts:/ r:volumes:/data/b r:files:/data/b"},
    {EFFECT_HOST_MOUNT_GREP, .object = "/data", .touches = "r:mounts:*"},
    {EFFECT_HOST_STAT, .object = "/data/a", .touches = "r:mounts:/data/a"},
    {EFFECT_HOST_ACCESS, .object = "/data/a", .touches = "r:mounts:/ r:mounts:/data r:mounts:/data/a"},
    {EFFECT_HOST_ACCESS, .object = "/data/a/appdata"},
    {EFFECT_HOST_ACCESS, .object = "/data/b/appdata"},
    {EFFECT_HOST_ACCESS, .object = "/v/c"},
    {EFFECT_HOST_RM, .object = "/v/b", .touches = "r:volumes:/v/b w:volumes:/v/b a:volumes:$"},
    {EFFECT_HOST_RM, .object = "/data/b",
     .touches = "r:volumes:/data/b r:mounts:/data/b r:mounts:/data r:mounts:/ r:files:? w:files:/data/b a:files:?"},
    {EFFECT_HOST_RM, .object = "/data/a"},
    {EFFECT_HOST_UNTAR, .object = "/data/a/appdata"},
    {EFFECT_HOST_TAR, .object = "/data/b"},
    {EFFECT_HOST_CHMOD, .object = "/data/a/new"},
    {EFFECT_HOST_CRONTAB_LOAD, .touches = "r:crontab:crontab"},
    {EFFECT_HOST_CRONTAB_SAVE, .operand = "one line", .touches = "w:crontab:crontab"},
    {EFFECT_HOST_CRONTAB_SAVE, .operand = "another line"},
    {EFFECT_HOST_UFW_ALLOW, .amount = 80, .touches = "r:firewall:? w:firewall:?"},
    {EFFECT_HOST_UFW_ALLOW, .amount = 81},
    {EFFECT_HOST_UFW_DELETE, .amount = 80, .touches = "r:firewall:?"},
    {EFFECT_HOST_UFW_STATUS, .touches = "r:firewall:active"},
    {EFFECT_HOST_IPTABLES, .touches = ""},
};
const unsigned sample_effect_count = sizeof sample_effects / sizeof sample_effects[0];

static const struct value *parse(struct arena *arena, const char *text)
{
    const struct value *value = value_parse(arena, text, strlen(text));

    assert(value != NULL);
    return value;
}

static struct {
    const char *name;
    char id[65];
} named[] = {{"db_a", ""}, {"idle", ""}};

static void build_docker(struct world *world)
{
    static const char mounting[] = "{\"HostConfig\":{\"Mounts\":[{\"Source\":\"/data/a/appdata\"}]}}";
    struct docker_engine *docker = &world->docker;

    docker_engine_add_image(docker, "a/b:1");
    docker_engine_add_image(docker, "c/d:1");
    docker_engine_add_network(docker, "net_a", NULL);
    docker_engine_add_network(docker, "net_b", NULL);
    docker_engine_add_network(docker, "idle", NULL);
    docker_engine_add_container(docker, "web_a", "a/b:1", "net_a", "172.23.0.2", CONTAINER_RUNNING, NULL);
    docker_engine_add_container(docker, "db_a", "a/b:1", "net_a", NULL, CONTAINER_EXITED,
                                parse(world->memory, mounting));
    docker_engine_add_container(docker, "web_b", "a/b:1", "net_b", NULL, CONTAINER_RUNNING, NULL);
    docker_engine_add_container(docker, "web_c", "a/b:1", "gone", NULL, CONTAINER_CREATED, NULL);
    memcpy(named[0].id, docker_engine_container(docker, named[0].name)->id, sizeof named[0].id);
    memcpy(named[1].id, docker_engine_network(docker, named[1].name)->id, sizeof named[1].id);
}

static void build_rows(struct world *world)
{
    static const char *const rows[] = {"{\"name\":\"a\",\"hash\":\"h\"}", "{\"name\":\"b\"}",
                                       "{\"hash\":\"nameless\"}"};

    for (size_t i = 0; i < sizeof rows / sizeof rows[0]; i++) {
        document_store_insert(&world->store, "localzelapps", "zelappsinformation", parse(world->memory, rows[i]));
    }
    document_store_insert(&world->store, "globalzelapps", "zelappslocation",
                          parse(world->memory, "{\"name\":\"b\",\"ip\":\"2\"}"));
}

static void build_host(struct world *world)
{
    enum { GIB_KB = 1024 * 1024, DISK_GB = 8 };

    host_clear_disks(&world->host);
    host_add_disk(&world->host, "/dev/vda", "/", (int64_t)DISK_GB * GIB_KB, 0);
    host_add_volume(&world->host, "/v/a", "/data/a", "fluxa", 1, true, true, false);
    host_add_volume(&world->host, "/v/b", "/data/b", "fluxb", 1, false, false, true);
    world->host.firewall_active = true;
}

void sample_world_build(struct world *world, struct arena *memory)
{
    world_init(world, memory, 1, 1774569600000);
    build_docker(world);
    build_rows(world);
    build_host(world);
    syncthing_add_folder(&world->syncthing, "fa", "/data/a", "sendreceive");
    syncthing_add_folder(&world->syncthing, "fb", "/data/b", "sendreceive");
    world->syncthing.restart_required = true;
    fdm_set(&world->fdm, "a", FDM_PRIMARY, "198.51.100.7");
    peers_add(&world->peers, "203.0.113.1", false);
    peer_add_running(&world->peers, peers_add(&world->peers, "203.0.113.2", true), "web_a");
    image_registry_add(&world->registry, "x/y:1")->token_wanted = true;
    world->now_ms += 60000;
}

/* The id that a thing has after building, whatever became of it: a request goes on naming it. */
static const char *id_of(const char *name)
{
    for (size_t i = 0; i < sizeof named / sizeof named[0]; i++) {
        if (strcmp(named[i].name, name) == 0) {
            return named[i].id;
        }
    }
    assert(false && "not a thing whose id is kept");
    return NULL;
}

uint64_t sample_effect_apply(struct world *world, const struct sample_effect *sample)
{
    const char *text = sample->args == NULL ? "{}" : sample->args;
    const char *hole = sample->id_of == NULL ? NULL : strstr(text, "%s");

    if (hole != NULL) {
        text = arena_printf(world->memory, "%.*s%s%s", (int)(hole - text), text, id_of(sample->id_of), hole + 2);
    }
    struct effect effect = {.id = sample->id,
                            .args = parse(world->memory, text),
                            .object = sample->object,
                            .operand = sample->operand,
                            .amount = sample->amount};

    world_apply(world, &effect, world->memory);
    return effect.error == NULL ? effect.result->hash
                                : hash_combine(hash_text(effect.error->message), (uint64_t)effect.error->status);
}

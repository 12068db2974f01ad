/* The world's side of a replay: how it begins, what it does by itself, what its stand-ins answer. */
#include "sim/conform/replay_state.h"

#include "sim/scenario/loader.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char flux_dir[] = "/W/flux"; /* `$W/flux`: recording.c */

static bool is_op(const struct recorded_op *op, const char *port, const char *name)
{
    return strcmp(op->port, port) == 0 && strcmp(op->op, name) == 0;
}

static bool runs(const struct recorded_op *op, const char *part)
{
    const char *command = value_get_text(op->args, "command");

    return command != NULL && strstr(command, part) != NULL;
}

/* ---- the beginning
 * ---------------------------------------------------------------------------------------------------- */

static void add_peer(struct replay *replay, struct scenario_world *world, const char *address)
{
    for (uint32_t i = 0; i < world->peer_count; i++) {
        if (strcmp(world->peers[i].address, address) == 0) {
            return;
        }
    }
    struct scenario_peer *peers = arena_alloc(replay->arena, (world->peer_count + 1) * sizeof *peers);

    for (uint32_t i = 0; i < world->peer_count; i++) {
        peers[i] = world->peers[i];
    }
    /* A broadcast goes to outbound peers, waits, and goes to inbound ones (12.10): one of each. */
    peers[world->peer_count] =
        (struct scenario_peer){.address = address, .reachable = true, .inbound = world->peer_count > 0};
    world->peers = peers;
    world->peer_count++;
}

static void read_node(struct replay *replay, struct scenario_world *world)
{
    const struct recording *recording = replay->recording;
    bool known = false;

    for (uint32_t i = 0; i < recording->op_count; i++) {
        const struct recorded_op *op = &recording->ops[i];
        const char *ip = value_get_text(op->result, "ipaddress");

        if (is_op(op, "peers", "send") && value_get_text(op->args, "peer") != NULL) {
            add_peer(replay, world, value_get_text(op->args, "peer"));
        } else if (!known && is_op(op, "bench", "getbenchmarks") && ip != NULL) {
            known = true;
            world->ip = ip;
            world->api_port = strchr(ip, ':') == NULL ? world->api_port : (int)strtol(strchr(ip, ':') + 1, NULL, 10);
        }
    }
}

/* An image whose manifest was fetched by digest too is a list of manifests (2.5 step 4). */
static void read_images(struct replay *replay)
{
    const struct recording *recording = replay->recording;

    for (uint32_t i = 1; i < recording->op_count; i++) {
        const char *list = recording->ops[i - 1].op;
        const char *reference = strstr(list, "/manifests/");
        const char *digest = strstr(recording->ops[i].op, "/manifests/sha256:");

        if (reference != NULL && strncmp(list, "GET /v2/", 8) == 0 && strncmp(reference + 11, "sha256:", 7) != 0 &&
            (digest != NULL ||
             (i + 1 < recording->op_count && strstr(recording->ops[i + 1].op, "/manifests/sha256:")))) {
            const char *repotag =
                arena_printf(replay->arena, "%.*s:%s", (int)(reference - list) - 8, list + 8, reference + 11);

            image_registry_add(&replay->kernel.world.registry, repotag)->manifest_list = true;
        }
    }
}

void surroundings_build(struct replay *replay)
{
    struct scenario *scenario = arena_alloc(replay->arena, sizeof *scenario);
    const struct value *images = value_get(value_get(replay->recording->initial, "docker"), "images");
    const struct revision *revision = replay->config.revision;

    default_world(replay->arena, &scenario->world);
    scenario->world.flux_dir = flux_dir;
    scenario->world.peer_count = 0;
    read_node(replay, &scenario->world);
    scenario_build_world(scenario, &replay->kernel.world, revision, &replay->config);
    read_images(replay);
    for (uint32_t i = 0; i < value_count(images); i++) {
        if (value_text(value_at(images, i)) != NULL) {
            docker_engine_add_image(&replay->kernel.world.docker, value_text(value_at(images, i)));
        }
    }
}

/* ---- what it does by itself
 * ------------------------------------------------------------------------------------------- */

static void ignore(struct replay *replay, const struct recorded_op *op)
{
    struct conformity *conformity = replay->conformity;

    *(const char **)table_add(replay->arena, (void **)&conformity->ignored, &conformity->ignored_count,
                              &conformity->ignored_size, sizeof(const char *)) =
        arena_printf(replay->arena, "line %u: %s %s %s", op->line, op->port, op->op,
                     value_json(replay->arena, op->args));
}

/* Notes name the folder, a container or nothing: then it is all that is mounted. */
static void unmount(struct replay *replay, const char *note)
{
    struct host *host = &replay->kernel.world.host;

    for (uint32_t i = host->mount_count; i > 0; i--) {
        const char *folder = host->mounts[i - 1].folder;
        const char *name = strrchr(folder, '/');
        bool all = strcmp(note, "umount") == 0;

        if (all || (name != NULL && strstr(note, name + 1) != NULL)) {
            host_unmount(host, folder);
        }
    }
}

/* Every pattern in it is of FluxOS's form, `^<name>$` (12.2): the database of the replay knows no other. */
static bool has_known_patterns(const struct value *filter)
{
    for (uint32_t i = 0; value_is(filter, VALUE_OBJECT) && i < filter->count; i++) {
        const char *pattern = value_get_text(filter->members[i].value, "$regex");
        size_t length = pattern == NULL ? 0 : strlen(pattern);

        if (pattern != NULL && (length < 2 || pattern[0] != '^' || pattern[length - 1] != '$')) {
            return false;
        }
    }
    return true;
}

/* The filters of updates and deletes. */
static bool have_known_patterns(const struct value *list)
{
    for (uint32_t i = 0; i < value_count(list); i++) {
        if (!has_known_patterns(value_get(value_at(list, i), "q"))) {
            return false;
        }
    }
    return true;
}

/* Documents are objects. */
static bool are_documents(const struct value *list)
{
    for (uint32_t i = 0; i < value_count(list); i++) {
        if (!value_is(value_at(list, i), VALUE_OBJECT)) {
            return false;
        }
    }
    return true;
}

/* FluxOS's own requests always name a collection and are well formed; a recording can hold what nobody asked for. */
static bool can_be_asked(const struct effect_info *info, const struct value *args)
{
    return info->port != PORT_db ||
           (value_get_text(args, "db") != NULL && value_get_text(args, "collection") != NULL &&
            are_documents(value_get(args, "documents")) && has_known_patterns(value_get(args, "filter")) &&
            has_known_patterns(value_get(args, "query")) && have_known_patterns(value_get(args, "updates")) &&
            have_known_patterns(value_get(args, "deletes")) &&
            has_known_patterns(value_get(value_at(value_get(args, "pipeline"), 0), "$match")));
}

/* What somebody else asks of the Docker Engine or the database, as FluxOS could. */
static bool ask(struct replay *replay, const struct recorded_op *op)
{
    for (unsigned id = 0; id < EFFECT_COUNT; id++) {
        const struct effect_info *info = effect_info((enum effect_id)id);

        if ((info->port != PORT_docker && info->port != PORT_db) || !is_op(op, info->port_name, info->operation)) {
            continue;
        }
        if (!can_be_asked(info, op->args)) {
            return false;
        }
        struct effect effect = {.id = (enum effect_id)id, .args = op->args};

        world_apply(&replay->kernel.world, &effect, replay->arena);
        if (effect.error != NULL && op->error == NULL) {
            diverge(replay, arena_printf(replay->arena, "line %u, %s", op->line, op->actor), "another answer",
                    value_json(replay->arena, op->result), error_text(replay->arena, effect.error));
        }
        return true;
    }
    return false;
}

void surroundings_act(struct replay *replay, const struct recorded_op *op)
{
    const char *note = value_get_text(op->args, "note");
    const char *step = value_get_text(op->args, "step");

    if (step != NULL) {
        replay->step_text = step;
    } else if (note != NULL && strncmp(note, "umount", 6) == 0) {
        unmount(replay, note);
    } else if (runs(op, "umount ")) {
        host_unmount(&replay->kernel.world.host, strstr(value_get_text(op->args, "command"), "umount ") + 7);
    } else if (note != NULL && strcmp(note, "setup complete") == 0) {
        return;
    } else if (!ask(replay, op)) {
        ignore(replay, op);
    }
}

/* ---- what its stand-ins answer
 * ------------------------------------------------------------------------------------------ */

static const char *text_or_empty(const struct value *object, const char *key)
{
    const char *text = value_get_text(object, key);

    return text == NULL ? "" : text;
}

static void learn_benchmarks(struct bench_daemon *bench, const struct value *result)
{
    if (value_get_text(result, "status") != NULL) {
        bench->status = value_get_text(result, "status");
        bench->ip = text_or_empty(result, "ipaddress");
        bench->architecture = text_or_empty(result, "architecture");
        bench->ssd = value_get_number(result, "ssd", 0);
        bench->ram = value_get_number(result, "ram", 0);
        bench->cores = value_get_number(result, "cores", 0);
    }
}

static void learn_fdm(struct replay *replay, const struct recorded_op *op)
{
    const char *slash = strrchr(op->op, '/');
    const char *app = slash == NULL ? op->op : slash + 1;
    const struct value *ips = value_get(value_get(op->result, "data"), "ips");
    const char *primary = value_text(value_at(ips, 0));

    fdm_set(&replay->kernel.world.fdm, app, primary == NULL ? FDM_EMPTY : FDM_PRIMARY, primary);
}

static void learn_folders(struct syncthing *syncthing, const struct value *folders)
{
    struct sync_folder *known = syncthing->folders;
    uint32_t known_count = syncthing->folder_count;

    syncthing->folders = NULL;
    syncthing->folder_count = 0;
    syncthing->folder_size = 0;
    for (uint32_t i = 0; i < value_count(folders); i++) {
        const struct value *folder = value_at(folders, i);
        const char *id = value_get_text(folder, "id");
        const char *type = value_get_text(folder, "type");

        for (uint32_t j = 0; j < known_count; j++) {
            type =
                id != NULL && strcmp(known[j].id, id) == 0 ? known[j].type : type; /* recorded too late: left_out.def */
        }
        if (id != NULL && type != NULL && value_get_text(folder, "path") != NULL) {
            syncthing_add_folder(syncthing, id, value_get_text(folder, "path"), type);
        }
    }
}

/* Lines of `df -kP`: device, size, used, available, per cent, mount. What no disk has is no disk's line. */
static void learn_disks(struct replay *replay, const char *text)
{
    static const long long max_kb = 1000000000000000; /* as in a scenario: 10^18 bytes */
    struct host *host = &replay->kernel.world.host;

    host_clear_disks(host);
    for (const char *line = text == NULL ? NULL : strchr(text, '\n'); line != NULL; line = strchr(line + 1, '\n')) {
        char device[128];
        char mount[256];
        long long size_kb = 0;
        long long used_kb = 0;

        if (sscanf(line + 1, "%127s %lld %lld %*s %*s %255s", device, &size_kb, &used_kb, mount) == 4 && size_kb >= 0 &&
            size_kb <= max_kb && used_kb >= 0 && used_kb <= max_kb) {
            host_add_disk(host, arena_string(replay->arena, device), arena_string(replay->arena, mount), size_kb,
                          used_kb);
        }
    }
}

void surroundings_learn(struct replay *replay, const struct recorded_op *op)
{
    struct world *world = &replay->kernel.world;
    const char *stdout_text = value_get_text(op->result, "stdout");

    if (!reply_is_input(op)) {
        return;
    }
    if (op->error != NULL || is_op(op, "syncthing", "GET /rest/config/restart-required") || runs(op, "df -kP")) {
        replay->inject[op - replay->recording->ops] = true;
    } else if (is_op(op, "bench", "getbenchmarks")) {
        learn_benchmarks(&world->bench, op->result);
    } else if (is_op(op, "bench", "decryptrsamessage")) {
        const struct value *status = canonical_recorded(replay->arena, op).result;

        replay->inject[op - replay->recording->ops] = !value_is_text(value_get(status, "status"), "ok");
    } else if (strcmp(op->port, "daemon") == 0) {
        replay->inject[op - replay->recording->ops] = true;
    } else if (strcmp(op->port, "fdm") == 0) {
        learn_fdm(replay, op);
    } else if (is_op(op, "syncthing", "GET /rest/config/folders")) {
        learn_folders(&world->syncthing, op->result);
    } else if (is_op(op, "syncthing", "GET /rest/noauth/health")) {
        world->syncthing.health = text_or_empty(op->result, "status");
    } else if (runs(op, "ufw status")) {
        world->host.firewall_active = stdout_text != NULL && strstr(stdout_text, "Status: active") != NULL;
    } else if (runs(op, "iptables --version")) {
        world->host.iptables_present = stdout_text != NULL && stdout_text[0] != '\0';
    }
    if (runs(op, "df -kP")) {
        learn_disks(replay, stdout_text);
    }
}

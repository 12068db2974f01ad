#include "fakes/world.h"

#include <assert.h>
#include <stdarg.h>
#ifdef DRYDOCK_CHECKED
#include <stdio.h>
#include <stdlib.h>
#endif
#include <string.h>

static const char *const change_names[CHANGE_COUNT] = {
#define CHANGE(ID, name, what) name,
#include "fakes/changes.def"
};

const char *change_name(enum change_kind kind)
{
    return change_names[kind];
}

void world_init(struct world *world, struct arena *memory, uint64_t seed, int64_t now_ms)
{
    *world = (struct world){.memory = memory, .now_ms = now_ms, .seed = seed};
    docker_engine_init(&world->docker, world);
    document_store_init(&world->store, world);
    bench_daemon_init(&world->bench, world);
    flux_daemon_init(&world->daemon, world);
    syncthing_init(&world->syncthing, world);
    fdm_init(&world->fdm, world);
    peers_init(&world->peers, world);
    host_init(&world->host, world);
    image_registry_init(&world->registry, world);
}

void world_tell_writes(struct world *world, struct write_log *writes)
{
    world->writes = writes;
    world->docker.container_names.writes = writes;
    world->docker.network_names.writes = writes;
    world->docker.network_subnets.writes = writes;
    world->host.volume_paths.writes = writes;
    world->host.mount_folders.writes = writes;
    world->host.mount_volumes.writes = writes;
    world->host.path_names.writes = writes;
    for (uint32_t i = 0; i < world->store.collection_count; i++) {
        world->store.collections[i].names.writes = writes;
    }
}

static void apply(struct world *world, struct effect *effect, struct arena *answers)
{
    switch (effect_info(effect->id)->port) {
    case PORT_docker:
        docker_engine_apply(&world->docker, effect, answers);
        break;
    case PORT_db:
        document_store_apply(&world->store, effect, answers);
        break;
    case PORT_host:
        host_apply(&world->host, effect, answers);
        break;
    case PORT_bench:
        bench_daemon_apply(&world->bench, effect, answers);
        break;
    case PORT_syncthing:
        syncthing_apply(&world->syncthing, effect, answers);
        break;
    case PORT_fdm:
        fdm_apply(&world->fdm, effect, answers);
        break;
    case PORT_peers:
        peers_apply(&world->peers, effect, answers);
        break;
    case PORT_daemon:
        flux_daemon_apply(&world->daemon, effect, answers);
        break;
    case PORT_net:
        image_registry_apply(&world->registry, effect, answers);
        break;
    case PORT_clock:
    case PORT_node:
        assert(false && "an effect that no fake answers");
    }
}

#ifdef DRYDOCK_CHECKED

/* Stands before the world's own watch during an apply. */
struct checked_watch {
    struct world_watch watch;
    const struct effect_info *info;
};

/* Holds the touches of an effect against what effects.def says of it. */
static void check_touch(void *context, enum object_class class, uint64_t set, uint64_t key, enum touch_mode mode)
{
    static const char *const modes[] = {[TOUCH_READ] = "read", [TOUCH_WRITE] = "write", [TOUCH_ADD] = "add"};
    const struct checked_watch *checked = context;
    uint32_t declared = mode == TOUCH_READ ? checked->info->reads | checked->info->writes : checked->info->writes;

    if ((declared & (uint32_t) class) == 0) {
        (void)fprintf(stderr, "%s: %s of %s is not in effects.def\n", checked->info->name, modes[mode],
                      object_class_name((unsigned)__builtin_ctz((unsigned)class)));
        abort();
    }
    touch_object(&checked->watch, class, set, key, mode);
}

#endif

void world_apply(struct world *world, struct effect *effect, struct arena *answers)
{
    effect->result = NULL;
    effect->error = NULL;
#ifdef DRYDOCK_CHECKED
    struct checked_watch checked = {world->watch, effect_info(effect->id)};

    world->watch = (struct world_watch){&checked, check_touch};
    apply(world, effect, answers);
    world->watch = checked.watch;
#else
    apply(world, effect, answers);
#endif
    assert((effect->result != NULL) != (effect->error != NULL));
}

void world_note_change(struct world *world, struct change change)
{
    *(struct change *)table_add(world->memory, (void **)&world->changes, &world->change_count, &world->change_size,
                                sizeof world->changes[0]) = change;
}

uint64_t world_made(struct world *world, const char *kind, const char *name)
{
    uint64_t hash = hash_combine(hash_text(kind), hash_text(name));

    for (uint32_t i = 0; i < world->made_count; i++) {
        if (world->made[i].name == hash) {
            world_writes(world, &world->made[i], sizeof world->made[i]);
            return ++world->made[i].count;
        }
    }
    *(struct made_count *)world_add(world, (void **)&world->made, &world->made_count, &world->made_size,
                                    sizeof world->made[0]) = (struct made_count){hash, 1};
    return 1;
}

const char *world_new_id(struct world *world, const char *kind, const char *name)
{
    static const char digits[] = "0123456789abcdef";
    uint64_t made = world_made(world, kind, name);
    uint64_t number = hash_combine(hash_combine(world->seed, hash_text(kind)), hash_combine(hash_text(name), made));
    char *id = arena_alloc(world->memory, 65);

    for (int i = 0; i < 64; i++) {
        if (i % 16 == 0) {
            number = hash_combine(number, (uint64_t)i);
        }
        id[i] = digits[number >> (i % 16 * 4) & 15];
    }
    return id;
}

static uint32_t larger_size(uint32_t size)
{
    enum { SIZE_FIRST = 8 };

    return size == 0 ? SIZE_FIRST : size * 2;
}

static void move_table(void *table, void **items, uint32_t count, uint32_t *size, size_t item_size)
{
    if (count > 0) {
        memcpy(table, *items, count * item_size);
    }
    *items = table;
    *size = larger_size(*size);
}

void *table_add(struct arena *memory, void **items, uint32_t *count, uint32_t *size, size_t item_size)
{
    if (*count == *size) {
        move_table(arena_alloc(memory, larger_size(*size) * item_size), items, *count, size, item_size);
    }
    return memset((char *)*items + (*count)++ * item_size, 0, item_size);
}

/* With somebody to tell of writes, a table need not lie in what is copied to save a run. */
void *world_add(struct world *world, void **items, uint32_t *count, uint32_t *size, size_t item_size)
{
    if (*count == *size) {
        move_table(write_log_alloc(world->writes, world->memory, larger_size(*size) * item_size), items, *count, size,
                   item_size);
    }
    world_writes(world, (char *)*items + *count * item_size, item_size);
    return table_add(world->memory, items, count, size, item_size);
}

void world_remove(struct world *world, void *items, uint32_t *count, size_t item_size, uint32_t index)
{
    world_writes(world, (char *)items + index * item_size, (*count - index) * item_size);
    table_remove(items, count, item_size, index);
}

void table_remove(void *items, uint32_t *count, size_t item_size, uint32_t index)
{
    assert(index < *count);
    (*count)--;
    memmove((char *)items + index * item_size, (char *)items + (index + 1) * item_size, (*count - index) * item_size);
}

void effect_fail(struct effect *effect, struct arena *answers, int status, const char *code, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    const char *message = arena_vprintf(answers, format, arguments);

    va_end(arguments);
    effect->result = NULL;
    effect->error = error_with_status(answers, status, code, "%s", message);
}

#include "fakes/world.h"

#include <string.h>

uint64_t hash_of_text(const char *text)
{
    return text == NULL ? 0 : hash_text(text);
}

uint64_t hash_of_number(double number)
{
    uint64_t bits = 0;

    memcpy(&bits, &number, sizeof bits);
    return bits;
}

/* How often things were made decides the next ids. */
static uint64_t hash_of_made(const struct world *world)
{
    uint64_t hash = world->seed;

    for (uint32_t i = 0; i < world->made_count; i++) {
        hash += hash_combine(world->made[i].name, world->made[i].count);
    }
    return hash;
}

uint64_t world_hash(const struct world *world)
{
    const uint64_t parts[] = {
        docker_engine_hash(&world->docker),
        document_store_hash(&world->store),
        bench_daemon_hash(&world->bench),
        flux_daemon_hash(&world->daemon),
        syncthing_hash(&world->syncthing),
        fdm_hash(&world->fdm),
        peers_hash(&world->peers),
        host_hash(&world->host),
        image_registry_hash(&world->registry),
    };
    uint64_t hash = hash_of_made(world);

    for (size_t i = 0; i < sizeof parts / sizeof parts[0]; i++) {
        hash = hash_combine(hash, parts[i]);
    }
    return hash;
}

#include "fakes/flux_daemon.h"

#include "fakes/world.h"

#include <assert.h>

enum { BLOCK_MS = 30 * 1000 }; /* PON: section 11 */

void flux_daemon_init(struct flux_daemon *daemon, struct world *world)
{
    *daemon = (struct flux_daemon){.world = world,
                                   .status = "CONFIRMED",
                                   .txhash = world_new_id(world, "transaction", "collateral"),
                                   .collateral = 1000,
                                   .height = 2300000,
                                   .since_ms = world->now_ms,
                                   .ip = "198.51.100.7:16127"};
}

static double block_of(const struct flux_daemon *daemon)
{
    int64_t blocks = (daemon->world->now_ms - daemon->since_ms) / BLOCK_MS;

    return daemon->height + (double)blocks;
}

void flux_daemon_apply(struct flux_daemon *daemon, struct effect *effect, struct arena *answers)
{
    const struct value *output = OBJECT(answers, {"value", value_number(answers, daemon->collateral)});

    touch_name(&daemon->world->watch, OBJECTS_CHAIN, "chain", TOUCH_READ);
    switch (effect->id) {
    case EFFECT_DAEMON_GETZELNODESTATUS:
        effect->result =
            OBJECT(answers, {"status", value_string(answers, daemon->status)},
                   {"collateral", value_format(answers, "COutPoint(%s, 0)", daemon->txhash)},
                   {"txhash", value_string(answers, daemon->txhash)}, {"ip", value_string(answers, daemon->ip)});
        break;
    case EFFECT_DAEMON_GETBLOCKCOUNT:
        effect->result = value_number(answers, block_of(daemon));
        break;
    case EFFECT_DAEMON_GETBLOCKCHAININFO:
        effect->result = OBJECT(answers, {"blocks", value_number(answers, block_of(daemon))},
                                {"headers", value_number(answers, block_of(daemon) + daemon->behind)});
        break;
    case EFFECT_DAEMON_GETRAWTRANSACTION:
        effect->result = OBJECT(answers, {"vout", ARRAY(answers, output)});
        break;
    default:
        assert(false && "not an effect of the flux daemon");
    }
}

uint64_t flux_daemon_hash(const struct flux_daemon *daemon)
{
    uint64_t hash = hash_combine(hash_of_text(daemon->status), hash_of_text(daemon->txhash));

    hash = hash_combine(hash, hash_of_text(daemon->ip));
    hash = hash_combine(hash, hash_of_number(daemon->collateral));
    hash = hash_combine(hash, hash_of_number(daemon->height));
    hash = hash_combine(hash, hash_of_number(daemon->behind));
    return hash_combine(hash, (uint64_t)daemon->since_ms);
}

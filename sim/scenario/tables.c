/* Names and facts of actors and oracles, and patterns of effects. */
#include "sim/scenario/scenario.h"

#include <assert.h>
#include <string.h>

static const struct actor_info actors[ACTOR_COUNT] = {
#define ACTOR(ID, name, recorded, subject, of_node, act, boot_ms, every_ms, needs, section, what)                      \
    [ACTOR_##ID] = {name, recorded, subject, of_node, boot_ms, every_ms, needs, section, what},
#include "sim/scenario/actors.def"
};

static const struct oracle_info oracles[ORACLE_COUNT] = {
#define ORACLE(ID, name, concerns, broken_when) [ORACLE_##ID] = {name, broken_when, OBJECTS_##concerns},
#include "sim/oracles/oracles.def"
};

const struct actor_info *actor_info(enum actor_kind kind)
{
    assert((unsigned)kind < ACTOR_COUNT);
    return &actors[kind];
}

const struct oracle_info *oracle_info(enum oracle_id id)
{
    assert((unsigned)id < ORACLE_COUNT);
    return &oracles[id];
}

bool oracle_by_name(const char *name, enum oracle_id *id)
{
    for (unsigned i = 0; i < ORACLE_COUNT; i++) {
        if (strcmp(oracles[i].name, name) == 0) {
            *id = (enum oracle_id)i;
            return true;
        }
    }
    return false;
}

bool effect_pattern_matches(const struct effect_pattern *pattern, enum effect_id id, const char *object)
{
    if (pattern->object != NULL && (object == NULL || strcmp(pattern->object, object) != 0)) {
        return false;
    }
    if (pattern->any) {
        return true;
    }
    return pattern->whole_port ? effect_info(id)->port == pattern->port : pattern->id == id;
}

const struct scenario_app *scenario_app(const struct scenario *scenario, const char *name)
{
    for (uint32_t i = 0; name != NULL && i < scenario->world.app_count; i++) {
        if (strcmp(scenario->world.apps[i].name, name) == 0) {
            return &scenario->world.apps[i];
        }
    }
    return NULL;
}

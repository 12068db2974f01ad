#include "sim/search/site_text.h"

const char *site_text(struct arena *arena, enum actor_kind actor, enum moment moment, enum effect_id effect)
{
    static const char *const moments[MOMENT_COUNT] = {
        [MOMENT_START] = "", [MOMENT_APPLY] = "/", [MOMENT_RESUME] = "/after "};

    return arena_printf(arena, "%s%s%s", actor_info(actor)->name, moments[moment],
                        moment == MOMENT_START ? "" : effect_info(effect)->name);
}

bool effect_makes_object(enum effect_id effect)
{
    return effect == EFFECT_DOCKER_CONTAINERS_CREATE || effect == EFFECT_HOST_FALLOCATE || effect == EFFECT_HOST_MKFS ||
           effect == EFFECT_HOST_MOUNT;
}

/* retry-forever: the same failure again and again, and nothing about its object changes. */
#include "core/names.h"
#include "sim/oracles/oracle.h"

#include <string.h>

enum { TIMES_MIN = 10 }; /* fewer than this is a slow repetition, not a loop */

static uint64_t text_hash(const char *text)
{
    return text == NULL ? 0 : hash_text(text);
}

/* What could make the next attempt end otherwise: the object as container, and its app's network and row. */
static uint64_t state_of(struct oracles *oracles, const char *object)
{
    struct world *world = &oracles->kernel->world;
    struct oracle_app *app = object == NULL ? NULL : oracle_app_of_container(oracles, object);
    const struct container *container = object == NULL ? NULL : oracle_container(oracles, object);
    uint64_t state = container == NULL ? 0 : hash_combine(text_hash(container->id), (uint64_t)container->state);

    if (app != NULL) {
        const char *network = app_network_name(&oracles->kernel->arena, app->app->name);

        touch_name(&world->watch, OBJECTS_NETWORKS, network, TOUCH_READ);
        state = hash_combine(state, docker_engine_network(&world->docker, network) != NULL);
        state = hash_combine(state, oracle_has_row(oracles, app->app->name));
    }
    return state;
}

static struct oracle_failure *find_failure(struct oracles *oracles, uint64_t key)
{
    for (uint32_t i = 0; i < oracles->failure_count; i++) {
        if (oracles->failures[i].key == key) {
            return &oracles->failures[i];
        }
    }
    if (oracles->failure_count == ORACLE_FAILURES_MAX) {
        /* The one that began longest ago and was reported, or the first: a run with so many kinds of failure is red
         * anyway. */
        memmove(&oracles->failures[0], &oracles->failures[1], (ORACLE_FAILURES_MAX - 1) * sizeof oracles->failures[0]);
        oracles->failure_count--;
    }
    struct oracle_failure *failure = &oracles->failures[oracles->failure_count++];

    *failure = (struct oracle_failure){.key = key};
    return failure;
}

static void failed(struct oracles *oracles, struct kernel_task *task, const char *what, const char *object,
                   const char *how)
{
    int64_t now_ms = oracles->kernel->world.now_ms;
    uint64_t key = hash_combine(hash_combine(text_hash(task->task.name), text_hash(what)),
                                hash_combine(text_hash(object), text_hash(how)));
    struct oracle_failure *failure = find_failure(oracles, key);
    uint64_t state = state_of(oracles, object);

    if (failure->times == 0 || failure->state != state) {
        *failure = (struct oracle_failure){.key = key, .state = state, .first_ms = now_ms};
    }
    failure->times++;
    const int64_t lasted_ms = now_ms - failure->first_ms;

    /* Both have to be reached: the one that is farther off counts. */
    if (!failure->reported && (int64_t)failure->times * oracles->scenario->retry_bound_ms < lasted_ms * TIMES_MIN) {
        oracle_neared(oracles, ORACLE_RETRY_FOREVER, (int64_t)failure->times, TIMES_MIN);
    } else if (!failure->reported) {
        oracle_neared(oracles, ORACLE_RETRY_FOREVER, lasted_ms, oracles->scenario->retry_bound_ms);
    }
    if (!failure->reported && failure->times >= TIMES_MIN && lasted_ms > oracles->scenario->retry_bound_ms) {
        failure->reported = true;
        oracle_broken(oracles, ORACLE_RETRY_FOREVER, task, task->event, object,
                      "%s has failed to %s %s %llu times in %lld min with nothing changed in between: %s",
                      task->task.name, what, object == NULL ? "anything" : object, (unsigned long long)failure->times,
                      (long long)(lasted_ms / 60000), how);
    }
}

static void noted(struct oracles *oracles, struct kernel_task *task, const struct note *note)
{
    if (note->id == NOTE_START_FAILED) {
        failed(oracles, task, "start", note->object, note->text == NULL ? "unknown" : note->text);
    }
}

/* The node's own engine, database and disk; when a neighbour is down, asking again is right. */
static bool is_own(enum effect_id id)
{
    enum effect_port port = effect_info(id)->port;

    return port == PORT_docker || port == PORT_db || port == PORT_host;
}

static void applied(struct oracles *oracles, struct kernel_task *task, const struct effect *effect,
                    enum fault_kind fault)
{
    /* An injected failure is the scenario's doing. Starts are counted by their note, with what FluxOS made of them. */
    if (effect->error != NULL && fault == FAULT_NONE && is_own(effect->id) && effect->object != NULL &&
        effect->id != EFFECT_DOCKER_CONTAINER_START && effect->id != EFFECT_DOCKER_CONTAINER_RESTART) {
        failed(oracles, task, effect_info(effect->id)->name, effect->object, effect->error->message);
    }
}

const struct oracle_hooks retry_hooks = {.applied = applied, .noted = noted};

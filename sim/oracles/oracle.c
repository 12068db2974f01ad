#include "sim/oracles/oracle.h"

#include <string.h>

static const struct oracle_hooks *const all_hooks[] = {&container_hooks, &removal_hooks,   &announcement_hooks,
                                                       &flag_hooks,      &retry_hooks,     &rest_hooks,
                                                       &conduct_hooks,   &starvation_hooks};

enum { HOOKS_COUNT = sizeof all_hooks / sizeof all_hooks[0] };

void oracles_init(struct oracles *oracles, struct kernel *kernel, struct recorder *recorder,
                  const struct scenario *scenario, const char *node_ip)
{
    *oracles = (struct oracles){.kernel = kernel, .recorder = recorder, .scenario = scenario, .node_ip = node_ip};
    struct write_log *writes = kernel->world.writes;

    oracles->apps = write_log_alloc(writes, &kernel->arena, (scenario->world.app_count + 1) * sizeof *oracles->apps);
    oracles->app_names.writes = writes;
    oracles->container_names.writes = writes;
    oracles->app_count = scenario->world.app_count;
    for (uint32_t i = 0; i < oracles->app_count; i++) {
        oracles->apps[i] = (struct oracle_app){.app = &scenario->world.apps[i],
                                               .whole_since_ms = -1,
                                               .waiting_since_ms = -1,
                                               .removing_task = RUN_NONE,
                                               .removed_told_task = RUN_NONE,
                                               .forgotten_task = RUN_NONE};
    }
    /* From the last: of two with one name the first counts. */
    for (uint32_t i = oracles->app_count; i > 0; i--) {
        const struct scenario_app *app = &scenario->world.apps[i - 1];

        name_index_add(&oracles->app_names, &kernel->arena, app->name, i - 1);
        for (uint32_t j = 0; j < app->component_count; j++) {
            name_index_add(&oracles->container_names, &kernel->arena, app->components[j].app_id, i - 1);
        }
    }
    for (uint32_t i = 0; i < FLAG_COUNT; i++) {
        oracles->flag_owner[i] = RUN_NONE;
    }
    if (recorder->keep_events) { /* a search, which takes back what it did, does not ask */
        oracles->tests = arena_alloc(recorder->arena, ORACLE_COUNT * sizeof *oracles->tests);
        for (unsigned i = 0; i < ORACLE_COUNT; i++) {
            oracles->tests[i] = (struct run_oracle){.name = oracle_info((enum oracle_id)i)->name};
        }
        recorder->record->oracles = oracles->tests;
        recorder->record->oracle_count = ORACLE_COUNT;
    }
    for (uint32_t i = 0; i < scenario->actor_count; i++) {
        oracles->has_check = oracles->has_check || scenario->actors[i].kind == ACTOR_CHECK;
        oracles->has_loop = oracles->has_loop || scenario->actors[i].kind == ACTOR_MASTER_SLAVE;
    }
}

/* ---- passing on -------------------------------------------------------------------------------------------------- */

void oracles_started(struct oracles *oracles, struct kernel_task *task)
{
    for (size_t i = 0; i < HOOKS_COUNT; i++) {
        if (all_hooks[i]->started != NULL) {
            all_hooks[i]->started(oracles, task);
        }
    }
}

void oracles_applied(struct oracles *oracles, struct kernel_task *task, const struct effect *effect,
                     enum fault_kind fault)
{
    for (size_t i = 0; i < HOOKS_COUNT; i++) {
        if (all_hooks[i]->applied != NULL) {
            all_hooks[i]->applied(oracles, task, effect, fault);
        }
    }
}

static void flag_written(struct oracles *oracles, struct kernel_task *task, enum flag_id flag, bool set)
{
    for (size_t i = 0; i < HOOKS_COUNT; i++) {
        if (all_hooks[i]->flag_written != NULL) {
            all_hooks[i]->flag_written(oracles, task, flag, set);
        }
    }
}

void oracles_immediate(struct oracles *oracles, struct kernel_task *task, const struct effect *effect)
{
    if (effect->id == EFFECT_NODE_NOTE) {
        for (size_t i = 0; i < HOOKS_COUNT; i++) {
            if (all_hooks[i]->noted != NULL) {
                all_hooks[i]->noted(oracles, task, effect->payload);
            }
        }
    } else if (effect->id == EFFECT_NODE_CELL && effect->payload != NULL && effect->amount >= 0) {
        flag_written(oracles, task, (enum flag_id)effect->amount, value_truthy(effect->payload));
    }
}

void oracles_ended(struct oracles *oracles, struct kernel_task *task, bool killed)
{
    for (size_t i = 0; i < HOOKS_COUNT; i++) {
        if (all_hooks[i]->ended != NULL) {
            all_hooks[i]->ended(oracles, task, killed);
        }
    }
}

void oracles_time_moved(struct oracles *oracles)
{
    for (size_t i = 0; i < HOOKS_COUNT; i++) {
        if (all_hooks[i]->time_moved != NULL) {
            all_hooks[i]->time_moved(oracles);
        }
    }
}

void oracles_at_rest(struct oracles *oracles)
{
    for (size_t i = 0; i < HOOKS_COUNT; i++) {
        if (all_hooks[i]->at_rest != NULL) {
            all_hooks[i]->at_rest(oracles);
        }
    }
}

/* ---- what they remember --------------------------------------------------------------------------------------------
 */

/* A task by what names it whatever the others do; one that has ended is like any other that has. */
static uint64_t task_hash(const struct oracles *oracles, uint32_t number)
{
    if (number == RUN_NONE) {
        return 0;
    }
    for (uint32_t i = 0; i < oracles->kernel->task_count; i++) {
        if (oracles->kernel->tasks[i]->number == number) {
            return oracles->kernel->tasks[i]->identity;
        }
    }
    return 1;
}

static uint64_t app_hash(const struct oracles *oracles, const struct oracle_app *app)
{
    uint64_t hash = ((uint64_t)app->installed_at_start << 2) | ((uint64_t)app->lapsed << 1) | app->starved;

    hash = hash_combine(hash, (uint64_t)app->whole_since_ms);
    hash = hash_combine(hash, (uint64_t)app->waiting_since_ms);
    hash = hash_combine(hash, task_hash(oracles, app->removed_told_task));
    hash = hash_combine(hash, task_hash(oracles, app->forgotten_task));
    return hash_combine(hash, task_hash(oracles, app->removing_task));
}

uint64_t oracles_hash(const struct oracles *oracles)
{
    uint64_t hash = (uint64_t)oracles->unhealthy_ms;

    for (uint32_t i = 0; i < oracles->app_count; i++) {
        hash = hash_combine(hash, app_hash(oracles, &oracles->apps[i]));
    }
    for (uint32_t i = 0; i < FLAG_COUNT; i++) {
        hash = hash_combine(hash, task_hash(oracles, oracles->flag_owner[i]));
    }
    for (uint32_t i = 0; i < oracles->failure_count; i++) {
        const struct oracle_failure *failure = &oracles->failures[i];

        hash = hash_combine(hash, hash_combine(failure->key, failure->state));
        hash = hash_combine(hash, hash_combine((uint64_t)failure->first_ms, failure->times));
    }
    for (uint32_t i = 0; i < RECORDER_SENT_COUNT; i++) {
        hash += oracles->recorder->sent[i]; /* which messages went out, in whatever order */
    }
    return hash;
}

/* ---- what oracles ask ----------------------------------------------------------------------------------------------
 */

void oracle_broken(struct oracles *oracles, enum oracle_id id, struct kernel_task *task, uint32_t cause,
                   const char *object, const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    const char *message = arena_vprintf(&oracles->kernel->arena, format, arguments);

    va_end(arguments);
    recorder_violation(oracles->recorder, oracle_info(id)->name, oracle_info(id)->broken_when, task, cause, object,
                       message);
}

void oracle_weighed(const struct oracles *oracles, enum oracle_id id, bool excused)
{
    if (oracles->tests != NULL) {
        oracles->tests[id].weighed++;
        oracles->tests[id].excused += excused;
    }
}

void oracle_neared(const struct oracles *oracles, enum oracle_id id, int64_t part, int64_t bound)
{
    enum { PERCENT = 100, NEAREST = 99 };

    if (oracles->tests == NULL) {
        return;
    }
    struct run_oracle *test = &oracles->tests[id];
    const int64_t used = part < 0 ? 0 : part >= bound ? NEAREST : part * PERCENT / bound;

    oracle_weighed(oracles, id, false);
    test->nearest_pct = used > (int64_t)test->nearest_pct ? (unsigned)used : test->nearest_pct;
}

struct oracle_actor oracle_actor_of(const struct oracles *oracles, const struct kernel_task *task)
{
    const struct scenario_actor *actor = &oracles->scenario->actors[task->origin];

    return (struct oracle_actor){actor->kind, actor->subject};
}

struct oracle_app *oracle_app(struct oracles *oracles, const char *name)
{
    const struct name_place *place = name == NULL ? NULL : name_index_find(&oracles->app_names, name);

    return place == NULL ? NULL : &oracles->apps[place->at];
}

struct oracle_app *oracle_app_of_container(struct oracles *oracles, const char *container)
{
    const struct name_place *place = name_index_find(&oracles->container_names, container);

    return place == NULL ? NULL : &oracles->apps[place->at];
}

struct oracle_app *oracle_app_of_volume(struct oracles *oracles, const char *volume)
{
    static const char suffix[] = "FLUXFSVOL"; /* lifecycle.md 0.3 */
    const char *slash = strrchr(volume, '/');
    const char *file = slash == NULL ? volume : slash + 1;
    size_t length = strlen(file);

    if (length < sizeof suffix - 1) {
        return NULL;
    }
    return oracle_app_of_container(oracles,
                                   arena_string_n(&oracles->kernel->arena, file, length - (sizeof suffix - 1)));
}

void oracle_touch(const struct oracles *oracles, const char *cell, const char *key, bool writes)
{
    if (oracles->watch.touched != NULL) {
        oracles->watch.touched(oracles->watch.context, cell, key, writes);
    }
}

bool oracle_has_row(struct oracles *oracles, const char *app)
{
    struct document_store *store = &oracles->kernel->world.store;

    document_store_looked_up(store, ORACLE_ROWS_DB, ORACLE_ROWS_COLLECTION, app);
    return document_store_has(store, ORACLE_ROWS_DB, ORACLE_ROWS_COLLECTION, app);
}

void oracle_set_task(struct oracles *oracles, const struct oracle_app *app, uint32_t *task, uint32_t number,
                     uint32_t *count)
{
    oracle_writes(oracles, app);
    *count -= *task != RUN_NONE;
    *count += number != RUN_NONE;
    *task = number;
}

bool oracle_was_asked(const struct oracles *oracles, const struct kernel_task *task, const struct oracle_app *app)
{
    struct oracle_actor actor = oracle_actor_of(oracles, task);

    switch (actor.kind) { /* expiry, surplus, newer specification, a node that is out: what the network wants */
    case ACTOR_EXPIRE:
    case ACTOR_INSTANCES:
    case ACTOR_SPAWNER:
    case ACTOR_REINSTALL_OLD:
    case ACTOR_NODE_STATUS:
    case ACTOR_IMAGE_UPDATE:
    case ACTOR_DAEMON_HEALTH:
        return true;
    default:
        break;
    }
    if (actor.subject == NULL) {
        return false;
    }
    /* A removal may name one component: `web_app`. */
    const char *underscore = strchr(actor.subject, '_');
    bool names_it = strcmp(actor.subject, app->app->name) == 0 ||
                    (underscore != NULL && strcmp(underscore + 1, app->app->name) == 0);

    switch (actor.kind) {
    case ACTOR_REMOVE:
    case ACTOR_SOFT_REMOVE:
    case ACTOR_SOFT_REDEPLOY:
    case ACTOR_HARD_REDEPLOY:
    case ACTOR_BACKUP:
    case ACTOR_RESTORE:
    case ACTOR_OWNER_START:
    case ACTOR_OWNER_STOP:
    case ACTOR_OWNER_RESTART:
    case ACTOR_OWNER_KILL:
        return names_it;
    case ACTOR_INSTALL:
        return names_it && !app->installed_at_start;
    default:
        return false;
    }
}

const struct container *oracle_container(const struct oracles *oracles, const char *app_id)
{
    touch_name(&oracles->kernel->world.watch, OBJECTS_CONTAINERS, app_id, TOUCH_READ);
    return docker_engine_container(&oracles->kernel->world.docker, app_id);
}

/* A world of one's own: FluxOS's lifecycle logic against an Engine of three containers that stands in an array.
 *
 *     cc -std=c17 world.c $(pkg-config --cflags --libs drydock-core) -o world && ./world
 *
 * Every call of the logic ends in perform() below, the one way out of struct door. stopAllNonFluxRunningApps asks for
 * the running containers and stops those that are not called zel* or flux*; the second stop fails here, and the logic
 * goes on.
 */
#include "core/node.h"
#include "core/upkeep.h"

#include <stdio.h>
#include <string.h>

struct container {
    const char *id, *name;
    bool running, stuck;
};

struct world {
    struct container containers[3];
    unsigned calls;
};

/* [{Id, Names: ["/name"]}] of what runs, as Docker answers GET /containers/json. */
static const struct value *list(const struct world *world, struct arena *arena)
{
    const struct value *running = value_empty_array();

    for (size_t i = 0; i < sizeof world->containers / sizeof world->containers[0]; i++) {
        const struct container *container = &world->containers[i];

        if (container->running) {
            const struct value *name = value_format(arena, "/%s", container->name);

            running =
                value_append(arena, running,
                             OBJECT(arena, {"Id", value_string(arena, container->id)}, {"Names", ARRAY(arena, name)}));
        }
    }
    return running;
}

static void stop(struct world *world, struct arena *arena, struct effect *effect)
{
    for (size_t i = 0; i < sizeof world->containers / sizeof world->containers[0]; i++) {
        struct container *container = &world->containers[i];

        if (strcmp(container->name, effect->object) == 0 && !container->stuck) {
            container->running = false;
            effect->result = value_null();
            return;
        }
    }
    effect->error = error_with_status(arena, 500, NULL, "cannot stop container: %s: tried to kill it", effect->object);
}

static void perform_here(void *context, struct task *task, struct effect *effect)
{
    struct world *world = context;

    switch (effect->id) {
    case EFFECT_DOCKER_CONTAINERS_LIST:
        effect->result = list(world, task->arena);
        break;
    case EFFECT_DOCKER_CONTAINER_STOP:
        stop(world, task->arena, effect);
        break;
    case EFFECT_NODE_LOG:
        printf("log     %s: %s\n", effect->operand, effect->object);
        return;
    default:
        if (!effect_info(effect->id)->immediate) { /* else there is nothing that this world would do */
            effect->error = error_with_status(task->arena, 0, "ECONNREFUSED", "nobody answers");
        }
        return;
    }
    world->calls++;
    printf("call    %s%s%s -> %s\n", effect_info(effect->id)->name, effect->object == NULL ? "" : " ",
           effect->object == NULL ? "" : effect->object,
           effect->error == NULL ? value_json(task->arena, effect->result) : effect->error->message);
}

int main(void)
{
    struct world world = {
        .containers = {{"1a", "web", true, false}, {"2b", "fluxweb_shop", true, false}, {"3c", "cache", true, true}}};
    struct arena memory;
    struct arena of_task;
    struct node node;
    const struct node_config config = {
        .revision = revision_by_name("8.9.2"), .flux_dir = "/flux", .apps_folder = "/flux/ZelApps/", .api_port = 16127};

    arena_init(&memory, arena_source_malloc());
    arena_init(&of_task, arena_source_malloc());
    node_start(&node, &memory, (struct door){.world = &world, .perform = perform_here}, &config);

    struct task task = {.node = &node, .arena = &of_task, .name = "stop-non-flux"};

    stop_all_non_flux_running_apps(&task);
    for (size_t i = 0; i < sizeof world.containers / sizeof world.containers[0]; i++) {
        printf("after   %s %s\n", world.containers[i].name, world.containers[i].running ? "runs" : "does not run");
    }
    printf("calls   %u\n", world.calls);
    arena_reset(&of_task);
    arena_reset(&memory);
    return 0;
}

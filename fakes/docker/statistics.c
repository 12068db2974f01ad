/* What a container takes: GET stats, and which files it has changed: GET changes (moby daemon/stats.go, changes.go).
 *
 * Nothing here takes processor time or memory of its own: the numbers are the same for every container, and grow with
 * the time that it runs. */
#include "fakes/docker/statistics.h"

#include "fakes/docker/handlers.h"
#include "fakes/docker/process.h"
#include "fakes/docker/whole.h"
#include "fakes/world.h"

#include <string.h>

enum { MS_PER_SECOND = 1000, NS_PER_MS = 1000000, PROCESSORS = 2 };

/* ---- what is told -------------------------------------------------------------------------------------------------
 */

static const struct value *throttling(struct arena *arena)
{
    const struct value *zero = value_number(arena, 0);

    return OBJECT(arena, {"periods", zero}, {"throttled_periods", zero}, {"throttled_time", zero});
}

/* After so long a run; 0 ms: nothing was read, as in a first `precpu_stats`. */
static const struct value *processor(struct arena *arena, int64_t run_ms, int64_t now_ms)
{
    enum { NS_TAKEN_PER_MS = 100 };
    const struct value *taken = value_number(arena, (double)run_ms * NS_TAKEN_PER_MS);
    const struct value *half = value_number(arena, (double)run_ms * NS_TAKEN_PER_MS / 2);
    const struct value *each = ARRAY(arena, half, half);
    bool is_read = run_ms > 0;

    return OBJECT(arena,
                  {"cpu_usage", OBJECT(arena, {"total_usage", taken}, {"percpu_usage", is_read ? each : NULL},
                                       {"usage_in_kernelmode", half}, {"usage_in_usermode", half})},
                  {"system_cpu_usage", is_read ? value_number(arena, (double)now_ms * NS_PER_MS * PROCESSORS) : NULL},
                  {"online_cpus", is_read ? value_number(arena, PROCESSORS) : NULL},
                  {"throttling_data", throttling(arena)});
}

static const struct value *memory(const struct container *container, struct arena *arena)
{
    enum { USAGE = 1 << 20, ALL_MEMORY_MB = 8192, BYTES_PER_MB = 1 << 20 };
    double limit = value_get_number(container->details->host_config, "Memory", 0);
    double all = (double)ALL_MEMORY_MB * BYTES_PER_MB;
    const struct value *usage = value_number(arena, USAGE);

    return OBJECT(arena, {"usage", usage}, {"max_usage", usage}, {"stats", value_empty_object()},
                  {"limit", value_number(arena, limit > 0 ? limit : all)});
}

static const struct value *blocks(struct arena *arena, const struct value *each)
{
    return OBJECT(arena, {"io_service_bytes_recursive", each}, {"io_serviced_recursive", each},
                  {"io_queue_recursive", each}, {"io_service_time_recursive", each}, {"io_wait_time_recursive", each},
                  {"io_merged_recursive", each}, {"io_time_recursive", each}, {"sectors_recursive", each});
}

static void count_process(void *context, int pid, int parent, const char *arguments)
{
    uint32_t *count = context;

    (void)pid, (void)parent, (void)arguments;
    ++*count;
}

/* The look at a container's networks: none of the bytes that pass are counted. */
static const struct value *networks(const struct container *container, struct arena *arena)
{
    static const char *const none[] = {"none", "host"};
    const struct value *zero = value_number(arena, 0);

    for (size_t i = 0; i < sizeof none / sizeof none[0]; i++) {
        if (strcmp(container->network, none[i]) == 0) {
            return NULL;
        }
    }
    return OBJECT(arena, {"eth0", OBJECT(arena, {"rx_bytes", zero}, {"rx_packets", zero}, {"rx_errors", zero},
                                         {"rx_dropped", zero}, {"tx_bytes", zero}, {"tx_packets", zero},
                                         {"tx_errors", zero}, {"tx_dropped", zero})});
}

/* One look at an instant; `before_ms`: at the one before, 0: there was none. */
static const struct value *look(const struct docker_engine *engine, const struct container *container,
                                int64_t before_ms, struct arena *arena)
{
    int64_t now_ms = engine->world->now_ms;
    bool runs = container->state == CONTAINER_RUNNING;
    int64_t before_run_ms = before_ms > container->started_ms ? before_ms - container->started_ms : 0;
    const char *never = "0001-01-01T00:00:00Z";
    uint32_t processes = 0;

    if (container->details->process != NULL) {
        process_list(container->details->process, &processes, count_process);
    }
    const struct value *count = value_number(arena, processes == 0 ? 1 : processes);

    return OBJECT(arena, {"read", value_string(arena, runs ? docker_time(arena, now_ms) : never)},
                  {"preread", value_string(arena, before_ms > 0 ? docker_time(arena, before_ms) : never)},
                  {"pids_stats", runs ? OBJECT(arena, {"current", count}) : value_empty_object()},
                  {"blkio_stats", blocks(arena, runs ? value_empty_array() : value_null())},
                  {"num_procs", value_number(arena, 0)}, {"storage_stats", value_empty_object()},
                  {"cpu_stats", processor(arena, runs ? now_ms - container->started_ms + 1 : 0, now_ms)},
                  {"precpu_stats", processor(arena, before_run_ms, before_ms)},
                  {"memory_stats", runs ? memory(container, arena) : value_empty_object()},
                  {"name", value_format(arena, "/%s", container->name)}, {"id", value_string(arena, container->id)},
                  {"networks", runs ? networks(container, arena) : NULL});
}

/* ---- the stream ---------------------------------------------------------------------------------------------------
 */

static struct container *container_of(const struct docker_engine *engine, const struct docker_stream *stream)
{
    for (uint32_t i = 0; i < engine->container_count; i++) {
        if (strcmp(engine->containers[i].id, stream->subject) == 0) {
            return &engine->containers[i];
        }
    }
    return NULL;
}

int64_t docker_stats_next_ms(const struct docker_engine *engine, const struct docker_stream *stream)
{
    const struct container *container = container_of(engine, stream);

    return container != NULL && container->state == CONTAINER_RUNNING ? stream->since_ms : INT64_MAX;
}

/* position: the instant of the last look, ms. since_ms: when the next one is. until_ms: 0: one is enough. */
enum docker_stream_state docker_stats_next(struct docker_engine *engine, struct docker_stream *stream,
                                           struct arena *arena, struct docker_chunk *chunk)
{
    const struct container *container = container_of(engine, stream);
    bool is_last = stream->until_ms == 0;

    if (container == NULL) {
        return DOCKER_OVER;
    }
    if (engine->world->now_ms < stream->since_ms || (container->state != CONTAINER_RUNNING && !is_last)) {
        return DOCKER_LATER;
    }
    chunk->bytes =
        arena_printf(arena, "%s\n", value_json(arena, look(engine, container, (int64_t)stream->position, arena)));
    chunk->length = strlen(chunk->bytes);
    stream->position = (uint64_t)engine->world->now_ms;
    stream->since_ms = engine->world->now_ms + MS_PER_SECOND;
    return is_last ? DOCKER_OVER : DOCKER_MORE;
}

void docker_container_stats(struct docker_request *request)
{
    bool streams = docker_parameter(request, "stream") == NULL || docker_flag(request, "stream");
    bool is_one_shot = docker_flag(request, "one-shot");
    int64_t now_ms = request->engine->world->now_ms;
    const struct container *container;

    if (streams && is_one_shot) {
        effect_fail(request->effect, request->answers, 400, NULL, "cannot have stream=true and one-shot=true");
        return;
    }
    container = docker_find_container(request);
    if (container == NULL) {
        return;
    }
    if (!streams && (is_one_shot || container->state != CONTAINER_RUNNING)) {
        request->effect->result = look(request->engine, container, 0, request->answers);
        return;
    }
    request->reply->content_type = "application/json";
    request->reply->stream = (struct docker_stream){
        .kind = DOCKER_STREAM_STATS,
        .subject = container->id,
        .position = streams ? 0 : (uint64_t)now_ms,
        .since_ms = streams ? now_ms : now_ms + MS_PER_SECOND,
        .until_ms = streams ? INT64_MAX : 0,
    };
}

/* ---- changes ------------------------------------------------------------------------------------------------------
 */

void docker_container_changes(struct docker_request *request)
{
    struct arena *arena = request->answers;
    const struct container *container = docker_find_container(request);
    struct pool *pool = &request->engine->whole->pool;
    struct text paths = {0};

    if (container == NULL) {
        return;
    }
    request->reply->text = "null\n";
    request->reply->text_length = strlen(request->reply->text);
    request->reply->content_type = "application/json";
    if (container->details->files == NULL) {
        return;
    }
    process_files_changes(container->details->files, pool, &paths);
    uint32_t count = text_string_count(&paths), index = 0;
    const struct value **items = arena_alloc(arena, (count + 1) * sizeof *items);

    for (uint32_t at = 0; at < paths.length; at = text_next_string(&paths, at)) {
        const char *path = paths.bytes + at;

        items[index++] =
            OBJECT(arena, {"Path", value_string(arena, path)},
                   {"Kind", value_number(arena, (double)process_files_change_of(container->details->files, path))});
    }
    text_free(pool, &paths);
    if (count > 0) {
        request->reply->text = NULL;
        request->effect->result = value_array(arena, items, count);
    }
}

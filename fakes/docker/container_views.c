/* How a container is shown: its status, and all of it (GET /containers/{id}/json; moby container/state.go,
 * daemon/inspect.go, github.com/docker/go-units). */
#include "fakes/docker/container_parts.h"
#include "fakes/docker/handlers.h"
#include "fakes/world.h"

#include <inttypes.h>
#include <string.h>

#define CONTAINERS_FOLDER "/var/lib/docker/containers"
#define LAYERS_FOLDER "/var/lib/docker/overlay2"

enum { MS_PER_MINUTE = 60 * MS_PER_SECOND, MS_PER_HOUR = 60 * MS_PER_MINUTE, ISO_SECONDS = 19 };

const char *docker_time_us(struct arena *arena, int64_t us)
{
    enum { US_PER_MS = 1000 };

    if (us == 0) {
        return "0001-01-01T00:00:00Z";
    }
    const char *iso = value_iso_date(arena, us / US_PER_MS); /* 2026-03-27T00:00:00.120Z */
    char *text = arena_printf(arena, "%.*s%03dZ", (int)strlen(iso) - 1, iso, (int)(us % US_PER_MS));
    size_t end = strlen(text) - 1;

    while (end > ISO_SECONDS && (text[end - 1] == '0' || text[end - 1] == '.')) {
        end--;
        if (text[end] == '.') {
            break;
        }
    }
    text[end] = 'Z';
    text[end + 1] = '\0';
    return text;
}

const char *docker_time(struct arena *arena, int64_t ms)
{
    return docker_time_us(arena, ms * MS_PER_SECOND);
}

const char *docker_time_to_seconds(struct arena *arena, int64_t ms)
{
    return docker_time(arena, ms - ms % MS_PER_SECOND);
}

const struct value *docker_unix_seconds(struct arena *arena, int64_t ms)
{
    int64_t seconds = ms / MS_PER_SECOND;

    return value_number(arena, (double)seconds);
}

const char *container_duration(struct arena *arena, int64_t ms, int64_t *stays_ms)
{
    enum {
        HOURS_PER_DAY = 24,
        DAYS_PER_WEEK = 7,
        DAYS_PER_MONTH = 30,
        DAYS_PER_YEAR = 365,
        MINUTE = 60,
        HOURS_MAX = 48
    };
    int64_t seconds = ms / MS_PER_SECOND, minutes = ms / MS_PER_MINUTE;
    int64_t hours = (ms + MS_PER_HOUR / 2) / MS_PER_HOUR, days = hours / HOURS_PER_DAY;

    *stays_ms = minutes == 0       ? MS_PER_SECOND - ms % MS_PER_SECOND
                : minutes < MINUTE ? MS_PER_MINUTE - ms % MS_PER_MINUTE
                                   : MS_PER_HOUR - (ms + MS_PER_HOUR / 2) % MS_PER_HOUR;
    if (seconds < 1) {
        return "Less than a second";
    }
    if (seconds == 1) {
        return "1 second";
    }
    if (minutes == 0) {
        return arena_printf(arena, "%" PRId64 " seconds", seconds);
    }
    if (minutes == 1) {
        return "About a minute";
    }
    if (minutes < MINUTE) {
        return arena_printf(arena, "%" PRId64 " minutes", minutes);
    }
    if (hours == 1) {
        return "About an hour";
    }
    if (hours < HOURS_MAX) {
        return arena_printf(arena, "%" PRId64 " hours", hours);
    }
    if (days < 2 * DAYS_PER_WEEK) {
        return arena_printf(arena, "%" PRId64 " days", days);
    }
    if (days < 2 * DAYS_PER_MONTH) {
        return arena_printf(arena, "%" PRId64 " weeks", days / DAYS_PER_WEEK);
    }
    if (days < 2 * DAYS_PER_YEAR) {
        return arena_printf(arena, "%" PRId64 " months", days / DAYS_PER_MONTH);
    }
    return arena_printf(arena, "%" PRId64 " years", ms / MS_PER_HOUR / HOURS_PER_DAY / DAYS_PER_YEAR);
}

bool docker_container_is_up(const struct container *container)
{
    return container->state == CONTAINER_RUNNING || container->details->restarting;
}

const char *docker_container_status(const struct container *container)
{
    const struct container_details *details = container->details;

    if (container->state == CONTAINER_RUNNING) {
        return details->paused ? "paused" : "running";
    }
    return details->restarting ? "restarting" : details->dead ? "dead" : container_state_name(container->state);
}

const char *container_status_line(const struct docker_engine *engine, const struct container *container,
                                  struct arena *arena, int64_t *until_ms)
{
    const struct container_details *details = container->details;
    int64_t now_ms = engine->world->now_ms, stays_ms = 0;

    *until_ms = INT64_MAX;
    if (container->state == CONTAINER_CREATED) {
        return "Created";
    }
    if (container->state == CONTAINER_RUNNING) {
        const char *up = container_duration(arena, now_ms - container->started_ms, &stays_ms);
        const char *health = container_health_name(container);

        *until_ms = now_ms + stays_ms;
        if (details->paused) {
            return arena_printf(arena, "Up %s (Paused)", up);
        }
        if (details->health != NULL) {
            return arena_printf(arena, "Up %s (%s%s)", up, details->health->status == HEALTH_STARTING ? "health: " : "",
                                health);
        }
        return arena_printf(arena, "Up %s", up);
    }
    const char *ago = container_duration(arena, now_ms - details->finished_ms, &stays_ms);

    *until_ms = now_ms + stays_ms;
    return arena_printf(arena, "%s (%d) %s ago", details->restarting ? "Restarting" : "Exited", container->exit_code,
                        ago);
}

const char *docker_container_status_text(const struct docker_engine *engine, const struct container *container,
                                         struct arena *arena)
{
    int64_t until_ms = 0;

    return container_status_line(engine, container, arena, &until_ms);
}

const struct value *docker_container_config(const struct docker_engine *engine, const struct container *container,
                                            enum config_member member)
{
    return config_member_of(&engine->whole->containers.fallbacks, container->details->config,
                            container->details->host_config, member);
}

/* ---- what it runs: entrypoint and command
 * -------------------------------------------------------------------------------------------------------------------
 */

uint32_t container_word_count(const struct container *container)
{
    const struct value *config = container->details->config;

    return value_count(value_get(config, "Entrypoint")) + value_count(value_get(config, "Cmd"));
}

const struct value *container_word(const struct container *container, uint32_t index)
{
    const struct value *entrypoint = value_get(container->details->config, "Entrypoint");
    uint32_t count = value_count(entrypoint);

    return index < count ? value_at(entrypoint, index)
                         : value_at(value_get(container->details->config, "Cmd"), index - count);
}

const char *container_command_line(const struct container *container, struct arena *arena)
{
    uint32_t count = container_word_count(container);
    const char *line = count == 0 ? "" : value_text(container_word(container, 0));

    for (uint32_t i = 1; i < count; i++) {
        const char *word = value_text(container_word(container, i));
        const char *quote = strchr(word, ' ') != NULL ? "'" : "";

        line = arena_printf(arena, "%s %s%s%s", line, quote, word, quote);
    }
    return line;
}

/* ---- inspect
 * -------------------------------------------------------------------------------------------------------------------
 */

static const struct value *text(struct arena *arena, const char *string)
{
    return value_string(arena, string);
}

static const struct value *state_shown(const struct container *container, struct arena *arena)
{
    const struct container_details *details = container->details;

    return OBJECT(arena, {"Status", text(arena, docker_container_status(container))},
                  {"Running", value_bool(docker_container_is_up(container))}, {"Paused", value_bool(details->paused)},
                  {"Restarting", value_bool(details->restarting)}, {"OOMKilled", value_bool(details->oom_killed)},
                  {"Dead", value_bool(details->dead)}, {"Pid", value_number(arena, details->pid)},
                  {"ExitCode", value_number(arena, container->exit_code)}, {"Error", text(arena, details->error)},
                  {"StartedAt", text(arena, docker_time(arena, container->started_ms))},
                  {"FinishedAt", text(arena, docker_time(arena, details->finished_ms))},
                  {"Health", container_health_shown(container, arena)});
}

static const struct value *graph_driver(const struct container *container, struct arena *arena)
{
    const char *own = container->id;
    const char *image = container->details->image_id;
    const char *lower = strncmp(image, "sha256:", IMAGE_ID_PREFIX) == 0 ? image + IMAGE_ID_PREFIX : image;
    const struct value *data = OBJECT(
        arena, {"LowerDir", value_format(arena, LAYERS_FOLDER "/%s-init/diff:" LAYERS_FOLDER "/%s/diff", own, lower)},
        {"MergedDir", value_format(arena, LAYERS_FOLDER "/%s/merged", own)},
        {"UpperDir", value_format(arena, LAYERS_FOLDER "/%s/diff", own)},
        {"WorkDir", value_format(arena, LAYERS_FOLDER "/%s/work", own)});

    return OBJECT(arena, {"Data", data}, {"Name", text(arena, "overlay2")});
}

/* A file of the container's, once it has any. */
static const struct value *own_file(const struct container *container, struct arena *arena, const char *name)
{
    return container->details->has_files ? value_format(arena, CONTAINERS_FOLDER "/%s/%s", container->id, name)
                                         : text(arena, "");
}

static const struct value *log_file(const struct docker_engine *engine, const struct container *container,
                                    struct arena *arena)
{
    const struct value *log = docker_container_config(engine, container, MEMBER_HOST_CONFIG_LogConfig);
    bool is_file = value_is_text(value_get(log, "Type"), "json-file");

    return is_file ? own_file(container, arena, arena_printf(arena, "%s-json.log", container->id)) : text(arena, "");
}

static const struct value *arguments(const struct container *container, struct arena *arena)
{
    uint32_t count = container_word_count(container);
    const struct value **words = arena_alloc(arena, (count + 1) * sizeof *words);

    for (uint32_t i = 1; i < count; i++) {
        words[i - 1] = container_word(container, i);
    }
    return value_array(arena, words, count == 0 ? 0 : count - 1);
}

/* Executions that run in it, by their ids; null: none. */
static const struct value *exec_ids(const struct docker_engine *engine, const struct container *container,
                                    struct arena *arena)
{
    const struct docker_execs *execs = &engine->whole->execs;
    const struct value *ids = value_null();

    for (uint32_t i = 0; i < execs->count; i++) {
        if (strcmp(execs->all[i].container, container->id) == 0 && !(execs->all[i].started && !execs->all[i].running)) {
            ids = value_append(arena, value_is(ids, VALUE_NULL) ? value_empty_array() : ids,
                               text(arena, execs->all[i].id));
        }
    }
    return ids;
}

static const struct value *size_of_image(const struct docker_engine *engine, const struct container *container,
                                         struct arena *arena)
{
    const struct docker_image *image = docker_image_find(engine, container->details->image_id);

    return value_number(arena, image == NULL ? 0 : image->size_bytes);
}

void docker_container_inspect(struct docker_request *request)
{
    struct docker_engine *engine = request->engine;
    struct arena *arena = request->answers;
    const struct container *container = docker_find_container(request);
    const struct config_fallbacks *fallbacks = &engine->whole->containers.fallbacks;

    if (container == NULL) {
        return;
    }
    const struct container_details *details = container->details;
    const struct value *empty = text(arena, "");
    bool size = docker_flag(request, "size");

    request->effect->result = OBJECT(
        arena, {"Id", text(arena, container->id)}, {"Created", text(arena, docker_time(arena, container->created_ms))},
        {"Path", container_word_count(container) == 0 ? empty : container_word(container, 0)},
        {"Args", arguments(container, arena)}, {"State", state_shown(container, arena)},
        {"Image", text(arena, details->image_id)}, {"ResolvConfPath", own_file(container, arena, "resolv.conf")},
        {"HostnamePath", own_file(container, arena, "hostname")}, {"HostsPath", own_file(container, arena, "hosts")},
        {"LogPath", log_file(engine, container, arena)}, {"Name", value_format(arena, "/%s", container->name)},
        {"RestartCount", value_number(arena, details->restart_count)}, {"Driver", text(arena, "overlay2")},
        {"Platform", text(arena, "linux")}, {"MountLabel", empty}, {"ProcessLabel", empty}, {"AppArmorProfile", empty},
        {"ExecIDs", exec_ids(engine, container, arena)},
        {"HostConfig", config_shown(fallbacks, SHAPE_HOST_CONFIG, details->host_config, arena)},
        {"GraphDriver", graph_driver(container, arena)}, {"SizeRw", size ? value_number(arena, 0) : NULL},
        {"SizeRootFs", size ? size_of_image(engine, container, arena) : NULL},
        {"Mounts", details->mounts == NULL ? value_empty_array() : details->mounts},
        {"Config", config_shown(fallbacks, SHAPE_CONFIG, details->config, arena)},
        {"NetworkSettings", docker_networks_settings(engine, container, false, arena)});
}

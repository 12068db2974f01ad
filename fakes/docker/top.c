/* The processes of a container, as ps on the host tells them (moby daemon/top_unix.go). */
#include "fakes/docker/handlers.h"
#include "fakes/docker/process.h"
#include "fakes/docker/whole.h"
#include "fakes/world.h"

#include <string.h>

enum column { COLUMN_USER, COLUMN_PID, COLUMN_PARENT, COLUMN_START, COLUMN_COMMAND, COLUMN_NAME, COLUMN_TEXT };

struct column_kind {
    const char *option; /* after -o */
    const char *title;
    enum column column;
    const char *text; /* what is always there, of COLUMN_TEXT */
};

/* ps(1), STANDARD FORMAT SPECIFIERS */
static const struct column_kind columns[] = {
    {"user", "USER", COLUMN_USER, NULL},
    {"uid", "UID", COLUMN_USER, NULL},
    {"pid", "PID", COLUMN_PID, NULL},
    {"ppid", "PPID", COLUMN_PARENT, NULL},
    {"c", "C", COLUMN_TEXT, "0"},
    {"stime", "STIME", COLUMN_START, NULL},
    {"start", "START", COLUMN_START, NULL},
    {"tty", "TTY", COLUMN_TEXT, "?"},
    {"tname", "TTY", COLUMN_TEXT, "?"},
    {"time", "TIME", COLUMN_TEXT, "00:00:00"},
    {"cmd", "CMD", COLUMN_COMMAND, NULL},
    {"command", "COMMAND", COLUMN_COMMAND, NULL},
    {"args", "COMMAND", COLUMN_COMMAND, NULL},
    {"comm", "COMMAND", COLUMN_NAME, NULL},
    {"%cpu", "%CPU", COLUMN_TEXT, "0.0"},
    {"pcpu", "%CPU", COLUMN_TEXT, "0.0"},
    {"%mem", "%MEM", COLUMN_TEXT, "0.0"},
    {"pmem", "%MEM", COLUMN_TEXT, "0.0"},
    {"vsz", "VSZ", COLUMN_TEXT, "4416"},
    {"rss", "RSS", COLUMN_TEXT, "692"},
    {"stat", "STAT", COLUMN_TEXT, "Ss"},
    {"s", "S", COLUMN_TEXT, "S"},
};

static const char full_format[] = "uid,pid,ppid,c,stime,tty,time,cmd";
static const char user_format[] = "user,pid,%cpu,%mem,vsz,rss,tty,stat,start,time,command";

enum { COLUMNS_MAX = sizeof columns / sizeof columns[0] };

struct table {
    struct arena *arena;
    const struct container *container;
    const struct column_kind *shown[COLUMNS_MAX];
    uint32_t count;
    int base; /* what a container's own pid is on the host: so much more */
    const struct value *rows;
};

/* The columns that an option of ps asks for; without -o it is one of the two usual formats. */
static const char *format_of(const char *arguments)
{
    const char *option = strstr(arguments, "o ");

    if (arguments[0] == '-' && option != NULL) {
        return option + strspn(option, "o ");
    }
    return strchr(arguments, 'u') != NULL ? user_format : full_format;
}

static void choose(struct table *table, const char *format)
{
    while (*format != '\0' && table->count < COLUMNS_MAX) {
        size_t length = strcspn(format, ", ");

        for (size_t i = 0; i < COLUMNS_MAX; i++) {
            if (strlen(columns[i].option) == length && strncmp(columns[i].option, format, length) == 0) {
                table->shown[table->count++] = &columns[i];
                break;
            }
        }
        format += length + (format[length] != '\0');
    }
}

static const struct value *cell(const struct table *table, const struct column_kind *kind, int pid, int parent,
                                const char *arguments)
{
    struct arena *arena = table->arena;
    const char *user = value_get_text(table->container->details->config, "User");
    const char *clock = strchr(value_iso_date(arena, table->container->started_ms), 'T');
    const char *name = arena_string_n(arena, arguments, strcspn(arguments, " "));
    const char *slash = strrchr(name, '/');

    switch (kind->column) {
    case COLUMN_USER:
        return value_string(arena, user == NULL || user[0] == '\0' ? "root" : user);
    case COLUMN_PID:
        return value_format(arena, "%d", table->base + pid);
    case COLUMN_PARENT:
        return value_format(arena, "%d", table->base + parent);
    case COLUMN_START:
        return value_string_n(arena, clock == NULL ? "" : clock + 1, clock == NULL ? 0 : strlen("00:00"));
    case COLUMN_COMMAND:
        return value_string(arena, arguments);
    case COLUMN_NAME:
        return value_string(arena, slash == NULL ? name : slash + 1);
    default:
        return value_string(arena, kind->text);
    }
}

static void add_row(void *context, int pid, int parent, const char *arguments)
{
    struct table *table = context;
    const struct value *cells[COLUMNS_MAX];

    for (uint32_t i = 0; i < table->count; i++) {
        cells[i] = cell(table, table->shown[i], pid, parent, arguments);
    }
    table->rows = value_append(table->arena, table->rows, value_array(table->arena, cells, table->count));
}

/* What a service that nothing is said of was started as. */
static void add_service(struct table *table)
{
    static const char *const parts[] = {"Entrypoint", "Cmd"};
    const char *line = "";

    for (size_t part = 0; part < sizeof parts / sizeof parts[0]; part++) {
        const struct value *words = value_get(table->container->details->config, parts[part]);

        for (uint32_t i = 0; i < value_count(words); i++) {
            line =
                arena_printf(table->arena, "%s%s%s", line, line[0] == '\0' ? "" : " ", value_text(value_at(words, i)));
        }
    }
    add_row(table, 1, 0, line[0] == '\0' ? table->container->image : line);
}

static void add_processes(struct docker_engine *engine, struct table *table)
{
    const struct docker_execs *execs = &engine->whole->execs;
    const struct container_details *details = table->container->details;

    table->base = details->pid - 1;
    if (details->process != NULL && details->process->script == NULL) {
        process_list(details->process, table, add_row);
    } else {
        add_service(table);
    }
    for (uint32_t i = 0; i < execs->count; i++) {
        if (execs->all[i].running && strcmp(execs->all[i].container, table->container->id) == 0) {
            table->base = execs->all[i].pid;
            process_list(execs->all[i].process, table, add_row);
        }
    }
}

static const struct value *titles(const struct table *table, bool *has_pid)
{
    const struct value *names = value_empty_array();

    *has_pid = false;
    for (uint32_t i = 0; i < table->count; i++) {
        names = value_append(table->arena, names, value_string(table->arena, table->shown[i]->title));
        *has_pid = *has_pid || table->shown[i]->column == COLUMN_PID;
    }
    return names;
}

void docker_container_top(struct docker_request *request)
{
    struct arena *arena = request->answers;
    const char *arguments = docker_parameter(request, "ps_args");
    const struct container *container = docker_find_container(request);
    struct table table = {.arena = arena, .container = container, .rows = value_empty_array()};
    bool has_pid = false;

    if (container == NULL) {
        return;
    }
    if (container->details->restarting) {
        effect_fail(request->effect, arena, 409, NULL,
                    "Container %s is restarting, wait until the container is running", container->id);
        return;
    }
    if (container->state != CONTAINER_RUNNING) {
        effect_fail(request->effect, arena, 409, NULL, "Container %s is not running", container->id);
        return;
    }
    choose(&table, format_of(arguments == NULL ? "" : arguments));
    const struct value *names = titles(&table, &has_pid);

    if (!has_pid) {
        effect_fail(request->effect, arena, 500, NULL, "Couldn't find PID field in ps output");
        return;
    }
    add_processes(request->engine, &table);
    docker_event_of_container(request->engine, container, "top", NULL);
    request->effect->result = OBJECT(arena, {"Processes", table.rows}, {"Titles", names});
}

#include "sim/conform/canonical.h"

#include <ctype.h>
#include <string.h>

enum {
    HEX_ID_MIN = 12,  /* digits of a shortened Docker id */
    SIDE_MAX = 700,   /* bytes of one side of a divergence */
    STDOUT_MAX = 300, /* characters of it that recordings keep */
    BRIEF_TEXT = 120, /* a longer blob or key is shown by its size, as in the recordings */
};

/* 2017 to 2100 in ms: a number in here is an instant. */
static const double INSTANT_FIRST = 1.5e12;
static const double INSTANT_LAST = 4.1e12;

static const struct {
    const char *what, *why;
} left_out_table[] = {
#define LEFT_OUT(what, why) {what, why},
#include "sim/conform/left_out.def"
};

bool left_out(unsigned number, const char **what, const char **why)
{
    if (number >= sizeof left_out_table / sizeof left_out_table[0]) {
        return false;
    }
    *what = left_out_table[number].what;
    *why = left_out_table[number].why;
    return true;
}

/* ---- values ------------------------------------------------------------------------------------------------------ */

static const struct value *canonical_member(struct arena *arena, const char *key, const struct value *value)
{
    if (strcmp(key, "osUptime") == 0 && value_is(value, VALUE_NUMBER)) {
        return value_string(arena, "<uptime>");
    }
    if ((strcmp(key, "id") == 0 || strcmp(key, "Id") == 0) && value_is(value, VALUE_STRING) && value->count >= 4) {
        bool shortened = value_is_text(value, "<id>");

        return shortened || value->count == 64 ? value_string(arena, "<id>") : value;
    }
    if (strcmp(key, "enterprise") == 0 && value_is(value, VALUE_STRING) && value->count > 0) {
        return value_string(arena, "<encrypted>");
    }
    return canonical(arena, value);
}

static const struct value *canonical_object(struct arena *arena, const struct value *object)
{
    struct value_member *members = arena_alloc(arena, (object->count + 1) * sizeof *members);

    for (uint32_t i = 0; i < object->count; i++) {
        members[i].key = object->members[i].key;
        members[i].value = canonical_member(arena, members[i].key, object->members[i].value);
    }
    return value_object(arena, members, object->count);
}

const struct value *canonical(struct arena *arena, const struct value *value)
{
    int64_t ms = 0;

    if (value == NULL) {
        return NULL;
    }
    switch (value->kind) {
    case VALUE_DATE:
        return value_string(arena, "<instant>");
    case VALUE_NUMBER:
        return value->number >= INSTANT_FIRST && value->number < INSTANT_LAST ? value_string(arena, "<instant>")
                                                                              : value;
    case VALUE_STRING:
        return parse_iso_date(value->string, &ms) ? value_string(arena, "<instant>") : value;
    case VALUE_ARRAY: {
        const struct value **items = arena_alloc(arena, (value->count + 1) * sizeof *items);

        for (uint32_t i = 0; i < value->count; i++) {
            items[i] = canonical(arena, value->items[i]);
        }
        return value_array(arena, items, value->count);
    }
    case VALUE_OBJECT:
        return canonical_object(arena, value);
    case VALUE_NULL:
    case VALUE_BOOL:
        break;
    }
    return value;
}

/* Runs of hexadecimal digits as long as a shortened id become `<id>`. */
static const char *without_ids(struct arena *arena, const char *text)
{
    const char *out = "";

    while (*text != '\0') {
        size_t digits = strspn(text, "0123456789abcdef");
        size_t kept = digits == 0 ? 1 : digits;

        out = digits >= HEX_ID_MIN ? arena_printf(arena, "%s<id>", out)
                                   : arena_printf(arena, "%s%.*s", out, (int)kept, text);
        text += kept;
    }
    return out;
}

static bool is(const struct operation *operation, const char *port, const char *op)
{
    return strcmp(operation->port, port) == 0 && strcmp(operation->op, op) == 0;
}

static bool is_command(const struct operation *operation)
{
    return strcmp(operation->port, "fs") == 0 && value_get_text(operation->args, "command") != NULL;
}

static const struct value *canonical_error(struct arena *arena, const struct operation *operation,
                                           const struct value *error)
{
    const char *message = value_get_text(error, "message");

    if (is_command(operation)) {
        return value_empty_object();
    }
    return OBJECT(arena, {"status", value_get(error, "status")},
                  {"message", message == NULL ? NULL : value_string(arena, without_ids(arena, message))});
}

static bool command_has(const struct operation *operation, const char *part)
{
    const char *command = value_get_text(operation->args, "command");

    return command != NULL && strstr(command, part) != NULL;
}

/* ---- what both sides need ------------------------------------------------------------------------------------------
 */

/* The parameter of decryptrsamessage is JSON text on the wire; recordings show it taken apart and shortened. */
static const struct value *decrypt_args(struct arena *arena, const struct value *args)
{
    const struct value *parameter = value_at(value_get(args, "params"), 0);

    if (value_is(parameter, VALUE_STRING)) {
        parameter = value_parse(arena, parameter->string, parameter->count);
    }
    const struct value *message = value_get(parameter, "message");

    if (value_is(message, VALUE_STRING) && message->count > BRIEF_TEXT) {
        parameter = value_with(arena, parameter, "message", value_format(arena, "<%u chars>", message->count));
    }
    return OBJECT(arena, {"params", ARRAY(arena, parameter)});
}

/* The reply is JSON text with the key in it: its status stays. */
static const struct value *decrypt_result(struct arena *arena, const struct value *result)
{
    const struct value *reply =
        value_is(result, VALUE_STRING) ? value_parse(arena, result->string, result->count) : result;

    return OBJECT(arena, {"status", value_get(reply, "status")});
}

static const struct value *folders_without_type(struct arena *arena, const struct value *folders)
{
    const struct value *list = value_empty_array();

    for (uint32_t i = 0; i < value_count(folders); i++) {
        list = value_append(arena, list, value_without(arena, value_at(folders, i), "type"));
    }
    return list;
}

static const struct value *cut_output(struct arena *arena, const struct value *result)
{
    const struct value *output = value_get(result, "stdout");

    return value_is(output, VALUE_STRING) && output->count > STDOUT_MAX
               ? value_with(arena, result, "stdout", value_string_n(arena, output->string, STDOUT_MAX))
               : result;
}

static struct operation finish_request(struct arena *arena, struct operation operation)
{
    if (is(&operation, "bench", "decryptrsamessage")) {
        operation.args = decrypt_args(arena, operation.args);
    } else if (strcmp(operation.port, "syncthing") == 0) {
        operation.args = value_without(arena, operation.args, "host");
    }
    operation.args = canonical(arena, operation.args);
    return operation;
}

static void finish_answer(struct arena *arena, struct operation *operation)
{
    if (operation->error != NULL) {
        operation->error = canonical_error(arena, operation, operation->error);
        operation->result = NULL;
    } else if (is(operation, "bench", "decryptrsamessage")) {
        operation->result = decrypt_result(arena, operation->result);
    } else if (command_has(operation, "mke2fs")) {
        operation->result = OBJECT(arena, {"stdout", value_string(arena, "")});
    } else if (is(operation, "syncthing", "GET /rest/config/folders")) {
        operation->result = folders_without_type(arena, operation->result);
    } else {
        operation->result = canonical(arena, cut_output(arena, operation->result));
    }
}

/* ---- the recording's ------------------------------------------------------------------------------------------------
 */

struct operation canonical_recorded(struct arena *arena, const struct recorded_op *op)
{
    struct operation operation =
        finish_request(arena, (struct operation){.port = op->port, .op = op->op, .args = op->args});

    operation.result = op->result;
    operation.error = op->error;
    finish_answer(arena, &operation);
    return operation;
}

bool reply_is_input(const struct recorded_op *op)
{
    static const char *const ports[] = {"fdm", "syncthing", "bench", "daemon", "net"};
    static const char *const commands[] = {"df -kP", "ufw status", "iptables --version"};
    struct operation operation = {.port = op->port, .op = op->op, .args = op->args};

    for (size_t i = 0; i < sizeof ports / sizeof ports[0]; i++) {
        if (strcmp(op->port, ports[i]) == 0) {
            return true;
        }
    }
    for (size_t i = 0; i < sizeof commands / sizeof commands[0]; i++) {
        if (is_command(&operation) && command_has(&operation, commands[i])) {
            return true;
        }
    }
    return false;
}

/* ---- drydock's ------------------------------------------------------------------------------------------------------
 */

/* Containers are addressed by id on the wire and by name in recordings; effect->object is the name. */
static const struct value *named_args(struct arena *arena, const struct effect *effect)
{
    const struct value *args = effect->args;

    return value_get(args, "container") == NULL || effect->object == NULL
               ? args
               : value_with(arena, args, "container", value_string(arena, effect->object));
}

/* `PATCH /rest/config/folders/ID` and `appips` stand for a path with a name in it. */
static const char *wire_operation(struct arena *arena, const struct effect *effect)
{
    const struct effect_info *info = effect_info(effect->id);
    const char *operation = info->wire_operation != NULL ? info->wire_operation : info->operation;
    size_t length = strlen(operation);

    if (info->port == PORT_fdm) {
        return arena_printf(arena, "GET /appips/%s", effect->object);
    }
    if (info->port == PORT_syncthing && length > 3 && strcmp(operation + length - 3, "/ID") == 0) {
        return arena_printf(arena, "%.*s/%s", (int)length - 3, operation, value_get_text(effect->args, "id"));
    }
    return operation;
}

struct operation canonical_request(struct arena *arena, const struct effect *effect)
{
    const struct effect_info *info = effect_info(effect->id);
    struct operation operation = {.port = info->wire_port != NULL ? info->wire_port : info->port_name,
                                  .op = wire_operation(arena, effect),
                                  .args = named_args(arena, effect)};

    if (info->port == PORT_syncthing) {
        operation.args = value_without(arena, operation.args, "id");
    } else if (operation.args == NULL) {
        operation.args = value_empty_object();
    }
    return finish_request(arena, operation);
}

static const char *container_name(const struct value *container)
{
    const char *name = value_text(value_at(value_get(container, "Names"), 0));

    name = name == NULL ? value_get_text(container, "Name") : name;
    return name == NULL ? "" : name + (name[0] == '/');
}

static const struct value *brief_containers(struct arena *arena, const struct value *containers)
{
    const struct value *list = value_empty_array();

    for (uint32_t i = 0; i < value_count(containers); i++) {
        const struct value *container = value_at(containers, i);

        list = value_append(arena, list,
                            OBJECT(arena, {"name", value_string(arena, container_name(container))},
                                   {"state", value_get(container, "State")}, {"image", value_get(container, "Image")}));
    }
    return list;
}

static const struct value *names_of(struct arena *arena, const struct value *objects)
{
    const struct value *names = value_empty_array();

    for (uint32_t i = 0; i < value_count(objects); i++) {
        names = value_append(arena, names, value_get(value_at(objects, i), "Name"));
    }
    return names;
}

static const struct value *brief_network(struct arena *arena, const struct value *network)
{
    const struct value *config = value_at(value_get(value_get(network, "IPAM"), "Config"), 0);
    const struct value *endpoints = value_get(network, "Containers");
    const struct value *containers = value_empty_array();

    for (uint32_t i = 0; value_is(endpoints, VALUE_OBJECT) && i < endpoints->count; i++) {
        containers = value_append(arena, containers, value_get(endpoints->members[i].value, "Name"));
    }
    return OBJECT(arena, {"name", value_get(network, "Name")}, {"subnet", value_get(config, "Subnet")},
                  {"containers", containers});
}

/* Docker's answers as recordings shorten them. */
static const struct value *brief_docker(struct arena *arena, const struct effect *effect, const struct value *deleted)
{
    const struct value *result = effect->result;

    switch (effect->id) {
    case EFFECT_DOCKER_CONTAINERS_LIST:
        return brief_containers(arena, result);
    case EFFECT_DOCKER_CONTAINERS_PRUNE:
    case EFFECT_DOCKER_NETWORKS_PRUNE:
    case EFFECT_DOCKER_VOLUMES_PRUNE:
        return OBJECT(arena, {"deleted", deleted == NULL ? value_empty_array() : deleted});
    case EFFECT_DOCKER_IMAGES_PRUNE:
        return OBJECT(arena, {"deleted", value_number(arena, value_count(value_get(result, "ImagesDeleted")))});
    case EFFECT_DOCKER_CONTAINERS_CREATE:
    case EFFECT_DOCKER_NETWORKS_CREATE:
        return OBJECT(arena, {"id", value_string(arena, "<id>")});
    case EFFECT_DOCKER_CONTAINER_INSPECT:
        return OBJECT(arena, {"name", value_string(arena, container_name(result))},
                      {"state", value_get(value_get(result, "State"), "Status")});
    case EFFECT_DOCKER_NETWORK_INSPECT:
        return brief_network(arena, result);
    case EFFECT_DOCKER_NETWORKS_LIST:
        return names_of(arena, result);
    default:
        return result;
    }
}

void canonical_answer(struct arena *arena, const struct effect *effect, const struct value *deleted,
                      struct operation *operation)
{
    operation->error = effect->error == NULL ? NULL : error_value(arena, effect->error);
    operation->result = NULL;
    if (effect->error == NULL) {
        operation->result =
            effect_info(effect->id)->port == PORT_docker ? brief_docker(arena, effect, deleted) : effect->result;
    }
    finish_answer(arena, operation);
}

/* ---- comparing ------------------------------------------------------------------------------------------------------
 */

bool same_request(const struct operation *one, const struct operation *other)
{
    return strcmp(one->port, other->port) == 0 && strcmp(one->op, other->op) == 0 &&
           value_equal(one->args, other->args);
}

bool same_answer(const struct operation *one, const struct operation *other)
{
    if ((one->error == NULL) != (other->error == NULL)) {
        return false;
    }
    return one->error == NULL ? value_equal(one->result, other->result) : value_equal(one->error, other->error);
}

const char *request_text(struct arena *arena, const struct operation *operation)
{
    return arena_printf(arena, "%s %s %.*s", operation->port, operation->op, SIDE_MAX,
                        value_json(arena, operation->args));
}

const char *answer_text(struct arena *arena, const struct operation *operation)
{
    if (operation->error != NULL) {
        return arena_printf(arena, "%s → error %.*s", request_text(arena, operation), SIDE_MAX,
                            value_json(arena, operation->error));
    }
    return arena_printf(arena, "%s → %.*s", request_text(arena, operation), SIDE_MAX,
                        operation->result == NULL ? "" : value_json(arena, operation->result));
}

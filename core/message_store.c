#include "core/message_store.h"

#include "core/db.h"

#include <math.h>
#include <string.h>

enum {
    RUNNING_VALIDITY_MS = 125 * 60 * 1000, /* 4.6 */
    ERROR_VALIDITY_MS = 60 * 60 * 1000,    /* 4.7 */
    ERRORS_THAT_EXTEND = 5,                /* 4.7: from here on the records have no expiry */
    PEER_WAIT_MS = 25,                     /* 4.7: before each peer */
    DIRECTION_WAIT_MS = 500,               /* between outbound and inbound */
};

/* ---- messages (12.6)
 * ---------------------------------------------------------------------------------------------------- */

double os_uptime_s(struct task *task)
{
    const struct node_config *config = &task->node->config;
    double seconds = config->os_uptime_s_at_start + (double)(now_ms(task) - config->started_ms) / 1000;

    return round(seconds * 100) / 100;
}

const struct value *app_running_message(struct task *task, const char *name, const char *hash, const char *ip,
                                        int64_t at_ms, int64_t running_since_ms)
{
    struct arena *arena = task->arena;

    return OBJECT(arena, {"type", value_string(arena, "fluxapprunning")}, {"version", value_number(arena, 1)},
                  {"name", value_string(arena, name)}, {"hash", value_string(arena, hash)},
                  {"ip", value_string(arena, ip)}, {"broadcastedAt", value_number(arena, (double)at_ms)},
                  {"runningSince", value_string(arena, value_iso_date(arena, running_since_ms))},
                  {"osUptime", value_number(arena, os_uptime_s(task))},
                  {"staticIp", value_bool(task->node->config.static_ip)});
}

const struct value *app_removed_message(struct task *task, const char *app, const char *ip, int64_t at_ms)
{
    struct arena *arena = task->arena;

    return OBJECT(arena, {"type", value_string(arena, "fluxappremoved")}, {"version", value_number(arena, 1)},
                  {"appName", value_string(arena, app)}, {"ip", value_string(arena, ip)},
                  {"broadcastedAt", value_number(arena, (double)at_ms)});
}

/* ---- storing (4.6)
 * ---------------------------------------------------------------------------------------------------------- */

static bool is_valid_running_message(const struct value *message)
{
    const struct value *apps = value_get(message, "apps");
    double version = value_get_number(message, "version", 0);

    if (!value_is_text(value_get(message, "type"), "fluxapprunning") || value_get_text(message, "ip") == NULL ||
        !value_is(value_get(message, "broadcastedAt"), VALUE_NUMBER)) {
        return false;
    }
    if (version < 2) {
        return value_get_text(message, "name") != NULL && value_get_text(message, "hash") != NULL;
    }
    return value_is(apps, VALUE_ARRAY);
}

/* One app of a message: its own entry, or the message itself in the v1 form. */
static const struct error *store_one(struct task *task, const struct value *message, const struct value *app,
                                     bool *stored)
{
    struct arena *arena = task->arena;
    int64_t at_ms = value_get_whole(message, "broadcastedAt", 0);
    const char *name = value_get_text(app, "name");
    const struct value *filter = filter_name_ip(task, name, value_get_text(message, "ip"));
    const struct value *known = NULL;

    *stored = false;
    TRY(find_one_in_database(task, LOC, filter, NULL, &known));
    if (known != NULL && value_to_instant(value_get(known, "broadcastedAt"), INT64_MIN) >= at_ms) {
        return NULL;
    }
    /* message / app / stored value, left out when none */
    int64_t since_ms = value_to_instant(value_get(message, "runningSince"), -1);

    since_ms = since_ms >= 0 ? since_ms : value_to_instant(value_get(app, "runningSince"), -1);
    since_ms = since_ms >= 0 ? since_ms : value_to_instant(value_get(known, "runningSince"), -1);
    const struct value *document = OBJECT(
        arena, {"name", value_get(app, "name")}, {"hash", value_get(app, "hash")}, {"ip", value_get(message, "ip")},
        {"broadcastedAt", value_date(arena, at_ms)}, {"expireAt", value_date(arena, at_ms + RUNNING_VALIDITY_MS)},
        {"osUptime", value_get(message, "osUptime")}, {"staticIp", value_get(message, "staticIp")},
        {"runningSince", since_ms < 0 ? NULL : value_date(arena, since_ms)});

    TRY(update_one_in_database(task, LOC, filter, document));
    *stored = true;
    return NULL;
}

/* 4.6: a v2 message without apps takes back everything known of its sender. */
static const struct error *store_empty(struct task *task, const struct value *message, bool *stored)
{
    const struct value *filter = OBJECT(task->arena, {"ip", value_get(message, "ip")});
    const struct value *known = NULL;

    TRY(find_in_database(task, LOC, filter, NULL, &known));
    *stored = value_count(known) > 0;
    if (*stored) {
        TRY(remove_documents_from_collection(task, LOC, filter));
        TRY(remove_documents_from_collection(task, INSTL, filter));
    }
    return NULL;
}

const struct error *store_app_running_message(struct task *task, const struct value *message, bool *stored)
{
    const struct value *apps = value_get(message, "apps");

    *stored = false;
    if (!is_valid_running_message(message) ||
        value_get_whole(message, "broadcastedAt", 0) + RUNNING_VALIDITY_MS < now_ms(task)) {
        return NULL;
    }
    if (apps != NULL && value_count(apps) == 0) {
        return store_empty(task, message, stored);
    }
    if (apps == NULL) {
        apps = ARRAY(task->arena, message);
    }
    *stored = true;
    for (uint32_t i = 0; i < value_count(apps) && *stored; i++) {
        TRY(store_one(task, message, value_at(apps, i), stored));
    }
    for (uint32_t i = 0; i < value_count(apps); i++) { /* also after an early stop */
        const struct value *filter =
            filter_name_ip(task, value_get_text(value_at(apps, i), "name"), value_get_text(message, "ip"));

        TRY(remove_documents_from_collection(task, INSTL, filter));
    }
    return NULL;
}

/* ---- installing errors (4.7)
 * --------------------------------------------------------------------------------------------------- */

const struct error *store_app_installing_error_message(struct task *task, const struct value *message)
{
    struct arena *arena = task->arena;
    int64_t at_ms = value_get_whole(message, "broadcastedAt", 0);
    const struct value *name = value_get(message, "name");
    const struct value *hash = value_get(message, "hash");
    const struct value *ip = value_get(message, "ip");
    const struct value *filter = OBJECT(arena, {"name", name}, {"hash", hash}, {"ip", ip});
    const struct value *known = NULL;
    uint32_t count = 0;

    if (name == NULL || hash == NULL || ip == NULL || at_ms + ERROR_VALIDITY_MS < now_ms(task)) {
        return NULL; /* validation failure: an Error object is returned upstream, and ignored */
    }
    TRY(find_one_in_database(task, ERRL, filter, NULL, &known));
    if (known != NULL && value_to_instant(value_get(known, "broadcastedAt"), INT64_MIN) >= at_ms) {
        return NULL;
    }
    const struct value *document =
        OBJECT(arena, {"name", name}, {"hash", hash}, {"ip", ip}, {"error", value_get(message, "error")},
               {"broadcastedAt", value_date(arena, at_ms)}, {"startCacheAt", value_date(arena, at_ms)},
               {"expireAt", value_date(arena, at_ms + ERROR_VALIDITY_MS)});

    TRY(update_one_in_database(task, ERRL, filter, document));
    TRY(remove_documents_from_collection(task, INSTL, filter_name_ip(task, value_text(name), value_text(ip))));
    const struct value *same = OBJECT(arena, {"name", name}, {"hash", hash});

    TRY(count_in_database(task, ERRL, same, &count));
    if (count >= ERRORS_THAT_EXTEND) {
        const struct value *never = OBJECT(arena, {"startCacheAt", value_null()}, {"expireAt", value_null()});

        TRY(update_in_database(task, ERRL, same, never));
    }
    return NULL;
}

/* ---- sending (4.7)
 * --------------------------------------------------------------------------------------------------------------- */

/* A message is about one app, or (v2) about several. */
static const char *subject_of(const struct value *data)
{
    const char *name = value_get_text(data, "name");

    return name != NULL ? name : value_get_text(data, "appName");
}

static void send_to_peers(struct task *task, const struct value *peers, const struct value *data)
{
    for (uint32_t i = 0; i < value_count(peers); i++) {
        const char *address = value_text(value_at(peers, i));

        if (cell_has(task, CELL_CLOSED_PEERS, address)) {
            continue;
        }
        delay(task, PEER_WAIT_MS);
        struct effect effect = {
            .id = EFFECT_PEERS_SEND,
            .args = OBJECT(task->arena, {"peer", value_at(peers, i)}, {"data", data}, {"signed", value_bool(true)},
                           {"pubKey", value_bool(true)}),
            .object = subject_of(data),
        };

        if (perform(task, &effect) != NULL) {
            cell_add(task, CELL_CLOSED_PEERS, address); /* a failed send closes that peer, the loop goes on */
        }
    }
}

void broadcast_message_to_all(struct task *task, const struct value *data)
{
    send_to_peers(task, task->node->config.outbound_peers, data);
    delay(task, DIRECTION_WAIT_MS);
    send_to_peers(task, task->node->config.inbound_peers, data);
}

#define CALLS_FOR_ITS_CALLERS /* see FROM_HERE */
#include "core/daemon_service.h"

#include <math.h>
#include <string.h>

/* A daemon call through a reply cache: key = method + JSON of parameters; errors are not cached (12.1). */
static const struct error *cached_call(struct task *task, struct effect *effect, const char *method, enum cell_id cell,
                                       const struct value **reply)
{
    const char *key =
        arena_printf(task->arena, "%s%s", method, value_json(task->arena, value_get(effect->args, "params")));

    *reply = cell_get(task, cell, key);
    if (*reply != NULL) {
        microtask(task);
        return NULL;
    }
    TRY(perform(task, effect));
    const struct value *kept = value_copy(task->node->memory, effect->result);

    cell_set(task, cell, key, kept);
    *reply = kept;
    return NULL;
}

static const struct error *get_node_status(struct task *task, const struct value **status)
{
    struct effect effect = {.id = EFFECT_DAEMON_GETZELNODESTATUS,
                            .args = OBJECT(task->arena, {"params", value_empty_array()})};

    return cached_call(task, &effect, "getzelnodestatus", CELL_DAEMON_REPLIES, status);
}

/* The text between `COutPoint(` and the comma; NULL when there is none. An output's index has 32 bits: of a longer
 * number, which is nobody's index, so many are kept. */
static const char *collateral_txid(struct task *task, const struct value *status, uint32_t *output)
{
    static const char opening[] = "COutPoint(";
    const char *text = value_get_text(status, "collateral");
    const char *start = text == NULL ? NULL : strstr(text, opening);
    const char *comma = start == NULL ? NULL : strchr(start, ',');

    if (comma == NULL) {
        return NULL;
    }
    start += sizeof opening - 1;
    *output = 0;
    for (const char *digit = comma + 1; *digit != '\0' && *digit != ')'; digit++) {
        if (*digit >= '0' && *digit <= '9') {
            *output = *output * 10 + (uint32_t)(*digit - '0');
        }
    }
    return arena_string_n(task->arena, start, (size_t)(comma - start));
}

static const char *tier_of_collateral(double value)
{
    static const struct {
        long collateral;
        const char *tier;
    } tiers[] = {{1000, "basic"},  {10000, "basic"}, {12500, "super"},
                 {25000, "super"}, {40000, "bamf"},  {100000, "bamf"}};

    for (size_t i = 0; i < sizeof tiers / sizeof tiers[0]; i++) {
        if (fabs(value - (double)tiers[i].collateral) < 0.5) {
            return tiers[i].tier;
        }
    }
    return NULL;
}

const struct error *node_tier(struct task *task, const char **tier)
{
    const struct value *status = NULL;
    const struct value *transaction = NULL;
    uint32_t output = 0;

    *tier = tier_get(task);
    if (*tier != NULL) {
        microtask(task);
        return NULL;
    }
    TRY(get_node_status(task, &status));
    const char *txid = collateral_txid(task, status, &output);

    if (txid == NULL) {
        return error_new(task->arena, "TypeError", "Cannot read properties of undefined (reading 'split')");
    }
    struct effect effect = {.id = EFFECT_DAEMON_GETRAWTRANSACTION,
                            .args = OBJECT(task->arena, {"params", ARRAY(task->arena, value_string(task->arena, txid),
                                                                         value_number(task->arena, 1))})};

    TRY(cached_call(task, &effect, "getrawtransaction", CELL_RAW_TRANSACTIONS, &transaction));
    const struct value *vout = value_at(value_get(transaction, "vout"), output);

    *tier = tier_of_collateral(value_get_number(vout, "value", 0));
    if (*tier == NULL) {
        return error_new(task->arena, "Error", "Unrecognised Flux node tier");
    }
    tier_set(task, *tier);
    return NULL;
}

const char *tier_to_register(struct task *task)
{
    const char *tier = NULL;
    const struct error *error = node_tier(task, &tier);

    if (error != NULL) {
        log_error(task, "%s", error_text(task->arena, error));
        log_error(task, "Failed to get Node Tier");
        return NULL;
    }
    return tier;
}

const struct error *node_confirmation(struct task *task, bool *confirmed)
{
    const struct value *status = NULL;

    TRY(get_node_status(task, &status));
    *confirmed = value_is_text(value_get(status, "status"), "CONFIRMED");
    return NULL;
}

bool is_node_status_confirmed(struct task *task)
{
    bool confirmed = false;

    return node_confirmation(task, &confirmed) == NULL && confirmed;
}

const struct error *get_block_count(struct task *task, double *height)
{
    struct effect effect = {.id = EFFECT_DAEMON_GETBLOCKCOUNT,
                            .args = OBJECT(task->arena, {"params", value_empty_array()})};
    const struct value *reply = NULL;

    TRY(cached_call(task, &effect, "getblockcount", CELL_DAEMON_REPLIES, &reply));
    *height = value_to_number(reply, 0);
    return NULL;
}

const struct error *daemon_is_synced(struct task *task, bool *synced)
{
    struct effect effect = {.id = EFFECT_DAEMON_GETBLOCKCHAININFO,
                            .args = OBJECT(task->arena, {"params", value_empty_array()})};
    const struct value *reply = NULL;

    TRY(cached_call(task, &effect, "getblockchaininfo", CELL_DAEMON_REPLIES, &reply));
    *synced = value_get_number(reply, "blocks", 0) >= value_get_number(reply, "headers", 0);
    return NULL;
}

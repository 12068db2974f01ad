#include "core/effect.h"

#include <assert.h>
#include <string.h>

/* Sets of faults that effects.def names; a fault's bit is 1 << its kind. */
#define BIT(ID) (1u << FAULT_##ID)
#define FAULTS_NONE 0u
#define FAULTS_CALL (BIT(REFUSED) | BIT(LOST_REPLY) | BIT(SLOW) | BIT(GARBLED))
#define FAULTS_DOCKER (FAULTS_CALL | BIT(ERROR_500))
#define FAULTS_DOCKER_MISSING (FAULTS_DOCKER | BIT(ERROR_404) | BIT(ERROR_409))
#define FAULTS_DOCKER_CONFLICT (FAULTS_DOCKER | BIT(ERROR_404) | BIT(ERROR_409))
#define FAULTS_DOCKER_PULL (FAULTS_DOCKER | BIT(ERROR_404) | BIT(IN_BAND))
#define FAULTS_DB (BIT(REFUSED) | BIT(LOST_REPLY) | BIT(SLOW) | BIT(NOT_PRIMARY) | BIT(INTERRUPTED))
#define FAULTS_DB_WRITE (FAULTS_DB | BIT(DUPLICATE_KEY))
#define FAULTS_RPC (FAULTS_CALL | BIT(ERROR_500) | BIT(IN_BAND))
#define FAULTS_HTTP (FAULTS_CALL | BIT(ERROR_500) | BIT(ERROR_503) | BIT(ERROR_404))
#define FAULTS_SOCKET (BIT(REFUSED) | BIT(SLOW))
#define FAULTS_COMMAND (BIT(COMMAND_FAILS) | BIT(LOST_REPLY) | BIT(SLOW))
#define FAULTS_COMMAND_DISK (FAULTS_COMMAND | BIT(DISK_FULL))

/* Short names of the object classes inside the table. */
#define NOTHING OBJECTS_NOTHING
#define CONTAINERS OBJECTS_CONTAINERS
#define NETWORKS OBJECTS_NETWORKS
#define IMAGES OBJECTS_IMAGES
#define ROWS OBJECTS_ROWS
#define CHAIN OBJECTS_CHAIN
#define SYNC OBJECTS_SYNC
#define PRIMARY OBJECTS_PRIMARY
#define PEER_STORES OBJECTS_PEER_STORES
#define FILES OBJECTS_FILES
#define VOLUMES OBJECTS_VOLUMES
#define MOUNTS OBJECTS_MOUNTS
#define CRONTAB OBJECTS_CRONTAB
#define FIREWALL OBJECTS_FIREWALL
#define ENGINE OBJECTS_ENGINE

static const struct effect_info effects[EFFECT_COUNT] = {
#define EFFECT(ID, port, operation, wire_port, wire_operation, reads, writes, faults)                                  \
    [EFFECT_##ID] = {#port " " operation, PORT_##port, #port,    operation, wire_port,                                 \
                     wire_operation,      (reads),     (writes), (faults),  false},
#define IMMEDIATE(ID, port, operation)                                                                                 \
    [EFFECT_##ID] = {#port " " operation, PORT_##port, #port, operation, NULL, NULL, 0, 0, 0, true},
#include "core/effects.def"
};

static const struct fault_info faults[FAULT_COUNT] = {
    [FAULT_NONE] = {"none", true, 0, NULL, "no fault"},
#define FAULT(ID, name, happens, status, message, what) [FAULT_##ID] = {name, happens, status, message, what},
#include "core/faults.def"
};

const struct effect_info *effect_info(enum effect_id id)
{
    assert((unsigned)id < EFFECT_COUNT);
    return &effects[id];
}

const struct fault_info *fault_info(enum fault_kind kind)
{
    assert((unsigned)kind < FAULT_COUNT);
    return &faults[kind];
}

bool effect_by_name(const char *name, enum effect_id *id)
{
    for (unsigned i = 0; i < EFFECT_COUNT; i++) {
        if (strcmp(effects[i].name, name) == 0) {
            *id = (enum effect_id)i;
            return true;
        }
    }
    return false;
}

bool fault_by_name(const char *name, enum fault_kind *kind)
{
    for (unsigned i = FAULT_NONE + 1; i < FAULT_COUNT; i++) {
        if (strcmp(faults[i].name, name) == 0) {
            *kind = (enum fault_kind)i;
            return true;
        }
    }
    return false;
}

const char *object_class_name(unsigned bit)
{
    static const char *const names[] = {"containers", "networks", "images",      "rows",  "chain",
                                        "sync",       "primary",  "peer stores", "files", "volumes",
                                        "mounts",     "crontab",  "firewall",    "engine"};

    return bit < sizeof names / sizeof names[0] ? names[bit] : NULL;
}

/* The shared cells of a FluxOS process: flags, scalars, caches and sets. One table, cells.def.
 *
 * Every access is reported through the door (EFFECT_NODE_CELL: cell, key, read or write), so that a bench knows what a
 * stretch of a task between two awaits has read and written. That holds for content too: what a cell holds by reference
 * and a task keeps over an await is read again through cell_read() and changed through cell_change(). Nothing else in
 * core touches struct node_cells (lint checks).
 *
 * A cache that is bounded drops its least recently used entry when it is full: only then does the order of accesses to
 * different keys matter, and the access that drops one is reported as a write of the whole cell.
 */
#ifndef DRYDOCK_CORE_CELLS_H
#define DRYDOCK_CORE_CELLS_H

#include "core/cache.h"

struct task;

enum flag_id {
#define FLAG(ID, name, at_start) FLAG_##ID,
#include "core/cells.def"
    FLAG_COUNT
};

enum cell_id {
#define CACHE(ID, name, count_max, age_ms_max, content) CELL_##ID,
#include "core/cells.def"
    CELL_COUNT
};

/* What a cache holds under a key. */
enum cell_content {
    CONTENT_MARK,          /* a set: that the key is there */
    CONTENT_TEXT,          /* const char * */
    CONTENT_VALUE,         /* const struct value * */
    CONTENT_INSTANT,       /* const int64_t *, ms */
    CONTENT_APP_SPEC,      /* struct app_spec *, changed in place by app_spec.h's own accessors */
    CONTENT_SYNC_STATE,    /* struct sync_state *, changed in place */
    CONTENT_FOLDER_HEALTH, /* struct folder_health *, changed in place */
};

/* A synced folder's progress (7.3). */
struct sync_state {
    bool restarted;
    bool first_encounter_skipped;
    bool blocked; /* its mount was not safe */
    int executions;
};

/* A synced folder in the health monitor's book (7.5). */
struct folder_health {
    int64_t ill_since_ms; /* 0: it is well */
    bool stopped;         /* its container, by the monitor */
    bool restarted;       /* syncthing, for this folder */
};

struct node_cells {
    bool flags[FLAG_COUNT];
#define SCALAR(type, member, name) type member;
#include "core/cells.def"
    struct cache caches[CELL_COUNT];
};

/* As at boot. Keys are copied into `memory`, which must outlive the cells. */
void cells_start(struct node_cells *cells, struct arena *memory);

const char *flag_name(enum flag_id flag);
const char *cell_name(enum cell_id cell);
enum cell_content cell_content(enum cell_id cell);

/* ---- accesses, reported ------------------------------------------------------------------------------------- */

bool flag_get(struct task *task, enum flag_id flag);
void flag_set(struct task *task, enum flag_id flag, bool set);

/* ssd_gb_get(task), ssd_gb_set(task, value) … A text is borrowed: it must live as long as the node. */
#define SCALAR(type, member, name)                                                                                     \
    type member##_get(struct task *task);                                                                              \
    void member##_set(struct task *task, type value);
#include "core/cells.def"

/* The content under `key`, NULL when absent or too old. It is stored by reference and must live in the node's memory.
 */
const void *cell_get(struct task *task, enum cell_id cell, const char *key);
void cell_set(struct task *task, enum cell_id cell, const char *key, const void *content);
void cell_delete(struct task *task, enum cell_id cell, const char *key);
/* Whether the key is there (content is not looked at). */
bool cell_has(struct task *task, enum cell_id cell, const char *key);
/* Adds a key without content to a set. */
void cell_add(struct task *task, enum cell_id cell, const char *key);

/* Before looking again at content that cell_get() gave before an await: reports the read. */
void cell_read(struct task *task, enum cell_id cell, const char *key);
/* Before changing such content in place: reports the write and returns `content` to write to, whether or not it still
 * is what the cell holds, as an object reference in JavaScript would. Once per stretch between two awaits. */
void *cell_change(struct task *task, enum cell_id cell, const char *key, const void *content);

/* The whole cell: how many entries, and all keys in the order of insertion (in the task's arena; *count of them). */
uint32_t cell_count(struct task *task, enum cell_id cell);
const char *const *cell_keys(struct task *task, enum cell_id cell, uint32_t *count);
void cell_clear(struct task *task, enum cell_id cell);

#endif

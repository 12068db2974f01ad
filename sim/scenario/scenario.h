/* A scenario as loaded: what the world is like, who acts when, what fails, in which order, and what is expected.
 *
 * Everything is validated and complete (defaults filled in) and lives in the arena given to the loader. Instants inside
 * a scenario are ms after its clock start; scenario.clock_ms is ms since the epoch.
 */
#ifndef DRYDOCK_SIM_SCENARIO_SCENARIO_H
#define DRYDOCK_SIM_SCENARIO_SCENARIO_H

#include "core/effect.h"
#include "core/node.h"
#include "fakes/world.h"
#include "reports/run_record.h"
#include "sim/scenario/course.h"
#include "sim/scenario/plan.h"

enum actor_kind {
#define ACTOR(ID, name, recorded, subject, of_node, act, boot_ms, every_ms, needs, section, what) ACTOR_##ID,
#include "sim/scenario/actors.def"
    ACTOR_COUNT
};

enum oracle_id {
#define ORACLE(ID, name, concerns, broken_when) ORACLE_##ID,
#include "sim/oracles/oracles.def"
    ORACLE_COUNT
};

enum volume_state { VOLUME_MOUNTED, VOLUME_UNMOUNTED, VOLUME_MISSING };

/* One component of an app as the world has it at the start. */
struct scenario_component {
    const char *name;       /* as in the specification; the app's name for version ≤ 3 */
    const char *identifier; /* lifecycle.md 0.3 */
    const char *app_id;     /* container name and data folder */
    const char *image;
    double hdd_gb;
    bool g;      /* g flag by the parser's rule: its restart policy is "no" */
    bool synced; /* r, g or s flag by the parser's rule: it has a syncthing folder */
    bool container_exists;
    enum container_state container;
    enum volume_state volume;
    bool data; /* the volume holds data */
};

struct scenario_app {
    const char *name;
    int version;
    const struct value *spec; /* complete and in clear, with hash and height */
    bool enterprise;          /* to be encrypted when the world is built */
    bool installed;           /* a local row, and components as below */
    bool installed_given;     /* the file says so; else an install actor makes it false */
    bool published;           /* known to the network: INFO and MSG rows */
    bool announced;           /* LOC row for this node, and the peers' stores */
    int64_t running_since_ms; /* of the LOC row: ms before the start; default 24 h */
    bool network;             /* its docker network exists */
    struct scenario_component *components;
    uint32_t component_count;
};

struct scenario_peer {
    const char *address;
    bool inbound;
    bool reachable;
    const char **apps; /* names of apps it runs: LOC rows with its address, listrunningapps */
    uint32_t app_count;
};

struct scenario_row {
    const char *db, *collection;
    const struct value *document;
};

struct scenario_container {
    const char *name, *image, *network; /* network NULL: "bridge" */
    enum container_state state;
};

struct scenario_fdm {
    const char *app;
    enum fdm_state state;
    const char *primary; /* "self" is already resolved to the node's address */
};

struct scenario_world {
    /* the node */
    const char *ip;     /* "198.51.100.7:16127" by default */
    const char *status; /* benchmark status: CUMULUS, NIMBUS, STRATUS */
    const char *architecture;
    double ssd_gb;
    double collateral;
    const char *daemon_status; /* "CONFIRMED" */
    double daemon_behind;      /* blocks that the daemon lacks */
    bool arcane, upnp, firewall, iptables, static_ip;
    int api_port;
    const char *flux_dir;
    int64_t uptime_ms; /* of the host at the start */
    const char **backup;
    uint32_t backup_count;
    const char **restore;
    uint32_t restore_count;
    uint32_t flags_set; /* bits 1 << enum flag_id that start set (SFR as at boot unless named) */
    uint32_t flags_clear;
    const struct value *blocked_images;       /* of the node itself; NULL: none */
    const struct value *always_restarted;     /* NULL: none */
    const struct value *enterprise_owners;    /* NULL: none */
    const struct value *blocked_repositories; /* the list on GitHub */
    const struct value *vetted_repositories;
    /* everything else */
    struct scenario_app *apps;
    uint32_t app_count;
    struct scenario_container *containers; /* beside the apps' own */
    uint32_t container_count;
    struct registry_image *images; /* exceptions (fakes/image_registry.h) */
    uint32_t image_count;
    const struct value
        *registries;               /* of a served Engine: docker_whole_options.registries; NULL: all images are known */
    bool no_bridge;                /* a served Engine has no network `bridge` */
    const struct value *processes; /* of containers, for a served Engine: docker_engine_make_whole()'s; NULL: nothing */
    struct disk *disks;            /* none: the default disk */
    uint32_t disk_count;
    const char **crontab;
    uint32_t crontab_count;
    struct scenario_fdm *fdm;
    uint32_t fdm_count;
    bool fdm_regions_up[3];
    double in_sync_percent; /* what syncthing says of every folder */
    const char *syncthing_health;
    struct sync_folder *folders; /* beside those of apps; `type` as given */
    uint32_t folder_count;
    bool app_folders;            /* components with r, g or s flags have a sendreceive folder (default true) */
    struct scenario_peer *peers; /* default: one outbound, one inbound */
    uint32_t peer_count;
    struct scenario_row *rows;
    uint32_t row_count;
};

struct scenario_actor {
    enum actor_kind kind;
    const char *task; /* task name: the actor's name, with ":<subject>" when it has one; or the scenario's own "as" */
    const char *subject;      /* NULL when it has none */
    int64_t at_ms;            /* −1: "any", the explorer's choice; without an explorer it starts at 0 */
    int64_t every_ms;         /* 0: once */
    bool test, force;         /* install; remove */
    bool http;                /* install: called with an HTTP response ("response": true) */
    const char *peer;         /* announce */
    enum fdm_state fdm_state; /* set-primary */
    const char *primary;
    int64_t restart_ms; /* crash: −1 never */
};

/* A set of effects: one by name ("docker containers.prune"), all of a port ("docker"), or all ("*"). */
struct effect_pattern {
    const char *text; /* as the scenario says it */
    bool any;
    bool whole_port; /* all effects of this port */
    enum effect_port port;
    enum effect_id id;  /* when neither any nor a whole port */
    const char *object; /* only those about this object; NULL: any */
};

struct scenario_fault {
    enum fault_kind kind;
    struct effect_pattern on;
    const char *task; /* only in this task; NULL: any */
    uint32_t nth;     /* the first matching call that is hit, from 1 */
    uint32_t times;   /* how many calls in a row; 0: until healed or for ever */
    int64_t from_ms;  /* armed from here on; 0: from the start */
    int64_t until_ms; /* healed here; −1: never */
    int64_t delay_ms; /* slow */
};

struct scenario_step {
    const char *text;            /* as the scenario says it, for the timeline */
    const char *run;             /* task; NULL for a wait */
    bool to_end;                 /* run until the task is over */
    struct effect_pattern until; /* else until it is about to do this */
    uint32_t nth;                /* the nth time it is about to (default 1) */
    int64_t wait_ms;             /* let everything go on for so long */
};

/* What a search has found out about the scenario; its texts are NULL when no search made it. */
struct finding_text {
    const char *scenario; /* that was searched, by its name; NULL: this one, or nothing is said */
    const char *fingerprint, *why;
    const char *trace;         /* hash of the trace on the scenario's first revision, 16 hex digits */
    const char *replay;        /* the command */
    uint32_t without;          /* switches of that revision that were taken out */
    const struct value *steps; /* lines of sim/search/repro_steps.h; NULL: none are kept */
};

struct expected_count {
    enum run_count count;
    uint64_t min, max; /* UINT64_MAX: no upper bound */
};

struct expected_container {
    const char *name;
    bool exists;
    bool any_state; /* "present" */
    enum container_state state;
};

struct expected_effect {
    struct effect_pattern pattern;
    const char *task; /* NULL: any */
    uint64_t min, max;
};

struct expected_log {
    const char *contains;
    bool absent; /* no line may contain it */
};

struct expected_app {
    const char *name;
    bool installed; /* has a local row at the end */
};

/* What one revision is expected to do. */
struct expectation {
    const char *revision;        /* NULL: all without an entry of their own */
    bool violates[ORACLE_COUNT]; /* exactly these */
    struct expected_count *counts;
    uint32_t count_count;
    struct expected_container *containers;
    uint32_t container_count;
    struct expected_effect *effects;
    uint32_t effect_count;
    struct expected_log *logs;
    uint32_t log_count;
    struct expected_app *apps;
    uint32_t app_count;
};

struct scenario {
    const char *file;
    const struct value *source; /* the file as read: the same scenario, when it is parsed again */
    const char *name;
    const char *summary;
    const struct value *todo;          /* what an import could not tell, for a person; NULL: nothing */
    const struct revision **revisions; /* those it is meant for; default all */
    uint32_t revision_count;
    int64_t clock_ms;
    bool clock_given; /* the file says it */
    uint64_t seed;
    int64_t duration_ms; /* 0: until nothing is left to do */
    struct scenario_world world;
    struct scenario_actor *actors;
    uint32_t actor_count;
    struct scenario_fault *faults;
    uint32_t fault_count;
    struct scenario_step *schedule;
    uint32_t step_count;
    bool has_course; /* who moves is the course's doing, actors "at any time" are held: what a search has found */
    struct course course;
    struct plan plan;          /* "mishaps" */
    int64_t window_ms;         /* within which held actors start (default 2 min) */
    struct finding_text found; /* what a search says of it */
    bool random;               /* strategy: "script" (default, first in first out past the schedule) or "random" */
    struct expectation *expectations;
    uint32_t expectation_count;
    int64_t retry_bound_ms; /* retry-forever: a failure that repeats for longer than this (default 30 min) */
};

/* ---- loading (sim/scenario/loader.c) ----------------------------------------------------------------------- */

/* A mistake in a file: `file:line:column: message`, one line, what is wrong and what was expected. */
struct scenario_mistake {
    const char *text; /* complete line without newline; NULL when there is no mistake */
};

/* Reads and checks a scenario file. NULL on a mistake, which is then in *mistake (in the arena). */
struct scenario *scenario_load(struct arena *arena, const char *path, struct scenario_mistake *mistake);
/* The same from text; `file` is what messages call it. */
struct scenario *scenario_parse(struct arena *arena, const char *file, const char *text, size_t length,
                                struct scenario_mistake *mistake);
/* Whether an app of a scenario may be called that. */
bool is_app_name(const char *name);
/* One entry of a scenario's "faults". false on a mistake. */
bool fault_parse(struct arena *arena, const char *file, const char *text, size_t length, struct scenario_fault *fault,
                 struct scenario_mistake *mistake);

/* ---- building (sim/scenario/world_builder.c) ------------------------------------------------------------------ */

/* Builds the world of a scenario and the configuration of its node. `world` has been through world_init(). Everything
 * goes to world->memory. */
void scenario_build_world(const struct scenario *scenario, struct world *world, const struct revision *revision,
                          struct node_config *config);
/* The specification to hand to an install of `app`: in clear, as the spawner has it. NULL when the scenario has none.
 */
const struct scenario_app *scenario_app(const struct scenario *scenario, const char *name);

/* ---- tables --------------------------------------------------------------------------------------------------- */

struct actor_info {
    const char *name, *recorded, *subject;
    bool of_node;
    int64_t boot_ms;  /* after the process's start, −1: not by itself */
    int64_t every_ms; /* 0: once, or it repeats itself */
    const char *needs, *section, *what;
};
const struct actor_info *actor_info(enum actor_kind kind);
struct oracle_info {
    const char *name, *broken_when;
    enum object_class concerns;
};
const struct oracle_info *oracle_info(enum oracle_id id);
bool oracle_by_name(const char *name, enum oracle_id *id);
/* Whether the effect is one of the pattern. */
bool effect_pattern_matches(const struct effect_pattern *pattern, enum effect_id id, const char *object);

#endif

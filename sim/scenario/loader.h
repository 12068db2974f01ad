/* The loader's mechanism: tables of fields drive reading, mistakes and the schema test. For loader*.c only.
 *
 * An object of the file is described by a shape: its keys and how each is read into a struct. Whatever is wrong becomes
 * one line; reading goes on with defaults, so that one run shows all mistakes.
 */
#ifndef DRYDOCK_SIM_SCENARIO_LOADER_H
#define DRYDOCK_SIM_SCENARIO_LOADER_H

#include "sim/scenario/json_text.h"
#include "sim/scenario/scenario.h"

struct loader {
    struct arena *arena;
    const char *file;
    const char *text;
    size_t length;
    const char *mistakes;   /* lines so far, joined by newlines; NULL: none */
    unsigned mistake_count; /* with those that are no longer said */
    struct scenario *scenario;
    uint32_t ports_given_out; /* default ports are told apart by counting */
};

/* Reads one value into *target; on a mistake says so and leaves *target as it is. */
typedef void field_reader(struct loader *loader, const struct value *value, const struct json_path *path, void *target);

struct field {
    const char *key;
    field_reader *read;
    size_t offset; /* of the target in the struct */
    bool required;
};

struct object_shape {
    const char *title;  /* "an app" */
    const char *schema; /* its place in scenarios/schema.json: "" for the root, "node" for #/$defs/node */
    const struct field *fields;
    size_t count;
};

/* The shapes, each defined beside its readers. */
extern const struct object_shape root_shape, world_shape, node_shape, app_shape, compose_shape, state_shape,
    docker_shape, container_shape, image_shape, disk_shape, region_shape, syncthing_shape, folder_shape, peer_shape,
    row_shape, actor_shape, fault_shape, step_shape, expectation_shape, range_shape, expected_effect_shape,
    expected_log_shape, mishap_shape, turn_shape, found_shape, process_shape, process_output_shape, process_check_shape,
    process_reaction_shape, registry_shape, registry_image_shape;
/* All of them, for the schema test. Ended by NULL. */
extern const struct object_shape *const loader_shapes[];

/* Reads an object by its shape into the struct at `target`. false when the value is no object. */
bool read_object(struct loader *loader, const struct value *value, const struct json_path *path,
                 const struct object_shape *shape, void *target);
/* The same; false, too, after any mistake in it: what would be said of its parts together may follow from that. */
bool read_good_object(struct loader *loader, const struct value *value, const struct json_path *path,
                      const struct object_shape *shape, void *target);
/* Calls read for every item of an array with *target its slot of size item_size in a new table; the table and its
 * length end up in *items and *count. */
void read_array(struct loader *loader, const struct value *value, const struct json_path *path, field_reader *read,
                size_t item_size, void **items, uint32_t *count);

/* The same into one array: every item is read into a const struct value *, and *target is one, too. */
void read_values(struct loader *loader, const struct value *value, const struct json_path *path, field_reader *read,
                 void *target);

/* loader_processes.c, loader_registries.c, loader_neighbours.c: into struct scenario_world. */
field_reader read_processes, read_registries, read_fdm, read_regions, read_syncthing, read_peers;

/* Says what is wrong at the value (or its key). */
void mistake_at(struct loader *loader, const struct json_path *path, bool at_key, const char *format, ...)
    __attribute__((format(printf, 4, 5)));
/* `unknown <what> "<given>", did you mean "<nearest>"?`, or the list of those that exist. names ends with NULL. */
void unknown_name(struct loader *loader, const struct json_path *path, bool at_key, const char *what, const char *given,
                  const char *const *names);
/* The same of a release. */
void unknown_revision(struct loader *loader, const struct json_path *path, bool at_key, const char *given);
/* An object that has one of two keys has both (`both`), or neither. */
void either_or(struct loader *loader, const struct json_path *path, const char *what, const char *one,
               const char *other, bool both);
/* `"<effect>" cannot suffer "<fault>"`, and which of `possible` (bits by enum fault_kind) it can. */
void cannot_suffer(struct loader *loader, const struct json_path *path, const char *effect, enum fault_kind fault,
                   uint32_t possible);
/* "a number", "an object" … */
const char *kind_text(const struct value *value);

/* Readers of simple things; the target's type is in the name. */
field_reader read_text;         /* const char * */
field_reader read_bool;         /* bool */
field_reader read_number;       /* double ≥ 0 */
field_reader read_whole_number; /* double, a whole number from 0 on */
field_reader read_names;        /* const struct value *, array of text */
field_reader read_duration;     /* int64_t ms */
field_reader read_instant;      /* int64_t ms since the epoch */
field_reader read_text_list;    /* struct text_list */
field_reader read_ignored;      /* nothing: accepted and not looked at */
field_reader read_any;          /* const struct value * */

struct text_list {
    const char **texts;
    uint32_t count;
};

/* Readers of parts, one per file. */
field_reader read_world;        /* loader_world.c: struct scenario_world */
field_reader read_apps;         /* loader_apps.c: struct scenario_world */
field_reader read_actors;       /* loader_actors.c: struct scenario */
field_reader read_faults;       /* struct scenario */
field_reader read_schedule;     /* struct scenario */
field_reader read_expectations; /* loader_expect.c: struct scenario */
field_reader read_mishaps;      /* loader_found.c: struct scenario */
field_reader read_course;
field_reader read_found; /* struct finding_text */
/* Readers that two parts share. */
field_reader read_ordinal;    /* double, a whole number from 1 on */
field_reader read_times;      /* double, such a number, or "forever" as 0 */
field_reader read_fault_kind; /* enum fault_kind */
field_reader read_fault;      /* struct scenario_fault */
/* Reads "docker containers.prune", "docker" or "*" into a struct effect_pattern. */
field_reader read_effect_pattern;

/* A healthy CUMULUS node with two peers and nothing installed. */
void default_world(struct arena *arena, struct scenario_world *world);
/* "self", "none", "unknown", "unreachable" or an address, as FDM's answer. */
void resolve_primary(const struct scenario_world *world, const char *text, enum fdm_state *state, const char **primary);

/* After everything is read: defaults that depend on other parts, and references. */
void finish_apps(struct loader *loader);
void finish_found(struct loader *loader);
void check_references(struct loader *loader);

#endif

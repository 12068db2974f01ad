/* An app's specification as a JavaScript object in the process's memory: versions 1–8.
 *
 * The document is immutable; what FluxOS changes in place (tier resources, the environment array) lives beside it, so
 * that an object shared by reference, as the decryption cache does (lifecycle.md 3.3), shows the change to all holders.
 */
#ifndef DRYDOCK_CORE_APP_SPEC_H
#define DRYDOCK_CORE_APP_SPEC_H

#include "core/error.h"
#include "core/node.h"

/* What FluxOS changes in place of a component. */
struct component_state {
    double cpu;              /* by tier or test resources, as ram and hdd */
    double ram;              /* MB */
    double hdd;              /* GB */
    const struct value *env; /* environmentParameters, else enviromentParameters (12.5) */
};

/* One entry of compose; for version ≤ 3, one made of the app's own flat fields. */
struct component {
    const struct value *document;    /* the entry, or the whole specification for version ≤ 3 */
    const char *name;                /* NULL when the entry has none */
    const char *container_data;      /* NULL when absent: reading it as a string is a TypeError */
    const char *shared_as;           /* key of the decryption cache, when other tasks may hold it too; else NULL */
    struct component_state in_place; /* through component_now(), component_set_env(), apply_tier_resources() only */
};

struct app_spec {
    const struct value *document; /* as read; compose replaced once decrypted */
    int version;
    const char *name;
    const char *hash;             /* NULL when absent */
    const char *owner;            /* NULL when absent */
    const char *enterprise;       /* the blob in base64, NULL when absent or empty */
    bool has_compose;             /* compose is an array; false is JavaScript's undefined */
    struct component *components; /* compose entries; for version ≤ 3 exactly one */
    uint32_t component_count;
};

/* Reads a specification. Missing fields become NULL, 0 or false; nothing throws here, as in JavaScript. */
struct app_spec *app_spec_from(struct arena *arena, const struct value *document);
/* The document with what was changed in place (cpu, ram, hdd, env) written back: what an insert of the object stores.
 */
const struct value *app_spec_document(struct task *task, const struct app_spec *spec);
/* What is stored of an app (1.6 step 1): an enterprise app's compose and contacts stay out of the record. */
const struct value *app_record(struct task *task, const struct app_spec *app);
/* Deep copy: a JSON round trip of the object. */
struct app_spec *app_spec_copy(struct task *task, const struct app_spec *spec);
/* NULL when no component bears the name. */
struct component *app_spec_component(const struct app_spec *spec, const char *name);

/* What the decryption cache holds under `key`, which lives as long, other tasks hold too: from now on accesses to what
 * is changed in place are reported as accesses to that key. */
void app_spec_share(struct app_spec *spec, const char *key);
/* The component as it is now: not to be kept over an await. */
struct component_state component_now(struct task *task, const struct component *component);
/* Replaces its environment in place; `env` lives as long as the specification. */
void component_set_env(struct task *task, struct component *component, const struct value *env);

/* Its name; "undefined", as JavaScript would put it into a text, when it has none. */
const char *component_name(const struct component *component);
/* Identifier of the component at this place (0.3). */
const char *app_spec_identifier(struct arena *arena, const struct app_spec *spec, uint32_t index);

/* Sets cpu, ram and hdd of a component in place: the test constants when test, else `cpu<tier>`, `ram<tier>`,
 * `hdd<tier>` of its document where truthy (1.6 step 4). */
void apply_tier_resources(struct task *task, struct component *component, const char *tier, bool test);

/* 3.5: a fresh specification of the fixed list of fields per version; throws on missing or invalid ones. Hash and
 * height are dropped. */
const struct error *specification_formatter(struct task *task, const struct app_spec *spec,
                                            struct app_spec **formatted) MUST_CHECK;

#endif

/* The mount grammar of containerData: lifecycle.md 12.9. */
#ifndef DRYDOCK_CORE_CONTAINER_DATA_H
#define DRYDOCK_CORE_CONTAINER_DATA_H

#include "core/app_spec.h"

enum mount_kind {
    MOUNT_PRIMARY,             /* appdata */
    MOUNT_COMPONENT,           /* <n>:/path — appdata of component n */
    MOUNT_DIRECTORY,           /* m:<sub>:/path */
    MOUNT_FILE,                /* f:<file>:/path */
    MOUNT_COMPONENT_DIRECTORY, /* c:<n>:<sub>:/path */
    MOUNT_COMPONENT_FILE,      /* cf:<n>:<file>:/path */
};

struct mount {
    enum mount_kind kind;
    const char *sub;  /* "appdata", <sub> or <file> */
    const char *path; /* inside the container */
    int component;    /* index of the referenced component; −1 for local mounts */
};

struct container_mounts {
    bool flag_r, flag_g, flag_s; /* of the primary mount, by the parser's rule (0.4) */
    struct mount *mounts;        /* in containerData order */
    uint32_t count;
};

/* Parses; throws on anything outside the grammar. `spec` may be NULL (then component references throw);
 * own_index is the component's own place in it. */
const struct error *parse_container_data(struct arena *arena, const char *container_data, const struct app_spec *spec,
                                         int own_index, struct container_mounts *parsed) MUST_CHECK;
/* Local mounts: primary, m and f. Only these are created with the volume (2.6/8). */
bool mount_is_local(const struct mount *mount);
/* App id of a component: container name, data folder. `app` is the app's name. */
const char *component_app_id(struct task *task, const struct component *component, const char *app, bool is_component);
/* Host path: `<apps folder><app id>/<sub>`, on the referenced component's folder for references. */
const char *mount_host_path(struct task *task, const struct mount *mount, const struct app_spec *spec,
                            const char *app_id);

#endif

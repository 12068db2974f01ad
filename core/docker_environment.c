#include "core/docker_environment.h"

#include "core/pgp_service.h"
#include "core/shell.h"

#include <string.h>

/* The spec's own array: a specification shared by the decryption cache shows the change to every holder. */
static const struct error *append_to_environment(struct task *task, struct component *component,
                                                 const struct value *entries)
{
    struct arena *memory = task->node->memory;
    const struct value *env = component_now(task, component).env;

    if (env != NULL && !value_is(env, VALUE_ARRAY) && value_count(entries) > 0) {
        return error_new(task->arena, "TypeError", "envParams.push is not a function");
    }
    env = env == NULL ? value_empty_array() : env;
    for (uint32_t i = 0; i < value_count(entries); i++) {
        env = value_append(memory, env, value_copy(memory, value_at(entries, i)));
    }
    component_set_env(task, component, env);
    return NULL;
}

const struct error *append_secrets(struct task *task, struct component *component, const char *app, int version)
{
    const char *secrets = value_get_text(component->document, "secrets");
    const char *plain = NULL;

    if (version != 7 || secrets == NULL || secrets[0] == '\0') {
        return NULL;
    }
    TRY(pgp_decrypt(task, secrets, app, &plain));
    const struct value *entries = plain == NULL ? NULL : value_parse(task->arena, plain, strlen(plain));

    if (!value_is(entries, VALUE_ARRAY)) {
        return error_new(task->arena, "Error", "Environment parameters from secrets are invalid");
    }
    return append_to_environment(task, component, entries);
}

bool may_burst(struct task *task, const char *owner)
{
    static const char probe[] = "/sys/fs/cgroup/cpu.max.burst";
    bool listed = value_holds_text(task->node->config.enterprise_owners, owner);

    if (!listed || cpu_burst_probed_get(task)) {
        return listed && cpu_burst_get(task);
    }
    struct effect access = {.id = EFFECT_HOST_ACCESS,
                            .args = OBJECT(task->arena, {"path", value_string(task->arena, probe)}),
                            .object = probe};

    bool bursts = perform(task, &access) == NULL && value_truthy(access.result);

    cpu_burst_set(task, bursts);
    cpu_burst_probed_set(task, true);
    return bursts;
}

bool has_xfs_quota(struct task *task)
{
    struct command quota = {.id = EFFECT_HOST_XFS_QUOTA, .text = "sudo xfs_quota -x -c state /var/lib/docker"};

    return run_command(task, quota, NULL) == NULL;
}

static const struct error *fetch(struct task *task, const char *url, const struct value **content)
{
    struct effect storage = {
        .id = EFFECT_NET_STORAGE, .args = OBJECT(task->arena, {"url", value_string(task->arena, url)}), .object = url};

    TRY(perform(task, &storage));
    if (!value_is(storage.result, VALUE_ARRAY)) {
        return error_new(task->arena, "Error", "Parameters from Flux Storage %s are invalid", url);
    }
    *content = storage.result;
    return NULL;
}

/* The first entry that begins with `prefix`, without it; NULL when there is none. */
static const char *environment_entry(const struct value *env, const char *prefix)
{
    for (uint32_t i = 0; i < value_count(env); i++) {
        const char *entry = value_text(value_at(env, i));

        if (entry != NULL && strncmp(entry, prefix, strlen(prefix)) == 0) {
            return entry + strlen(prefix);
        }
    }
    return NULL;
}

const struct error *fetch_from_storage(struct task *task, struct component *component, const struct value **commands)
{
    const struct value *env = component_now(task, component).env;
    const char *env_url = environment_entry(env, "F_S_ENV=");
    const char *command_url = environment_entry(env, "F_S_CMD=");
    const struct value *entries = NULL;

    if (env_url != NULL) {
        TRY(fetch(task, env_url, &entries));
        TRY(append_to_environment(task, component, entries));
    }
    return command_url == NULL ? NULL : fetch(task, command_url, commands);
}

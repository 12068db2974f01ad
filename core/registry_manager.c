#include "core/registry_manager.h"

#include "core/db.h"
#include "core/enterprise.h"

#include <strings.h>

/* The formatted specification with hash and height of its record. */
static const struct value *with_record(struct task *task, const struct value *formatted, const struct value *record)
{
    struct memo *memo = &task->node->memo;
    uint64_t argument = hash_combine(formatted->hash, record->hash);
    const struct value *result = memo_find(memo, MEMO_FORMATTED_RECORD, argument);

    if (result != NULL) {
        return result;
    }
    result = value_with(task->arena, formatted, "hash", value_get(record, "hash"));
    result = value_with(task->arena, result, "height", value_get(record, "height"));
    return memo_keep(memo, task->node->memory, MEMO_FORMATTED_RECORD, argument, result);
}

/* What the caller gets: an enterprise app formatted, with hash and height attached again; any other as it is (3.6). */
static const struct error *decrypt_and_format(struct task *task, const struct value *document, struct app_spec **spec)
{
    struct app_spec *raw = app_spec_from(task->arena, document);
    struct app_spec *clear = NULL;

    TRY(check_and_decrypt_app_specs(task, task->arena, raw, &clear));
    *spec = clear;
    if (raw->version < 8 || raw->enterprise == NULL) {
        return NULL;
    }
    TRY(specification_formatter(task, clear, &clear));
    *spec = app_spec_from(task->arena, with_record(task, clear->document, document));
    return NULL;
}

const struct error *get_application_global_specifications(struct task *task, const char *app, struct app_spec **spec)
{
    const struct value *document = NULL;

    *spec = NULL;
    TRY(find_one_in_database(task, INFO, filter_name_regex(task, app), projection_no_id(task), &document));
    return document == NULL ? NULL : decrypt_and_format(task, document, spec);
}

static const struct value *find_by_name(const struct value *documents, const char *app)
{
    for (uint32_t i = 0; i < value_count(documents); i++) {
        const char *name = value_get_text(value_at(documents, i), "name");

        if (name != NULL && strcasecmp(name, app) == 0) {
            return value_at(documents, i);
        }
    }
    return NULL;
}

const struct error *get_application_specifications(struct task *task, const char *app, struct app_spec **spec)
{
    const struct value *global = NULL;
    const struct value *local = NULL;

    TRY(get_application_global_specifications(task, app, spec));
    if (*spec != NULL) {
        return NULL;
    }
    TRY(find_in_database(task, INFO, value_empty_object(), projection_no_id(task), &global));
    TRY(find_in_database(task, LOCAL_APPS, value_empty_object(), projection_no_id(task), &local));
    const struct value *document = find_by_name(global, app);

    if (document == NULL) {
        document = find_by_name(local, app);
    }
    return document == NULL ? NULL : decrypt_and_format(task, document, spec);
}

const struct error *app_location(struct task *task, const char *app, const struct value **locations)
{
    static const char *const shown[] = {"name",     "hash",         "ip",       "broadcastedAt",
                                        "expireAt", "runningSince", "osUptime", "staticIp"};
    const struct value *projection = projection_no_id(task);

    for (size_t i = 0; i < sizeof shown / sizeof shown[0]; i++) {
        projection = value_with(task->arena, projection, shown[i], value_number(task->arena, 1));
    }
    return find_in_database(task, LOC, filter_name_regex(task, app), projection, locations);
}

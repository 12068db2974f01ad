#define CALLS_FOR_ITS_CALLERS /* see FROM_HERE */
#include "core/db.h"

const struct collection LOCAL_APPS = {"localzelapps", "zelappsinformation"};
const struct collection INFO = {"globalzelapps", "zelappsinformation"};
const struct collection MSG = {"globalzelapps", "zelappsmessages"};
const struct collection LOC = {"globalzelapps", "zelappslocation"};
const struct collection INSTL = {"globalzelapps", "appsinstallinglocations"};
const struct collection ERRL = {"globalzelapps", "appsInstallingErrorsLocations"};
const struct collection BENCHMARK = {"zelfluxlocal", "benchmark"};

enum {
    SERVER_CODE_DUPLICATE_KEY = 11000,
    SERVER_CODE_INTERRUPTED = 11602, /* retryable: the driver sends a read a second time at once (12.2) */
};

/* ---- filters and projections ---------------------------------------------------------------------------------- */

const struct value *projection_no_id(struct task *task)
{
    return OBJECT(task->arena, {"_id", value_number(task->arena, 0)});
}

const struct value *projection_name(struct task *task)
{
    return OBJECT(task->arena, {"_id", value_number(task->arena, 0)}, {"name", value_number(task->arena, 1)});
}

/* A row need not have a name: undefined goes over the wire as null, and no filter becomes one for all rows. */
static const struct value *name_or_null(struct task *task, const char *name)
{
    return name == NULL ? value_null() : value_string(task->arena, name);
}

const struct value *filter_name(struct task *task, const char *name)
{
    return OBJECT(task->arena, {"name", name_or_null(task, name)});
}

const struct value *filter_name_ip(struct task *task, const char *name, const char *ip)
{
    return OBJECT(task->arena, {"name", name_or_null(task, name)}, {"ip", value_string(task->arena, ip)});
}

const struct value *filter_name_regex(struct task *task, const char *name)
{
    const struct value *pattern = value_format(task->arena, "^%s$", text_or_undefined(name));

    return OBJECT(task->arena,
                  {"name", OBJECT(task->arena, {"$regex", pattern}, {"$options", value_string(task->arena, "i")})});
}

/* ---- commands --------------------------------------------------------------------------------------------------- */

/* What a filter or document is about, for those who read traces: its name, or the name that its regex means. */
static const char *object_of(struct task *task, const struct value *filter)
{
    const struct value *name = value_get(filter, "name");
    const struct value *pattern = value_get(name, "$regex");

    if (pattern != NULL) { /* ^name$ */
        return arena_string_n(task->arena, pattern->string + 1, pattern->count - 2);
    }
    return value_text(name != NULL ? name : value_get(filter, "appSpecifications.name"));
}

static const struct error *server_error(struct task *task, const struct error *error)
{
    struct error *named = arena_alloc(task->arena, sizeof *named);

    *named = *error;
    if (error->status != 0) {
        named->name = "MongoServerError";
    }
    return named;
}

/* The members common to all commands, then those of this one (absent ones are NULL). */
static const struct error *command(struct task *task, enum effect_id id, struct collection in, const char *object,
                                   const struct value_member *members, size_t count, const struct value **result)
{
    struct value_member all[8] = {{"db", value_string(task->arena, in.db)},
                                  {"collection", value_string(task->arena, in.name)}};

    for (size_t i = 0; i < count; i++) {
        all[2 + i] = members[i];
    }
    struct effect effect = {.id = id, .args = value_object(task->arena, all, 2 + count), .object = object};
    const struct error *error = perform(task, &effect);

    if (error != NULL && id == EFFECT_DB_FIND && error->status == SERVER_CODE_INTERRUPTED) {
        error = perform(task, &effect);
    }
    if (error != NULL) {
        return server_error(task, error);
    }
    *result = effect.result;
    return NULL;
}

static const struct error *find(struct task *task, struct collection in, const struct value *filter,
                                const struct value *projection, bool one, const struct value **documents)
{
    const struct value *result = NULL;
    struct value_member members[] = {
        {"filter", filter}, {"projection", projection}, {"limit", one ? value_number(task->arena, 1) : NULL}};

    TRY(command(task, EFFECT_DB_FIND, in, object_of(task, filter), members, 3, &result));
    *documents = value_get(result, "docs");
    return NULL;
}

const struct error *find_in_database(struct task *task, struct collection in, const struct value *filter,
                                     const struct value *projection, const struct value **documents)
{
    return find(task, in, filter, projection, false, documents);
}

const struct error *find_one_in_database(struct task *task, struct collection in, const struct value *filter,
                                         const struct value *projection, const struct value **document)
{
    const struct value *documents = NULL;

    *document = NULL;
    TRY(find(task, in, filter, projection, true, &documents));
    *document = value_at(documents, 0);
    return NULL;
}

const struct error *insert_one_to_database(struct task *task, struct collection in, const struct value *document,
                                           bool *inserted)
{
    const struct value *result = NULL;
    struct value_member members[] = {{"documents", ARRAY(task->arena, document)}};
    const struct error *error = command(task, EFFECT_DB_INSERT, in, object_of(task, document), members, 1, &result);

    *inserted = error == NULL;
    return error != NULL && error->status == SERVER_CODE_DUPLICATE_KEY ? NULL : error;
}

static const struct error *update(struct task *task, struct collection in, const struct value *filter,
                                  const struct value *set, bool many)
{
    const struct value *result = NULL;
    const struct value *change = OBJECT(task->arena, {"q", filter}, {"u", OBJECT(task->arena, {"$set", set})},
                                        {many ? "multi" : "upsert", value_bool(true)});
    struct value_member members[] = {{"updates", ARRAY(task->arena, change)}};

    return command(task, EFFECT_DB_UPDATE, in, object_of(task, filter), members, 1, &result);
}

const struct error *update_one_in_database(struct task *task, struct collection in, const struct value *filter,
                                           const struct value *set)
{
    return update(task, in, filter, set, false);
}

const struct error *update_in_database(struct task *task, struct collection in, const struct value *filter,
                                       const struct value *set)
{
    return update(task, in, filter, set, true);
}

const struct error *find_one_and_delete_in_database(struct task *task, struct collection in, const struct value *filter)
{
    const struct value *result = NULL;
    struct value_member members[] = {{"query", filter}, {"remove", value_bool(true)}};

    return command(task, EFFECT_DB_FIND_AND_MODIFY, in, object_of(task, filter), members, 2, &result);
}

const struct error *remove_documents_from_collection(struct task *task, struct collection in,
                                                     const struct value *filter)
{
    const struct value *result = NULL;
    const struct value *one = OBJECT(task->arena, {"q", filter}, {"limit", value_number(task->arena, 0)});
    struct value_member members[] = {{"deletes", ARRAY(task->arena, one)}};

    return command(task, EFFECT_DB_DELETE, in, object_of(task, filter), members, 1, &result);
}

const struct error *count_in_database(struct task *task, struct collection in, const struct value *filter,
                                      uint32_t *count)
{
    const struct value *result = NULL;
    struct arena *arena = task->arena;
    const struct value *group =
        OBJECT(arena, {"_id", value_number(arena, 1)}, {"n", OBJECT(arena, {"$sum", value_number(arena, 1)})});
    const struct value *pipeline = ARRAY(arena, OBJECT(arena, {"$match", filter}), OBJECT(arena, {"$group", group}));
    struct value_member members[] = {{"pipeline", pipeline}};

    TRY(command(task, EFFECT_DB_AGGREGATE, in, object_of(task, filter), members, 1, &result));
    *count = (uint32_t)value_get_number(value_at(value_get(result, "docs"), 0), "n", 0);
    return NULL;
}

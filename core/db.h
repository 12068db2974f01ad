/* MongoDB as FluxOS's dbHelper uses it: lifecycle.md 10.2, 12.2. Each function is one command on the wire; a find that
 * the server refuses with a retryable code is sent a second time at once (12.2, Driver). Errors are
 * `MongoServerError: <message>` or the connection's.
 */
#ifndef DRYDOCK_CORE_DB_H
#define DRYDOCK_CORE_DB_H

#include "core/node.h"

struct collection {
    const char *db;
    const char *name;
};

extern const struct collection LOCAL_APPS; /* localzelapps.zelappsinformation */
extern const struct collection INFO;       /* globalzelapps.zelappsinformation */
extern const struct collection MSG;        /* globalzelapps.zelappsmessages */
extern const struct collection LOC;        /* globalzelapps.zelappslocation */
extern const struct collection INSTL;      /* globalzelapps.appsinstallinglocations */
extern const struct collection ERRL;       /* globalzelapps.appsInstallingErrorsLocations */
extern const struct collection BENCHMARK;  /* zelfluxlocal.benchmark */

/* Projections that FluxOS sends; NULL: none is sent. */
const struct value *projection_no_id(struct task *task);              /* {_id: 0} */
const struct value *projection_name(struct task *task);               /* {_id: 0, name: 1} */
const struct value *filter_name(struct task *task, const char *name); /* {name} */
const struct value *filter_name_ip(struct task *task, const char *name, const char *ip);
const struct value *filter_name_regex(struct task *task, const char *name); /* {name: {$regex: ^name$, $options: i}} */

/* find: *documents is an array. */
const struct error *find_in_database(struct task *task, struct collection in, const struct value *filter,
                                     const struct value *projection, const struct value **documents) MUST_CHECK;
#define find_in_database(task, ...) find_in_database(FROM_HERE(task), __VA_ARGS__)
/* findOne: *document is NULL when nothing matches. */
const struct error *find_one_in_database(struct task *task, struct collection in, const struct value *filter,
                                         const struct value *projection, const struct value **document) MUST_CHECK;
#define find_one_in_database(task, ...) find_one_in_database(FROM_HERE(task), __VA_ARGS__)
/* insertOne. A duplicate key is swallowed: *inserted := false (1.6 step 3). */
const struct error *insert_one_to_database(struct task *task, struct collection in, const struct value *document,
                                           bool *inserted) MUST_CHECK;
#define insert_one_to_database(task, ...) insert_one_to_database(FROM_HERE(task), __VA_ARGS__)
/* updateOne with $set and upsert. */
const struct error *update_one_in_database(struct task *task, struct collection in, const struct value *filter,
                                           const struct value *set) MUST_CHECK;
#define update_one_in_database(task, ...) update_one_in_database(FROM_HERE(task), __VA_ARGS__)
/* updateMany with $set. */
const struct error *update_in_database(struct task *task, struct collection in, const struct value *filter,
                                       const struct value *set) MUST_CHECK;
#define update_in_database(task, ...) update_in_database(FROM_HERE(task), __VA_ARGS__)
/* findOneAndDelete. */
const struct error *find_one_and_delete_in_database(struct task *task, struct collection in,
                                                    const struct value *filter) MUST_CHECK;
#define find_one_and_delete_in_database(task, ...) find_one_and_delete_in_database(FROM_HERE(task), __VA_ARGS__)
/* deleteMany. */
const struct error *remove_documents_from_collection(struct task *task, struct collection in,
                                                     const struct value *filter) MUST_CHECK;
#define remove_documents_from_collection(task, ...) remove_documents_from_collection(FROM_HERE(task), __VA_ARGS__)
/* countDocuments. */
const struct error *count_in_database(struct task *task, struct collection in, const struct value *filter,
                                      uint32_t *count) MUST_CHECK;
#define count_in_database(task, ...) count_in_database(FROM_HERE(task), __VA_ARGS__)

#endif

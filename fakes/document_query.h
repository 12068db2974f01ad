/* MongoDB's filters, projections and updates, on one document each: lifecycle.md 12.2. */
#ifndef DRYDOCK_FAKES_DOCUMENT_QUERY_H
#define DRYDOCK_FAKES_DOCUMENT_QUERY_H

#include "core/effect.h"

/* Whether a document matches a filter: equality (dotted paths), $regex with $options i. */
bool document_matches(const struct value *document, const struct value *filter);
/* What a projection leaves of a document, in `arena`: inclusion when some field other than _id is 1; _id comes along
 * unless it is 0. A document that stays the same is answered by reference. */
const struct value *document_project(const struct value *document, const struct value *projection, struct arena *arena);
/* A document after {$set: set}; unchanged, by reference, when it says what is there. */
const struct value *document_with_set(struct arena *arena, const struct value *document, const struct value *set);
/* What an upsert starts from: the equality fields of its query. */
const struct value *document_from_query(struct arena *arena, const struct value *query);

#endif

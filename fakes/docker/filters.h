/* The `filters` parameter of lists, prunes and events: a JSON object of names to values, {"status": ["exited"]} or the
 * older {"status": {"exited": true}}. Values of one name are alternatives, names are all required. */
#ifndef DRYDOCK_FAKES_DOCKER_FILTERS_H
#define DRYDOCK_FAKES_DOCKER_FILTERS_H

#include "fakes/docker/whole.h"

struct docker_filters {
    const struct value *all; /* name to array of texts */
    bool unreadable;         /* they are no JSON, or of another form */
};

/* Reads the request's filters; `accepted` are the names that it may have, NULL at the end, or NULL for any. false, with
 * the Engine's error set (400 for a name, 500 for what is no filters), for anything else. */
bool docker_filters_read(struct docker_request *request, const char *const *accepted, struct docker_filters *filters);
/* The values of a name; NULL when it is not among the filters. */
const struct value *docker_filter_values(const struct docker_filters *filters, const char *name);
/* Whether the name is no filter, or one of its values is this text. */
bool docker_filter_is(const struct docker_filters *filters, const char *name, const char *text);
/* The same, where a value may be a part of the text, or a prefix. */
bool docker_filter_part(const struct docker_filters *filters, const char *name, const char *text);
bool docker_filter_prefix(const struct docker_filters *filters, const char *name, const char *text);
/* The same, where a value is the text or a regular expression (POSIX extended, for Go's) that is found in it. */
bool docker_filter_pattern(const struct docker_filters *filters, const char *name, const char *text);
/* label, or its opposite label!: "key" or "key=value"; all values of it are required. `labels` an object or NULL. */
bool docker_filter_labels(const struct docker_filters *filters, const char *name, const struct value *labels);
/* A filter of one truth value ("dangling"); false with a 400 set when it is none. */
bool docker_filter_truth(struct docker_request *request, const struct docker_filters *filters, const char *name,
                         bool otherwise, bool *truth);
/* until: an instant in seconds or RFC 3339, or a duration back from now ("10m"); *until_ms is left alone where it was
 * not given. false with an error set when it is none. */
bool docker_filter_until(struct docker_request *request, const struct docker_filters *filters, int64_t *until_ms);

/* Whether Go's strconv.ParseBool takes a text. */
bool go_is_truth(const char *text);

#endif

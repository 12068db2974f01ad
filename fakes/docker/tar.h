/* Archives as they go over the Engine's API, by libarchive: images, `docker cp`, exports.
 *
 * Read: tar of every kind, also compressed as the Engine takes it (gzip, bzip2, xz, zstd). Written: POSIX pax, which is
 * plain ustar as long as names and numbers fit; the same entries give the same bytes. */
#ifndef DRYDOCK_FAKES_DOCKER_TAR_H
#define DRYDOCK_FAKES_DOCKER_TAR_H

#include "core/effect.h"

enum tar_kind { TAR_FILE, TAR_FOLDER, TAR_LINK, TAR_OTHER }; /* other: devices, pipes, hard links */

struct tar_entry {
    const char *name; /* as it stands there: `a/b`, `./a`, a folder may end in a slash */
    enum tar_kind kind;
    uint32_t mode; /* permissions */
    int64_t mtime_ms;
    const char *target; /* of a link */
    const char *bytes;  /* of a file */
    size_t length;
};

/* One entry; what it points to lives in the arena that tar_read() was given. false: enough seen. */
typedef bool tar_visitor(void *context, const struct tar_entry *entry);

/* Visits what is in an archive (NULL: no bytes), in its order. Returns NULL, or what is wrong with it, in the arena:
 * entries before that were visited. No bytes at all are an archive without entries. */
const char *tar_read(struct arena *arena, const char *bytes, size_t length, tar_visitor *visit, void *context);
/* The JSON of a file in an archive; NULL when it is not there or no JSON. */
const struct value *tar_json(struct arena *arena, const char *bytes, size_t length, const char *name);

struct tar_writer;

/* An archive without entries; it, and what it writes, lie in the arena. */
struct tar_writer *tar_begin(struct arena *arena);
/* Owners are root. */
void tar_add(struct tar_writer *writer, const struct tar_entry *entry);
/* Ends it and returns its bytes, `*length` of them. The writer is gone. */
const char *tar_end(struct tar_writer *writer, size_t *length);

#endif

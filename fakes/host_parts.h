/* What the files of the host share: fakes/host.c, host_*.c. Commands take an effect: they fail it, or leave what it
 * brought in it (nothing: no output). */
#ifndef DRYDOCK_FAKES_HOST_PARTS_H
#define DRYDOCK_FAKES_HOST_PARTS_H

#include "fakes/host.h"
#include "fakes/world.h"

static inline void host_note(struct host *host, enum change_kind kind, const char *object, const char *detail,
                             uint64_t number)
{
    world_note_change(host->world, (struct change){.kind = kind, .object = object, .detail = detail, .number = number});
}

/* {"stdout": text} */
static inline const struct value *host_text_answer(struct arena *arena, const char *text)
{
    return OBJECT(arena, {"stdout", value_string(arena, text)});
}

/* ---- host_volumes.c: disks, volume files, mounts --------------------------------------------------------------- */

const struct value *host_df(struct host *host, struct arena *arena);
void host_fallocate(struct host *host, struct effect *effect, struct arena *answers);
void host_make_file_system(struct host *host, struct effect *effect, struct arena *answers);
void host_mount(struct host *host, struct effect *effect, struct arena *answers);
void host_umount(struct host *host, struct effect *effect, struct arena *answers);
/* A job of the boot mounts, or cannot: then nobody is told. */
void host_mount_at_boot(struct host *host, const char *volume, const char *folder);
void host_grep_mounts(struct host *host, struct effect *effect, struct arena *answers);
/* When what shows on a folder was mounted (Unix epoch, in ms); 0: nothing is. */
double host_mounted_since(const struct host *host, const char *folder);
void host_remove(struct host *host, struct effect *effect, struct arena *answers); /* rm */
uint64_t hash_of_disks(const struct host *host);
uint64_t hash_of_volumes(const struct host *host);
uint64_t hash_of_mounts(const struct host *host);

/* ---- host_crontab.c -------------------------------------------------------------------------------------------- */

const struct value *host_load_crontab(const struct host *host, struct arena *arena);
const struct value *host_save_crontab(struct host *host, const char *table, struct arena *arena); /* NULL: empty */
uint64_t hash_of_crontab(const struct host *host, uint64_t hash);

/* ---- host_firewall.c ------------------------------------------------------------------------------------------- */

const struct value *host_firewall_status(const struct host *host, struct arena *arena);
const struct value *host_allow_port(struct host *host, double port, struct arena *arena);
const struct value *host_delete_port(struct host *host, double port, struct arena *arena);
uint64_t hash_of_firewall(const struct host *host);

#endif

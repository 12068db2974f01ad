/* root's crontab: lifecycle.md 2.6/10, 6.2/8, 12.3. */
#ifndef DRYDOCK_CORE_CRONTAB_H
#define DRYDOCK_CORE_CRONTAB_H

#include "core/node.h"

struct crontab {
    const char **lines; /* in order; without newline */
    uint32_t count;
};

/* `crontab -l`; exit 1 with no output is an empty table. Invalid jobs are dropped in memory. */
const struct error *crontab_load(struct task *task, struct crontab *crontab) MUST_CHECK;
/* Index of the job whose comment equals app_id, or −1. */
int crontab_find(const struct crontab *crontab, const char *app_id);
/* The fifth word of a job's command: the volume file (6.2/8); NULL when it has fewer. */
const char *crontab_volume(struct arena *arena, const char *line);
void crontab_remove(struct crontab *crontab, int index);
/* Appends the @reboot job of 12.3. */
void crontab_add(struct task *task, struct crontab *crontab, const char *volume_file, const char *data_folder,
                 const char *app_id);
/* `crontab -` with the whole table, started and not awaited [F]. */
void crontab_save(struct task *task, const struct crontab *crontab);

#endif

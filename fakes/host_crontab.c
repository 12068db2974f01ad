#include "fakes/host_parts.h"

#include <string.h>

static const char CRONTAB[] = "crontab";

void host_add_crontab_line(struct host *host, const char *line)
{
    *(const char **)world_add(host->world, (void **)&host->crontab, &host->crontab_count, &host->crontab_size,
                              sizeof host->crontab[0]) = arena_string(host->world->memory, line);
}

const struct value *host_load_crontab(const struct host *host, struct arena *arena)
{
    const char *table = arena_lines(arena, host->crontab, host->crontab_count);

    touch_name(&host->world->watch, OBJECTS_CRONTAB, CRONTAB, TOUCH_READ);
    return OBJECT(arena, {"code", value_number(arena, host->crontab_count == 0 ? 1 : 0)},
                  {"stdout", value_string(arena, table)});
}

const struct value *host_save_crontab(struct host *host, const char *table, struct arena *arena)
{
    const char *rest = table == NULL ? "" : table;

    touch_name(&host->world->watch, OBJECTS_CRONTAB, CRONTAB, TOUCH_WRITE);
    host->crontab_count = 0;
    while (*rest != '\0') {
        size_t length = strcspn(rest, "\n");

        host_add_crontab_line(host, arena_string_n(arena, rest, length));
        rest += length + (rest[length] == '\n');
    }
    host_note(host, CHANGE_CRONTAB_SAVED, NULL, table, 0);
    return OBJECT(arena, {"code", value_number(arena, 0)}, {"stdout", value_string(arena, "")});
}

/* An @reboot job's last words: `mount -o loop <vf> <data> #<id>`. */
static void run_reboot_job(struct host *host, const char *line)
{
    static const char mount_words[] = "mount -o loop ";
    const char *mount = strstr(line, mount_words);

    if (strncmp(line, "@reboot", 7) != 0 || mount == NULL) {
        return;
    }
    mount += sizeof mount_words - 1;
    size_t volume_length = strcspn(mount, " ");
    const char *rest = mount + volume_length + (mount[volume_length] == ' ');
    const char *volume = arena_string_n(host->world->memory, mount, volume_length);
    const char *folder = arena_string_n(host->world->memory, rest, strcspn(rest, " "));

    host_mount_at_boot(host, volume, folder);
}

void host_reboot(struct host *host)
{
    touch_every(&host->world->watch, OBJECTS_MOUNTS);
    while (host->mount_count > 0) {
        host_unmount(host, host->mounts[host->mount_count - 1].folder);
    }
    touch_name(&host->world->watch, OBJECTS_CRONTAB, CRONTAB, TOUCH_READ);
    for (uint32_t i = 0; i < host->crontab_count; i++) {
        run_reboot_job(host, host->crontab[i]);
    }
}

uint64_t hash_of_crontab(const struct host *host, uint64_t hash)
{
    for (uint32_t i = 0; i < host->crontab_count; i++) {
        hash = hash_combine(hash, hash_text(host->crontab[i]));
    }
    return hash;
}

#include "core/crontab.h"

#include <string.h>

static void add_line(struct task *task, struct crontab *crontab, const char *line)
{
    const char **lines = arena_alloc(task->arena, (crontab->count + 1) * sizeof *lines);

    if (crontab->count > 0) {
        memcpy(lines, crontab->lines, crontab->count * sizeof *lines);
    }
    lines[crontab->count++] = line;
    crontab->lines = lines;
}

/* A job is `@when command` or five time fields and a command; comments and settings are kept as they are. */
static bool is_valid_line(const char *line)
{
    int words = 0;

    if (line[0] == '#' || strchr(line, '=') != NULL) {
        return true;
    }
    for (const char *rest = line; *rest != '\0';) {
        rest += strspn(rest, " \t");
        words += *rest != '\0';
        rest += strcspn(rest, " \t");
    }
    return words >= (line[0] == '@' ? 2 : 6);
}

const struct error *crontab_load(struct task *task, struct crontab *crontab)
{
    struct effect effect = {
        .id = EFFECT_HOST_CRONTAB_LOAD,
        .args = OBJECT(task->arena, {"command", value_string(task->arena, "crontab -l")}),
    };

    *crontab = (struct crontab){NULL, 0};
    TRY(perform(task, &effect));
    const char *text = value_get_text(effect.result, "stdout");

    if (text == NULL) {
        return error_new(task->arena, "Error", "crontab -l gave no table");
    }
    /* 2.6/10: exit 1 with no output is an empty table, any other failure throws */
    if (value_get_number(effect.result, "code", 0) > 0 && text[0] != '\0') {
        return error_new(task->arena, "Error", "crontab -l failed");
    }
    while (*text != '\0') {
        size_t length = strcspn(text, "\n");
        const char *line = arena_string_n(task->arena, text, length);

        if (length > 0 && is_valid_line(line)) {
            add_line(task, crontab, line);
        }
        text += length + (text[length] == '\n');
    }
    return NULL;
}

int crontab_find(const struct crontab *crontab, const char *app_id)
{
    for (uint32_t i = 0; i < crontab->count; i++) {
        const char *comment = strrchr(crontab->lines[i], '#');

        if (comment != NULL && strcmp(comment + 1, app_id) == 0) {
            return (int)i;
        }
    }
    return -1;
}

const char *crontab_volume(struct arena *arena, const char *line)
{
    enum { VOLUME_WORD = 5 };
    const char *rest = line + strcspn(line, " "); /* past @reboot */

    for (int word = 1; *rest != '\0'; word++) {
        rest += strspn(rest, " ");
        size_t length = strcspn(rest, " ");

        if (word == VOLUME_WORD && length > 0) {
            return arena_string_n(arena, rest, length);
        }
        rest += length;
    }
    return NULL;
}

void crontab_remove(struct crontab *crontab, int index)
{
    for (uint32_t i = (uint32_t)index; i + 1 < crontab->count; i++) {
        crontab->lines[i] = crontab->lines[i + 1];
    }
    crontab->count--;
}

void crontab_add(struct task *task, struct crontab *crontab, const char *volume_file, const char *data_folder,
                 const char *app_id)
{
    add_line(task, crontab,
             arena_printf(task->arena, "@reboot while [ ! -f %s ]; do sleep 5; done && sudo mount -o loop %s %s #%s",
                          volume_file, volume_file, data_folder, app_id));
}

/* [F] */
static void save(struct task *task, const void *argument)
{
    struct effect effect = {
        .id = EFFECT_HOST_CRONTAB_SAVE,
        .args = OBJECT(task->arena, {"command", value_string(task->arena, "crontab -")}),
        .operand = argument,
    };
    const struct error *error = perform(task, &effect);

    if (error != NULL) {
        log_error(task, "%s", error_text(task->arena, error));
    }
}

void crontab_save(struct task *task, const struct crontab *crontab)
{
    const char *table = arena_lines(task->arena, crontab->lines, crontab->count);

    node_spawn(task, save, table, strlen(table) + 1);
}

#define CALLS_FOR_ITS_CALLERS /* see FROM_HERE */
#include "core/fdm_client.h"

#include <string.h>

/* By first letter: h–n 2, o–u 3, v–z 4, else 1. */
static int server_index(const char *app)
{
    char first = app[0] >= 'A' && app[0] <= 'Z' ? (char)(app[0] - 'A' + 'a') : app[0];

    if (first >= 'h' && first <= 'n') {
        return 2;
    }
    if (first >= 'o' && first <= 'u') {
        return 3;
    }
    return first >= 'v' && first <= 'z' ? 4 : 1;
}

const char *get_master_ip_from_fdm(struct task *task, const char *app)
{
    static const char *const regions[] = {"fn", "usa", "sg"};

    for (size_t i = 0; i < sizeof regions / sizeof regions[0]; i++) {
        const struct value *host =
            value_format(task->arena, "fdm-%s-1-%d.runonflux.io:16130", regions[i], server_index(app));
        struct effect effect = {.id = EFFECT_FDM_APPIPS, .args = OBJECT(task->arena, {"host", host}), .object = app};

        if (perform(task, &effect) != NULL || !value_is_text(value_get(effect.result, "status"), "success")) {
            continue;
        }
        const char *ip = value_text(value_at(value_get(value_get(effect.result, "data"), "ips"), 0));

        if (ip != NULL && ip[0] != '\0') {
            return arena_string_n(task->arena, ip, strcspn(ip, ":"));
        }
    }
    return NULL;
}

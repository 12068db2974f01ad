#define CALLS_FOR_ITS_CALLERS /* see FROM_HERE */
#include "core/pgp_service.h"

const struct error *pgp_decrypt(struct task *task, const char *message, const char *app, const char **plain)
{
    struct effect decrypt = {.id = EFFECT_HOST_PGP_DECRYPT,
                             .args = OBJECT(task->arena, {"message", value_string(task->arena, message)}),
                             .object = app};

    TRY(perform(task, &decrypt));
    *plain = value_get_text(decrypt.result, "plain");
    return NULL;
}

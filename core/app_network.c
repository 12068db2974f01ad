#include "core/app_network.h"

#include "core/docker_service.h"
#include "core/port_manager.h"

#include <string.h>

enum { NETWORK_ATTEMPTS_MAX = 21, OCTET_BOUND = 256 };

/* Legacy apps have a fixed subnet: the code of the name's last character. 1.5 speaks of nine names; the specification
 * gives these two (0.3). */
static bool is_legacy_name(const char *app)
{
    static const char *const legacy[] = {"KadenaChainWebNode", "FoldingAtHomeB"};

    for (size_t i = 0; i < sizeof legacy / sizeof legacy[0]; i++) {
        if (strcmp(legacy[i], app) == 0) {
            return true;
        }
    }
    return false;
}

static const struct error *create_network(struct task *task, const char *app)
{
    bool legacy = is_legacy_name(app);
    uint32_t octet = legacy ? (unsigned char)app[strlen(app) - 1] : random_below(task, OCTET_BOUND);

    for (int attempt = 0; attempt < NETWORK_ATTEMPTS_MAX; attempt++) {
        const struct error *error = create_flux_app_docker_network(task, app, octet);

        if (error == NULL) {
            return NULL;
        }
        log_error(task, "%s", error_text(task->arena, error)); /* counts as no result */
        if (legacy) {
            break;
        }
        octet = random_below(task, OCTET_BOUND);
    }
    return error_new(task->arena, "Error",
                     "Flux App network of %s failed to initiate. Not possible to create docker application network.",
                     app);
}

const struct error *set_up_app_network(struct task *task, const char *app)
{
    const struct value *interfaces = NULL;

    TRY(create_network(task, app));                                           /* 2, 3 */
    TRY(get_flux_docker_network_physical_interface_names(task, &interfaces)); /* 4 */
    if (remove_docker_container_access_to_non_routable(task, interfaces)) {   /* 5: the result is only reported */
        log_info(task, "Private network access removed for %s", app);
    } else {
        log_info(task, "Error removing private network access for %s", app);
    }
    return NULL;
}

#include "reports/story.h"

#include <string.h>

bool story_is_question(const struct run_event *event)
{
    return event->effect == EFFECT_DOCKER_NETWORK_INSPECT || event->effect == EFFECT_HOST_MOUNT_GREP ||
           event->effect == EFFECT_FDM_APPIPS;
}

bool story_repeats_message(struct story_filter *filter, const struct run_event *event)
{
    const struct value *data = value_get(event->args, "data");

    if (data == NULL || data->hash == filter->last_message) {
        return true;
    }
    filter->last_message = data->hash;
    return false;
}

static bool tells_change(const struct run_event *event)
{
    static const char *const told[] = {
        "container created", "container started", "container stopped", "container removed", "network created",
        "network removed",   "data lost",         "volume removed",    "unmounted",         "mounted"};

    for (size_t i = 0; i < sizeof told / sizeof told[0]; i++) {
        if (strcmp(event->text, told[i]) == 0) {
            return true;
        }
    }
    return strncmp(event->text, "row ", 4) == 0 && strcmp(event->text, "row updated") != 0 && event->object != NULL &&
           strcmp(event->object, "localzelapps.zelappsinformation") == 0;
}

static bool tells_effect(struct story_filter *filter, const struct run_event *event)
{
    if (event->effect == EFFECT_PEERS_SEND && event->error == NULL) {
        return !story_repeats_message(filter, event);
    }
    return event->fault != FAULT_NONE || (event->error != NULL && !story_is_question(event)) ||
           event->effect == EFFECT_DOCKER_CONTAINERS_PRUNE;
}

bool story_tells(struct story_filter *filter, const struct run_event *event)
{
    switch (event->kind) {
    case RUN_EFFECT:
        return tells_effect(filter, event);
    case RUN_CHANGE:
        return tells_change(event);
    case RUN_LOG:
        return strcmp(event->detail, "error") == 0 || strcmp(event->detail, "warn") == 0;
    case RUN_TASK:
        return event->detail == NULL;
    case RUN_NOTE:
    case RUN_STEP:
    case RUN_VIOLATION:
    case RUN_CRASH:
        return true;
    }
    return true;
}

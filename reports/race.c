#include "reports/race.h"

#include <string.h>

enum { CLASSES_MAX = 32 };

static bool is_word(char letter)
{
    return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z');
}

bool text_names(const char *text, const char *name)
{
    size_t length = strlen(name);
    const char *found = text == NULL || length == 0 ? NULL : strstr(text, name);

    while (found != NULL) {
        if ((found == text || !is_word(found[-1])) && !is_word(found[length])) {
            return true;
        }
        found = strstr(found + 1, name);
    }
    return false;
}

/* Classes of objects that a change is about, by its name (fakes/changes.def). */
static uint32_t classes_of(const struct run_event *change)
{
    static const struct {
        const char *prefix;
        uint32_t classes;
    } known[] = {{"container ", OBJECTS_CONTAINERS}, {"network ", OBJECTS_NETWORKS}, {"image ", OBJECTS_IMAGES},
                 {"volume ", OBJECTS_VOLUMES},       {"data ", OBJECTS_VOLUMES},     {"mounted", OBJECTS_MOUNTS},
                 {"unmounted", OBJECTS_MOUNTS},      {"row ", OBJECTS_ROWS},         {"folder ", OBJECTS_SYNC}};

    for (size_t i = 0; i < sizeof known / sizeof known[0]; i++) {
        if (strncmp(change->text, known[i].prefix, strlen(known[i].prefix)) == 0) {
            return known[i].classes;
        }
    }
    return OBJECTS_NOTHING;
}

/* Objects that the breaking effect acts on. A message tells of anything. */
static uint32_t acted_on(const struct run_event *breaking)
{
    const struct effect_info *info = effect_info(breaking->effect);
    uint32_t classes = info->reads | info->writes;

    return (classes & ~(uint32_t)OBJECTS_PEER_STORES) == 0 ? UINT32_MAX : classes;
}

static const struct run_event *cause_of(const struct run_record *record, const struct run_event *event)
{
    return event->cause == RUN_NONE ? NULL : &record->events[event->cause];
}

/* The task's last answered look before the breaking effect at such objects: at this one, or at all of them. */
static uint32_t last_look(const struct run_record *record, uint32_t breaking, uint32_t classes, const char *object)
{
    uint32_t task = record->events[breaking].task;

    for (uint32_t i = breaking; i-- > 0;) {
        const struct run_event *event = &record->events[i];

        if (event->kind == RUN_EFFECT && event->task == task && event->applied_ms >= 0) {
            const struct effect_info *info = effect_info(event->effect);

            if ((info->reads & classes) != 0 && info->writes == OBJECTS_NOTHING &&
                (event->object == NULL || text_names(event->object, object) || text_names(object, event->object))) {
                return i;
            }
        }
    }
    return RUN_NONE;
}

/* Whether the change came after the look had been answered. */
static bool came_after(const struct run_record *record, uint32_t change, uint32_t look)
{
    const struct run_event *looked = &record->events[look];
    const struct run_event *cause = cause_of(record, &record->events[change]);

    if (cause != NULL && cause->kind == RUN_EFFECT) {
        return cause->applied_step > looked->applied_step;
    }
    /* What no effect did has no place among the transitions: the looker must have gone on before it. */
    for (uint32_t i = look + 1; i < change; i++) {
        const struct run_event *event = &record->events[i];

        if (event->task == looked->task && event->kind != RUN_CHANGE && event->kind != RUN_VIOLATION) {
            return true;
        }
    }
    return false;
}

/* The effect that broke the oracle. A cause that only looks, or that the task has left behind, is what happened last
 * before a step of its own did it. */
static uint32_t breaking_effect(const struct run_record *record, const struct run_violation *broken)
{
    uint32_t cause = record->events[broken->event].cause;

    if (cause == RUN_NONE || record->events[cause].kind != RUN_EFFECT || record->events[cause].applied_ms < 0) {
        return RUN_NONE;
    }
    const struct effect_info *info = effect_info(record->events[cause].effect);
    bool is_latest = broken->effect == NULL || strcmp(broken->effect, info->name) != 0;

    for (uint32_t i = cause + 1; i < broken->event && is_latest; i++) {
        is_latest = record->events[i].kind != RUN_EFFECT || record->events[i].task != record->events[cause].task;
    }
    return info->writes == OBJECTS_NOTHING || is_latest ? RUN_NONE : cause;
}

struct run_race run_race_of(const struct run_record *record, uint32_t violation)
{
    struct run_race race = {RUN_NONE, RUN_NONE, RUN_NONE};
    const struct run_violation *broken = &record->violations[violation];
    uint32_t looks[CLASSES_MAX]; /* of each class: the last look, event_count: not looked for yet */

    if (record->event_count == 0 || broken->event >= record->event_count) {
        return race;
    }
    race.breaking = breaking_effect(record, broken);
    if (race.breaking == RUN_NONE || broken->object == NULL) {
        return race;
    }
    uint32_t task = record->events[race.breaking].task, acted = acted_on(&record->events[race.breaking]);

    for (unsigned i = 0; i < CLASSES_MAX; i++) {
        looks[i] = record->event_count;
    }
    for (uint32_t i = broken->event; i-- > 0;) {
        const struct run_event *change = &record->events[i];
        uint32_t classes = change->kind == RUN_CHANGE && change->task != task ? classes_of(change) & acted : 0;

        if (classes == 0 ||
            !(text_names(change->object, broken->object) || text_names(change->detail, broken->object))) {
            continue;
        }
        uint32_t *look = &looks[__builtin_ctz(classes)];

        *look = *look == record->event_count ? last_look(record, race.breaking, classes, broken->object) : *look;
        if (*look != RUN_NONE && i > *look && came_after(record, i, *look)) {
            race.look = *look;
            race.change = i;
            return race;
        }
    }
    return race;
}

#include "sim/cli/option_places.h"

#include "sim/scenario/units.h"
#include "sim/search/explore.h"

#include <assert.h>
#include <getopt.h>
#include <stdio.h>
#include <string.h>

enum { NAME_SIZE = 64 };

/* ---- simple things ------------------------------------------------------------------------------------------ */

bool place_yes(const struct option_place *place, const char *verb, const char *text)
{
    (void)verb;
    (void)text;
    *(bool *)place->target = true;
    return true;
}

bool place_no(const struct option_place *place, const char *verb, const char *text)
{
    (void)verb;
    (void)text;
    *(bool *)place->target = false;
    return true;
}

bool place_text(const struct option_place *place, const char *verb, const char *text)
{
    (void)verb;
    *(const char **)place->target = text;
    return true;
}

bool place_long_number(const struct option_place *place, const char *verb, const char *text)
{
    return take_number(verb, place->name, text, place->min, place->max, place->target);
}

bool place_number(const struct option_place *place, const char *verb, const char *text)
{
    uint64_t number = 0;

    assert(place->max <= UINT32_MAX);
    if (!take_number(verb, place->name, text, place->min, place->max, &number)) {
        return false;
    }
    *(uint32_t *)place->target = (uint32_t)number;
    return true;
}

bool place_duration(const struct option_place *place, const char *verb, const char *text)
{
    int64_t *ms = place->target;

    if (!parse_duration(text, ms) || *ms <= 0) {
        complain("%s: --%s takes a duration such as 30s or 10m, not \"%s\"", verb, place->name, text);
        return false;
    }
    return true;
}

bool place_size(const struct option_place *place, const char *verb, const char *text)
{
    double size = 0;

    if (!parse_size(text, &size) || size < 1) {
        complain("%s: --%s takes a size such as 200MB, not \"%s\"", verb, place->name, text);
        return false;
    }
    *(uint64_t *)place->target = (uint64_t)size;
    return true;
}

bool place_seed(const struct option_place *place, const char *verb, const char *text)
{
    return take_seed(verb, place->name, text, place->target);
}

bool place_jobs(const struct option_place *place, const char *verb, const char *text)
{
    return take_jobs(verb, text, place->target);
}

bool place_json(const struct option_place *place, const char *verb, const char *text)
{
    static const char *const names[] = {"text", "json", NULL};
    unsigned number = 0;
    bool good = take_choice(verb, place->name, text, names, &number);

    *(bool *)place->target = number == 1;
    return good;
}

bool place_revision(const struct option_place *place, const char *verb, const char *text)
{
    return take_one_revision(verb, text, place->target);
}

bool place_revisions(const struct option_place *place, const char *verb, const char *text)
{
    return take_revision(verb, text, place->target);
}

bool place_without(const struct option_place *place, const char *verb, const char *text)
{
    return take_switch(verb, text, place->target);
}

bool place_stays(const struct option_place *place, const char *verb, const char *text)
{
    (void)verb;
    (void)text;
    *(struct stays *)place->target =
        (struct stays){.heals_max = strcmp(place->name, "sticky") != 0, .forever = strcmp(place->name, "once") != 0};
    return true;
}

/* ---- names of tables ---------------------------------------------------------------------------------------- */

/* Comma-separated names into the bits of their numbers; `table` is what `drydock list` calls them. */
static bool take_names(const struct option_place *place, const char *verb, const char *text,
                       bool (*find)(const char *name, unsigned *number), const char *table)
{
    uint32_t bits = 0;

    for (const char *next = text; next != NULL; next = strchr(next, ',') == NULL ? NULL : strchr(next, ',') + 1) {
        char name[NAME_SIZE];
        unsigned number = 0;

        snprintf(name, sizeof name, "%.*s", (int)strcspn(next, ","), next);
        if (!find(name, &number)) {
            complain("%s: --%s: there is no \"%s\"; `drydock list %s` lists them", verb, place->name, name, table);
            return false;
        }
        bits |= 1u << number;
    }
    *(uint32_t *)place->target = bits;
    return true;
}

static bool find_fault(const char *name, unsigned *number)
{
    enum fault_kind kind = FAULT_NONE;
    bool found = fault_by_name(name, &kind) && kind != FAULT_NONE;

    *number = (unsigned)kind;
    return found;
}

static bool find_strike(const char *name, unsigned *number)
{
    enum strike_kind kind = STRIKE_NONE;
    bool found = strike_by_name(name, &kind);

    *number = (unsigned)kind;
    return found;
}

static bool find_port(const char *name, unsigned *number)
{
    for (unsigned i = 0; i < EFFECT_COUNT; i++) {
        const struct effect_info *info = effect_info((enum effect_id)i);

        if (!info->immediate && info->faults != 0 && strcmp(info->port_name, name) == 0) {
            *number = (unsigned)info->port;
            return true;
        }
    }
    return false;
}

static bool find_strategy(const char *name, unsigned *number)
{
    enum strategy strategy = STRATEGY_RANDOM;
    bool found = strategy_by_name(name, &strategy);

    *number = (unsigned)strategy;
    return found;
}

bool place_fault_kinds(const struct option_place *place, const char *verb, const char *text)
{
    return take_names(place, verb, text, find_fault, "faults");
}

bool place_strikes(const struct option_place *place, const char *verb, const char *text)
{
    return take_names(place, verb, text, find_strike, "strikes");
}

bool place_ports(const struct option_place *place, const char *verb, const char *text)
{
    return take_names(place, verb, text, find_port, "effects");
}

bool place_strategies(const struct option_place *place, const char *verb, const char *text)
{
    return take_names(place, verb, text, find_strategy, "strategies");
}

bool place_strategy(const struct option_place *place, const char *verb, const char *text)
{
    if (!strategy_by_name(text, place->target)) {
        complain("%s: there is no strategy \"%s\"; `drydock list strategies` lists them", verb, text);
        return false;
    }
    return true;
}

/* ---- the command line --------------------------------------------------------------------------------------- */

static const struct option_place *find_place(const struct option_place *places, size_t count, const char *name)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(places[i].name, name) == 0) {
            return &places[i];
        }
    }
    return NULL;
}

bool read_options(enum verb verb, int argc, char **argv, const struct option_place *places, size_t count)
{
    int option = 0;

    while (next_option(verb, argc, argv, &option)) {
        if (option < 0) {
            return true;
        }
        const struct option_info *info = &option_table[option];
        const struct option_place *place = find_place(places, count, info->name);

        assert(place != NULL);
        if (!place->read(place, verb_info(verb)->name, info->argument == NULL ? NULL : optarg)) {
            return false;
        }
        if (place->given != NULL) {
            *place->given = true;
        }
    }
    return false;
}

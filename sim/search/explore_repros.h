/* What an exploration has found, made small and written down: a repro per finding, by processes side by side. */
#ifndef DRYDOCK_SIM_SEARCH_EXPLORE_REPROS_H
#define DRYDOCK_SIM_SEARCH_EXPLORE_REPROS_H

#include "sim/search/explore.h"

struct found_repro {
    /* Of its file, without ".json": a number and a slug of the fingerprint; the scenario's name before it where that
     * would take the place of another finding's repro (repro_name.h). */
    const char *name;
    const char *text; /* of the file; NULL: the run could not be written as one, see trouble */
    const char *trouble;
    const char *message, *why; /* of the small run */
    uint32_t switches, mishaps, tries;
    bool minimal; /* 1-minimal */
};

struct repro_options {
    const char *file;         /* the scenario's, for messages */
    const char *scenario;     /* its name */
    const char *directory;    /* where the repros are going to be, for the command in them; NULL: here */
    const struct value *tree; /* its JSON */
    bool names_release;       /* names say the release too: those of several go to one folder */
    uint32_t tries_max;       /* runs per finding, 0: no bound; 1: no shrinking */
};

/* repros has room for one per finding; made in `arena`. */
void explore_repros(const struct exploration *exploration, const struct explore_options *options,
                    const struct repro_options *repro_options, struct arena *arena, struct found_repro *repros);

#endif

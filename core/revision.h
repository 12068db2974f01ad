/* Releases of FluxOS as sets of named changes: any fix can be taken out alone, or a proposed one added. */
#ifndef DRYDOCK_CORE_REVISION_H
#define DRYDOCK_CORE_REVISION_H

#include <stdbool.h>
#include <stdint.h>

enum switch_bit_number {
#define SWITCH(ID, name, what) SWITCH_NUMBER_##ID,
#include "core/switches.def"
    SWITCH_COUNT
};

enum switch_bit {
#define SWITCH(ID, name, what) SWITCH_##ID = 1u << SWITCH_NUMBER_##ID,
#include "core/switches.def"
};

struct switch_info {
    const char *name;
    const char *what;
    const char *file; /* the line that defines it: "core/switches.def" */
    int line;
};

struct revision {
    const char *name;
    uint32_t switches; /* bits of enum switch_bit */
};

/* The table of releases, oldest first, ended by an entry whose name is NULL. */
const struct revision *revisions(void);
/* NULL when there is no such release. */
const struct revision *revision_by_name(const char *name);
/* By bit number, 0 … SWITCH_COUNT − 1. */
const struct switch_info *switch_info(unsigned number);
/* Sets *bit to the switch of that name; false when there is none. */
bool switch_by_name(const char *name, uint32_t *bit);

#endif

#include "core/revision.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

static const struct revision table[] = {
#define REVISION(ID, name, switches) {name, switches},
#include "core/revisions.def"
    {NULL, 0},
};

static const struct switch_info switches[SWITCH_COUNT] = {
#define SWITCH(ID, name, what) {name, what, "core/switches.def", __LINE__},
#include "core/switches.def"
};

const struct revision *revisions(void)
{
    return table;
}

const struct revision *revision_by_name(const char *name)
{
    for (const struct revision *revision = table; revision->name != NULL; revision++) {
        if (strcmp(revision->name, name) == 0) {
            return revision;
        }
    }
    return NULL;
}

const struct switch_info *switch_info(unsigned number)
{
    assert(number < SWITCH_COUNT);
    return &switches[number];
}

bool switch_by_name(const char *name, uint32_t *bit)
{
    for (unsigned number = 0; number < SWITCH_COUNT; number++) {
        if (strcmp(switches[number].name, name) == 0) {
            *bit = 1u << number;
            return true;
        }
    }
    return false;
}

#include "fakes/tests/conformance/target.h"

bool target_open_in_process(struct target *target, const char *address)
{
    (void)target;
    (void)address;
    return false;
}

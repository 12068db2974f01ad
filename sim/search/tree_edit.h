/* Scenario files as trees with pieces to take away. */
#ifndef DRYDOCK_SIM_SEARCH_TREE_EDIT_H
#define DRYDOCK_SIM_SEARCH_TREE_EDIT_H

#include "core/value.h"

/* The tree without piece number `number` (from 0) below the given keys of its root: array items and object members, in
 * breadth first order, so that whole things come before their parts. NULL when there are fewer pieces. Made in `arena`.
 */
const struct value *tree_without(struct arena *arena, const struct value *tree, const char *const *roots,
                                 size_t root_count, uint32_t number);

#endif

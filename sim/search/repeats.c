#include "sim/search/repeats.h"

#include "sim/search/grow.h"

#include <stdlib.h>

/* A choice between `bound` ways, whose links stand from `first` on; bound 0: an end, number `first`. */
struct repeat_node {
    uint32_t bound, first;
};

enum { NOT_FOLLOWED = 0, ROOT = 1 };

void repeats_init(struct repeats *repeats, uint32_t links_max)
{
    *repeats = (struct repeats){.links_max = links_max};
    if (links_max > ROOT) {
        grow((void *)&repeats->links, &repeats->link_size, ROOT + 1, sizeof *repeats->links);
        repeats->link_count = ROOT + 1;
    }
}

void repeats_free(struct repeats *repeats)
{
    free(repeats->links);
    free(repeats->nodes);
    free(repeats->ends);
}

const struct repeat_end *repeats_find(const struct repeats *repeats, struct prng prng)
{
    uint32_t link = ROOT;

    while (repeats->link_count > 0 && repeats->links[link] != 0) {
        const struct repeat_node *node = &repeats->nodes[repeats->links[link] - 1];

        if (node->bound == 0) {
            return &repeats->ends[node->first];
        }
        link = node->first + prng_lot(&prng, node->bound);
    }
    return NULL;
}

void repeats_begin(struct repeats *repeats)
{
    repeats->here = repeats->link_count > 0 ? ROOT : NOT_FOLLOWED;
}

static void add_node(struct repeats *repeats, uint32_t link, struct repeat_node node)
{
    grow((void *)&repeats->nodes, &repeats->node_size, repeats->node_count + 1, sizeof *repeats->nodes);
    repeats->nodes[repeats->node_count++] = node;
    repeats->links[link] = repeats->node_count;
}

void repeats_choose(struct repeats *repeats, uint32_t bound, uint32_t choice)
{
    uint32_t link = repeats->here;

    if (link == NOT_FOLLOWED) {
        return;
    }
    if (repeats->links[link] == 0) {
        if (repeats->links_max - repeats->link_count < bound) {
            repeats->here = NOT_FOLLOWED;
            return;
        }
        add_node(repeats, link, (struct repeat_node){bound, repeats->link_count});
        grow((void *)&repeats->links, &repeats->link_size, repeats->link_count + bound, sizeof *repeats->links);
        repeats->link_count += bound;
    }
    repeats->here = repeats->nodes[repeats->links[link] - 1].first + choice;
}

void repeats_end(struct repeats *repeats, struct repeat_end end)
{
    if (repeats->here == NOT_FOLLOWED || repeats->links[repeats->here] != 0) {
        return;
    }
    add_node(repeats, repeats->here, (struct repeat_node){0, repeats->end_count});
    grow((void *)&repeats->ends, &repeats->end_size, repeats->end_count + 1, sizeof *repeats->ends);
    repeats->ends[repeats->end_count++] = end;
}

/* Touches: which objects of the world an apply reads and changes, so that a search knows which applies commute
 * (design.md, The border; Godefroid 1996, ch. 3).
 *
 * An object is a member of a class (core/effect.h) and, where a class is divided, of a set in it: rows of one
 * collection. Its key is the hash of its name; key 0 is every member of the set. That a thing is not there is an
 * observation of its key too. Two applies without a pair of conflicting touches give the same world (world_hash()) and
 * the same answers in either order, at the same instant: time is no object. What is fixed when the world is built is
 * none either.
 *
 * Names have odd keys. What is not a thing but can be told all the same, such as the order of a list, has a small even
 * one.
 */
#ifndef DRYDOCK_FAKES_TOUCH_H
#define DRYDOCK_FAKES_TOUCH_H

#include "core/effect.h"

/* TOUCH_ADD: an addition that commutes with other additions to the same object, not with reads and writes of it. An
 * object that one apply both reads and adds to is as good as written. */
enum touch_mode { TOUCH_READ, TOUCH_WRITE, TOUCH_ADD };

enum {
    TOUCH_ONE_SET = 0, /* the set of a class that is not divided */

    TOUCH_EVERY = 0,    /* every member of the set */
    TOUCH_ORDER = 2,    /* in which order a list shows the members */
    TOUCH_SPACE = 4,    /* volumes: free space on the disks */
    TOUCH_NAMELESS = 6, /* rows: those without a name */
};

struct touch {
    enum object_class class;
    uint64_t set;
    uint64_t key;
    enum touch_mode mode;
};

/* Who listens; `touched` NULL: nobody. It is called during world_apply(), and by what world actors do to the world
 * directly (docker_engine_stop_container(), host_reboot() …); never by looking. */
struct world_watch {
    void *context;
    void (*touched)(void *context, enum object_class class, uint64_t set, uint64_t key, enum touch_mode mode);
};

/* The key of a name. */
static inline uint64_t touch_key(const char *name)
{
    return hash_text(name) | 1;
}

/* Whether two touches do not commute. */
static inline bool touches_conflict(const struct touch *left, const struct touch *right)
{
    bool same_object = left->class == right->class && left->set == right->set &&
                       (left->key == right->key || left->key == TOUCH_EVERY || right->key == TOUCH_EVERY);

    return same_object && (left->mode != right->mode || left->mode == TOUCH_WRITE);
}

/* ---- for the fakes ----------------------------------------------------------------------------------------- */

static inline void touch_object(const struct world_watch *watch, enum object_class class, uint64_t set, uint64_t key,
                                enum touch_mode mode)
{
    if (watch->touched != NULL) {
        watch->touched(watch->context, class, set, key, mode);
    }
}

/* Touches a member of a set; NULL names nothing. */
static inline void touch_member(const struct world_watch *watch, enum object_class class, uint64_t set,
                                const char *name, enum touch_mode mode)
{
    if (watch->touched != NULL && name != NULL) {
        watch->touched(watch->context, class, set, touch_key(name), mode);
    }
}

/* Touches a member of a class that is not divided. */
static inline void touch_name(const struct world_watch *watch, enum object_class class, const char *name,
                              enum touch_mode mode)
{
    touch_member(watch, class, TOUCH_ONE_SET, name, mode);
}

/* Reads all of a class that is not divided. */
static inline void touch_every(const struct world_watch *watch, enum object_class class)
{
    touch_object(watch, class, TOUCH_ONE_SET, TOUCH_EVERY, TOUCH_READ);
}

/* A member of such a class comes to the end of its list: one more there, and one order of them all. */
static inline void touch_added(const struct world_watch *watch, enum object_class class, const char *name)
{
    touch_name(watch, class, name, TOUCH_WRITE);
    touch_object(watch, class, TOUCH_ONE_SET, TOUCH_ORDER, TOUCH_WRITE);
}

#endif

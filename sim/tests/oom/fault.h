/* One thing that fails in a program under test, and what became of it.
 *
 * Allocations (malloc and its kin, of whoever calls them, and the chunks that a run's memory lends to arenas) and
 * system calls (calls.def) are numbered from 1 in the order in which a process makes them; a child goes on counting
 * where it was born. The plan says which number fails. What the program meets is told in memory that its processes
 * share.
 */
#ifndef DRYDOCK_SIM_TESTS_OOM_FAULT_H
#define DRYDOCK_SIM_TESTS_OOM_FAULT_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum fault_class { CLASS_MEMORY, CLASS_CALL };

/* How a system call fails. */
enum call_fault {
#define FAULT(ID, name, error, harmless) CALL_##ID,
#include "sim/tests/oom/calls.def"
    CALL_FAULT_COUNT
};

struct fault_plan {
    enum fault_class class;
    uint64_t number; /* which fails; 0: none, they are only counted */
    bool for_ever;   /* those after it fail too: all allocations, or all calls of its kind in the same way */
    enum call_fault fault;
    bool tell; /* print a backtrace where it fails */
};

enum { OWNERS_MAX = 64, OWNER_NAME_MAX = 48, NOTE_MAX = 240, CALLS_MAX = 1 << 16 };

/* Who asked for memory: a program or a shared library. */
struct fault_owner {
    char name[OWNER_NAME_MAX];
    uintptr_t first, end; /* its addresses */
    _Atomic uint32_t asked;
};

struct fault_shared {
    _Atomic uint32_t seen;    /* how many there were, in the process that made most */
    _Atomic uint32_t fired;   /* how many failed */
    _Atomic uint32_t checked; /* processes that looked for leaks at their end */
    _Atomic uint32_t leaks;   /* blocks that nothing points to any more */
    _Atomic int crash;        /* the signal of a process that crashed */
    _Atomic bool ruined;      /* bytes after a block were written, or something was freed that is none */
    _Atomic bool on_output;   /* what failed was a write to standard output */
    _Atomic bool on_errors;   /* what failed was a write to standard error */
    _Atomic bool on_input;    /* what failed does no more than read */
    char note[NOTE_MAX];      /* of the first of these */
    uint8_t calls[CALLS_MAX]; /* while they are counted: which line of calls.def each was */
    struct fault_owner owners[OWNERS_MAX];
};

/* In the process that is to be the program: counts and fails from here on. At its exit() it looks for leaks. */
void fault_arm(const struct fault_plan *plan, struct fault_shared *shared);
void fault_disarm(void);

/* ---- heap.c ---- */

/* Whether the next allocation fails: it counts it. */
bool heap_fails(const void *caller);
void heap_arm(const struct fault_plan *plan, struct fault_shared *shared);
void heap_disarm(void);
/* Before whoever allocates: the names and addresses of those that may. */
void heap_find_owners(struct fault_shared *shared);
/* Looks for blocks handed out since heap_arm() which no root, no stack and no reachable block points to; with own_only:
 * of those that the program itself has asked for. */
void heap_check(bool own_only);

/* ---- calls.c ---- */

const char *call_name(unsigned call);
/* A bit for each enum call_fault. */
unsigned call_faults(unsigned call);
const char *call_fault_name(enum call_fault fault);
/* Whether a program has to do as if nothing had happened. */
bool call_fault_is_harmless(enum call_fault fault);
/* Whether one that always happens is a fault at all: a call that is interrupted for ever never ends. */
bool call_fault_may_stay(enum call_fault fault);
/* false, with errno: the system does not let a process intercept its system calls. */
bool calls_arm(const struct fault_plan *plan, struct fault_shared *shared);
void calls_disarm(void);

#endif

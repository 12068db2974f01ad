/* Options and where what they say goes: a verb has a table of them, and one function walks it. What an option may say,
 * and the message when it says something else, are the same for every verb that has one of that name.
 */
#ifndef DRYDOCK_SIM_CLI_OPTION_PLACES_H
#define DRYDOCK_SIM_CLI_OPTION_PLACES_H

#include "sim/cli/search_options.h"

#include <stddef.h>

struct option_place;

/* Reads an option's argument (NULL: it takes none) into its place. false after a message. */
typedef bool option_reader(const struct option_place *place, const char *verb, const char *text);

struct option_place {
    const char *name;
    option_reader *read;
    void *target;      /* of the type that stands beside the reader */
    uint64_t min, max; /* of a number */
    bool *given;       /* becomes true with the option; may be NULL */
};

option_reader place_yes;         /* bool: true */
option_reader place_no;          /* bool: false */
option_reader place_text;        /* const char * */
option_reader place_number;      /* uint32_t, from min to max */
option_reader place_long_number; /* uint64_t, from min to max */
option_reader place_duration;    /* int64_t, ms */
option_reader place_size;        /* uint64_t, bytes */
option_reader place_seed;        /* uint64_t */
option_reader place_jobs;        /* uint32_t, processes */
option_reader place_json;        /* bool, of text|json */
option_reader place_revision;    /* const struct revision * */
option_reader place_revisions;   /* struct revision_list, one more of them */
option_reader place_without;     /* uint32_t, one more bit: a switch to be taken out */
option_reader place_fault_kinds; /* uint32_t, bits 1 << enum fault_kind; comma-separated, as the next three */
option_reader place_strikes;     /* uint32_t, bits 1 << enum strike_kind */
option_reader place_ports;       /* uint32_t, bits 1 << enum effect_port: whose calls can fail */
option_reader place_strategies;  /* uint32_t, bits 1 << enum strategy */
option_reader place_strategy;    /* enum strategy */
option_reader place_stays;       /* struct stays, of --once, --sticky, --both */

/* Reads all options of a verb, each of which has a place; optind is then the first operand. false after a message. */
bool read_options(enum verb verb, int argc, char **argv, const struct option_place *places, size_t count);

#endif

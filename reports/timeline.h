/* The parts of the text timeline (report.h: timeline_write). Lines are gathered from the record in its order (tell), of
 * which equal ones that come again and again are told once (fold); lanes say who waits meanwhile; rows write it down.
 *
 * One struct timeline lives for one timeline; all it points to is in its arena or the record's.
 */
#ifndef DRYDOCK_REPORTS_TIMELINE_H
#define DRYDOCK_REPORTS_TIMELINE_H

#include "reports/race.h"
#include "reports/report.h"
#include "reports/story.h"

enum timeline_line_kind {
    LINE_PLAIN,
    LINE_APPLY,  /* what an effect or the world changed, or broke */
    LINE_ISSUE,  /* an effect was asked for */
    LINE_ANSWER, /* its answer came, after others had been at work */
    LINE_MORE,   /* belongs to the one above */
};

struct timeline_line {
    enum timeline_line_kind kind;
    int64_t at_ms;
    uint32_t task;  /* RUN_NONE: nobody */
    uint32_t event; /* what it tells of */
    uint32_t place; /* how many events of the record came before it */
    const char *text;
    uint64_t hash; /* of what makes it the same as another: times are not in it */
    enum color color;
    unsigned indent;
    uint32_t burst;
    const char *lanes, *lanes_after; /* a character per lane, at the line and under it; NULL: none are shown */
};

/* Lines of one task that belong together, and how often the same came again. */
struct timeline_burst {
    uint32_t task; /* its name's first task; record->task_count: nobody */
    int64_t first_ms, last_ms;
    uint64_t signature;
    uint32_t lines;
    uint32_t told_by; /* the burst that tells this one's story: itself, or an earlier equal one */
    uint32_t times;
    int64_t interval_ms;
    int64_t latest_ms; /* begin of the latest repetition */
};

struct timeline {
    const struct run_record *record;
    const struct report_options *options;
    const struct timeline_narrowing *narrowing; /* never NULL */
    struct arena arena;
    struct run_race *races; /* of each violation */
    const char **marks;     /* of each event: what it was in a race, "": it broke an oracle, or NULL */
    struct timeline_line *lines;
    uint32_t line_count, line_size;
    struct timeline_burst *bursts;
    uint32_t burst_count, burst_size;
    uint32_t *name_of; /* task index → first task index with the same name */
    unsigned columns;  /* the width to keep to */
    unsigned lanes;    /* 0: none are shown */
    struct story_filter filter;
};

/* ---- timeline_words.c: all texts live in the arena ------------------------------------------------------------ */

/* The text with blanks for control characters, which others may have put there: a row stays a row, a terminal as it is.
 */
const char *timeline_printable(struct arena *arena, const char *text);
/* "docker container.start fluxweb_shop" */
const char *timeline_effect_text(struct arena *arena, const struct run_event *event);
/* " ⚡ lost-reply", or "". */
const char *timeline_fault_text(struct arena *arena, const struct run_event *event);
/* " → 2 containers", " → 404 no such container"; "" for what has no answer worth a word. */
const char *timeline_answer_text(struct arena *arena, const struct run_event *event);
/* "+ container started: fluxweb_shop" */
const char *timeline_change_text(struct arena *arena, const struct run_event *event);
/* What a message to other nodes says. */
const char *timeline_message_text(struct arena *arena, const struct value *data);
/* "3 transitions later", "0.800 s later", "30 s later" */
const char *timeline_gap_text(struct arena *arena, int64_t ms, uint32_t steps);
/* "12:34:56.789" */
const char *timeline_clock_text(struct arena *arena, int64_t at_ms);
/* 1562 → "1,562" */
const char *timeline_count_text(struct arena *arena, uint32_t number);

/* ---- timeline_tell.c ------------------------------------------------------------------------------------------ */

/* Gathers the lines. */
void timeline_tell(struct timeline *timeline);

/* ---- timeline_narrow.c ---------------------------------------------------------------------------------------- */

/* Whether the narrowing lets an event through, --around aside. */
bool timeline_wants(const struct timeline *timeline, const struct run_event *event);
/* Keeps of the gathered lines those around the violation that was asked for, and says so; false, after saying so, when
 * nothing is left to be shown. */
bool timeline_narrow(struct timeline *timeline, struct sink *sink);

/* ---- timeline_fold.c, timeline_lanes.c, timeline_rows.c ------------------------------------------------------- */

void timeline_fold(struct timeline *timeline);
/* Whether the line is told by itself, not by an earlier one that is its like. */
bool timeline_is_told(const struct timeline *timeline, const struct timeline_line *line);
/* Gives each task that is shown beside another a lane, if there is room for all. */
void timeline_find_lanes(struct timeline *timeline);
void timeline_write_rows(struct timeline *timeline, struct sink *sink);
/* A text of its own, in lines that fit the width. */
void timeline_write_paragraph(struct timeline *timeline, struct sink *sink, const char *text);

/* The items, with room for one more. */
void *timeline_grow(struct timeline *timeline, void *items, uint32_t count, uint32_t *size, size_t item_size);

#endif

/* A door for tests of core/: every effect is written down and answered from a script, no fakes involved.
 *
 * Answers are rules, looked up newest first: a rule for an effect name (and, if given, an object) answers every such
 * call, or the next `times` of them. Without a rule a default answers, as a healthy node with nothing installed would.
 * Immediate effects are answered by the door; delays move its clock; spawned work is queued until script_run_spawned().
 */
#ifndef DRYDOCK_CORE_TESTS_SCRIPT_DOOR_H
#define DRYDOCK_CORE_TESTS_SCRIPT_DOOR_H

#include "core/node.h"

enum {
    SCRIPT_RULES_MAX = 64,
    SCRIPT_CALLS_MAX = 512,
    SCRIPT_SPAWNED_MAX = 32,
    SCRIPT_LINES_MAX = 256,
    SCRIPT_ACCESSES_MAX = 64
};

struct script_rule {
    const char *effect; /* name, as in effects.def */
    const char *object; /* NULL: any */
    const char *result; /* JSON text; NULL: fails with the error below */
    const char *message;
    const char *code;
    int status;
    int times; /* calls left; −1: for ever */
};

struct script {
    struct arena arena;
    struct node node;
    struct task task;
    int64_t now_ms;
    struct script_rule rules[SCRIPT_RULES_MAX];
    int rule_count;
    const char *calls[SCRIPT_CALLS_MAX];        /* "docker containers.list", in order; immediate ones left out */
    const struct value *args[SCRIPT_CALLS_MAX]; /* their requests */
    const char *objects[SCRIPT_CALLS_MAX];
    int call_count;
    const char *lines[SCRIPT_LINES_MAX]; /* log: "error: text" */
    int line_count;
    bool noted[NOTE_COUNT];
    bool records_accesses;                     /* to cells; set by the test around what it looks at */
    const char *accesses[SCRIPT_ACCESSES_MAX]; /* "read appsMonitored web_app", "write nodeTier" */
    int access_count;
    int microtask_count; /* [a] */
    struct {
        void (*run)(struct task *, const void *);
        void *argument;
    } spawned[SCRIPT_SPAWNED_MAX];
    int spawned_count;
    int fails_at;         /* this call, from 1, fails whatever the rules say; 0: none */
    uint32_t random_next; /* what node random answers, modulo its bound */
    void (*before)(struct script *script,
                   const struct effect *effect); /* NULL, or called before each call is answered */
};

/* A healthy node of the release ("8.9.1", "8.9.2") at 2026-03-27T00:00:00Z. Frees nothing: script_end() does. */
void script_begin(struct script *script, const char *revision);
void script_end(struct script *script);

/* In the script's arena: a JSON text, and the app whose specification it is. The text must be JSON (asserted). */
const struct value *script_json(struct script *script, const char *json);
struct app_spec *script_spec(struct script *script, const char *json);

/* Rules: answer with a JSON text, or fail. `times` −1: for ever. */
void script_answer(struct script *script, const char *effect, const char *object, const char *json, int times);
void script_fail(struct script *script, const char *effect, const char *object, int status, const char *message,
                 int times);
/* Runs what was started and not awaited, in order, and what that starts in turn. */
void script_run_spawned(struct script *script);

/* Asserts (cmocka) that the calls so far are exactly these names, NULL at the end; shows both lists when not. */
void script_expect_calls(const struct script *script, const char *const *names);
#define EXPECT_CALLS(script, ...) script_expect_calls((script), (const char *const[]){__VA_ARGS__, NULL})
/* The same for accesses to cells since records_accesses was set or script_forget(). */
void script_expect_accesses(const struct script *script, const char *const *accesses);
#define EXPECT_ACCESSES(script, ...) script_expect_accesses((script), (const char *const[]){__VA_ARGS__, NULL})
/* How many calls of an effect were made, about an object when it is not NULL. */
int script_calls_of(const struct script *script, const char *effect, const char *object);
/* The request of the nth (from 1) call of an effect; NULL when there was none. */
const struct value *script_args_of(const struct script *script, const char *effect, int nth);
/* Whether a log line contains the text. */
bool script_logged(const struct script *script, const char *text);
/* Forgets calls, lines, accesses and micro-awaits so far. */
void script_forget(struct script *script);

#endif

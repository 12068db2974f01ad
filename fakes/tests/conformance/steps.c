#include "fakes/tests/conformance/steps.h"

#include "fakes/tests/conformance/compose.h"
#include "fakes/tests/conformance/difference.h"
#include "fakes/tests/conformance/expectation.h"
#include "fakes/tests/conformance/normal.h"
#include "fakes/tests/conformance/pretty.h"
#include "fakes/tests/conformance/tidy.h"

#include <string.h>

enum { BACKGROUND_MAX = 8, CONCURRENT_MAX = 64, POLL_MS = 20, POLLS_MAX = 250, SETTLE_MS = 50 };

struct run {
    struct target *target;
    struct variables *variables;
    struct {
        const char *name;
        void *begun;
    } background[BACKGROUND_MAX];
    bool skipped; /* the target cannot make one of the requests */
};

static void *begin(struct run *run, const cJSON *step)
{
    void *begun = run->target->begin(run->target, compose_request(run->variables, step));

    run->skipped |= begun == NULL;
    return begun;
}

static void finish(struct run *run, void *begun, struct answer *answer)
{
    *answer = (struct answer){.body = "", .failure = "no such request"};
    if (begun != NULL) {
        run->target->finish(run->target, begun, run->variables->arena, answer);
    }
}

static void begin_in_background(struct run *run, const cJSON *step, const char *name)
{
    for (int i = 0; i < BACKGROUND_MAX; i++) {
        if (run->background[i].name == NULL) {
            run->background[i].name = name;
            run->background[i].begun = begin(run, step);
            /* It has to be at the Engine before the next step's request is. */
            run->target->pass(run->target, SETTLE_MS);
            return;
        }
    }
}

static void finish_background(struct run *run, const char *name, struct answer *answer)
{
    for (int i = 0; i < BACKGROUND_MAX; i++) {
        if (run->background[i].name != NULL && (name == NULL || strcmp(run->background[i].name, name) == 0)) {
            finish(run, run->background[i].begun, answer);
            run->background[i].name = NULL;
            return;
        }
    }
    finish(run, NULL, answer);
}

/* "latecomers": [204, 304]: who comes second is told either, by chance. After the first answer all of these become the
 * last of them. */
static void even_latecomers(const cJSON *statuses, cJSON *answers)
{
    const cJSON *told = cJSON_GetArrayItem(statuses, cJSON_GetArraySize(statuses) - 1), *other = NULL;

    for (cJSON *answer = answers->child == NULL ? NULL : answers->child->next; answer != NULL; answer = answer->next) {
        cJSON *status = cJSON_GetObjectItemCaseSensitive(answer, "status");

        cJSON_ArrayForEach (other, statuses) {
            if (cJSON_Compare(status, other, true)) {
                cJSON_SetNumberValue(status, told->valuedouble);
            }
        }
    }
}

/* All requests of a step at once; what they answer is sorted, because their order is chance. */
static cJSON *run_concurrent(struct run *run, const cJSON *step, const cJSON *requests)
{
    void *begun[CONCURRENT_MAX];
    cJSON *answers = cJSON_CreateArray(), *each = cJSON_Duplicate(step, true);
    const cJSON *request = NULL;
    int count = 0;

    cJSON_ArrayForEach (request, requests) {
        cJSON *line = cJSON_Duplicate(request, true);

        if (cJSON_IsString(line)) {
            cJSON *text = line;

            line = cJSON_CreateObject();
            cJSON_AddItemToObject(line, "request", text);
        }
        if (count < CONCURRENT_MAX) {
            begun[count++] = begin(run, line);
        }
        cJSON_Delete(line);
    }
    for (int i = 0; i < count; i++) {
        struct answer answer;

        finish(run, begun[i], &answer);
        cJSON_AddItemToArray(answers, expectation_of(run->variables, &answer, each));
    }
    cJSON_Delete(each);
    answers = normal_sorted(answers);
    even_latecomers(cJSON_GetObjectItemCaseSensitive(step, "latecomers"), answers);
    return answers;
}

/* true when the answer has what a step waits for: {"path": "/a/b", "is": value}. */
static bool is_reached(struct run *run, const struct answer *answer, const cJSON *until)
{
    cJSON *body = cJSON_Parse(answer->body);
    const cJSON *found = body;
    const char *path = cJSON_GetStringValue(cJSON_GetObjectItem(until, "path"));

    while (path != NULL && *path == '/') {
        size_t length = strcspn(++path, "/");

        found = cJSON_GetObjectItemCaseSensitive(found, arena_string_n(run->variables->arena, path, length));
        path += length;
    }
    bool reached = cJSON_Compare(found, cJSON_GetObjectItem(until, "is"), true);

    cJSON_Delete(body);
    return reached;
}

static void run_request(struct run *run, const cJSON *step, struct answer *answer)
{
    const cJSON *repeat = cJSON_GetObjectItem(step, "repeat"), *until = cJSON_GetObjectItem(step, "until");
    int polls = 0;

    for (int i = 0; repeat != NULL && i < repeat->valueint - 1; i++) {
        variables_set(run->variables, "n", arena_printf(run->variables->arena, "%d", i));
        finish(run, begin(run, step), answer);
    }
    if (repeat != NULL) {
        variables_set(run->variables, "n", arena_printf(run->variables->arena, "%d", repeat->valueint - 1));
    }
    finish(run, begin(run, step), answer);
    while (until != NULL && !is_reached(run, answer, until) && ++polls < POLLS_MAX) {
        run->target->pass(run->target, POLL_MS);
        finish(run, begin(run, step), answer);
    }
}

/* What a step answers, in normal form; NULL: nothing to compare. `failure`: why the step could not be made. */
static cJSON *run_step(struct run *run, const cJSON *step, const char **failure)
{
    const cJSON *concurrent = cJSON_GetObjectItem(step, "concurrent"), *ms = cJSON_GetObjectItem(step, "pass_ms");
    const char *background = cJSON_GetStringValue(cJSON_GetObjectItem(step, "background"));
    const char *finished = cJSON_GetStringValue(cJSON_GetObjectItem(step, "finish"));
    struct answer answer;

    if (ms != NULL) {
        run->target->pass(run->target, ms->valueint);
        return NULL;
    }
    if (background != NULL) {
        begin_in_background(run, step, background);
        return NULL;
    }
    if (concurrent != NULL) {
        return run_concurrent(run, step, concurrent);
    }
    if (finished != NULL) {
        finish_background(run, finished, &answer);
    } else {
        run_request(run, step, &answer);
    }
    *failure = answer.failure == NULL ? keep_members(run->variables, &answer, step) : NULL;
    return expectation_of(run->variables, &answer, step);
}

/* A member anew, at the end. */
static void set_expectation(cJSON *step, cJSON *expectation)
{
    cJSON_DeleteItemFromObjectCaseSensitive(step, "expect");
    cJSON_AddItemToObject(step, "expect", expectation);
}

static const char *check_step(struct run *run, cJSON *step, bool record)
{
    const char *failure = NULL;
    cJSON *got = run_step(run, step, &failure);
    const cJSON *expected = cJSON_GetObjectItemCaseSensitive(step, "expect");

    if (got == NULL || run->skipped) {
        cJSON_Delete(got);
        return failure;
    }
    if (record) {
        set_expectation(step, got);
        return failure;
    }
    const char *difference = first_difference(run->variables->arena, expected, got);

    cJSON_Delete(got);
    return difference != NULL ? difference : failure;
}

struct outcome run_case(struct target *target, struct variables *variables, cJSON *test_case, bool record)
{
    struct run run = {.target = target, .variables = variables};
    struct outcome outcome = {SAME, 0, NULL};
    struct answer ignored;
    cJSON *step = NULL;
    int index = 0;
    const char *excepted = cJSON_GetStringValue(cJSON_GetObjectItem(test_case, "except_served"));

    if (target->served && excepted != NULL) {
        return (struct outcome){SKIPPED, 0, arena_string(variables->arena, excepted)};
    }
    cJSON_ArrayForEach (step, cJSON_GetObjectItem(test_case, "steps")) {
        index++;
        outcome.what = check_step(&run, step, record);
        if (run.skipped || outcome.what != NULL) {
            break;
        }
    }
    const char *left = tidy(target, variables);

    for (int i = 0; i < BACKGROUND_MAX; i++) {
        if (run.background[i].name != NULL) {
            finish_background(&run, run.background[i].name, &ignored);
        }
    }
    if (outcome.what == NULL && left != NULL && !run.skipped) {
        outcome.what = arena_printf(variables->arena, "left behind: %s", left);
    }
    outcome.verdict = run.skipped ? SKIPPED : outcome.what != NULL ? DIFFERS : SAME;
    outcome.step = index;
    return outcome;
}

/* A variable that every case knows, from a member of an answer. */
static const char *learn(struct target *target, struct variables *variables, const char *name, const char *line,
                         const char *member)
{
    struct answer answer;
    cJSON *body = ask(target, variables, line, &answer);
    const char *value = cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(body, member));
    const char *failure = NULL;

    if (value == NULL) {
        failure = arena_printf(variables->arena, "%s: no %s (%s)", line, member,
                               answer.failure == NULL ? answer.body : answer.failure);
    } else {
        variables_set(variables, name, value);
    }
    cJSON_Delete(body);
    return failure;
}

const char *target_learn(struct target *target, struct variables *variables)
{
    static const char *const known[][3] = {
        {"root", "GET /v1.41/info", "DockerRootDir"},
        {"version", "GET /v1.41/info", "ServerVersion"},
        {"image", "GET /v1.41/images/busybox:latest/json", "Id"},
        {"none", "GET /v1.41/networks/none", "Id"},
        {"host", "GET /v1.41/networks/host", "Id"},
    };
    const char *failure = NULL;

    for (size_t i = 0; failure == NULL && i < sizeof known / sizeof known[0]; i++) {
        failure = learn(target, variables, known[i][0], known[i][1], known[i][2]);
    }
    variables->root = variables_find(variables, "root");
    variables->version = variables_find(variables, "version");
    return failure;
}

#include "core/tests/script_door.h"

#include "core/app_spec.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

/* What a healthy node with nothing installed hears. {effect, answer}; anything else gets null. */
static const char *const defaults[][2] = {
    {"docker containers.list", "[]"},
    {"docker containers.prune", "{\"ContainersDeleted\":[]}"},
    {"docker networks.prune", "{\"NetworksDeleted\":[]}"},
    {"docker volumes.prune", "{\"VolumesDeleted\":[]}"},
    {"docker images.prune", "{\"ImagesDeleted\":[]}"},
    {"docker containers.create", "{\"Id\":\"0123456789abcdef\"}"},
    {"docker networks.create", "{\"Id\":\"abcdef0123456789\"}"},
    {"docker networks.list", "[]"},
    {"docker image.pull", "{\"status\":200}"},
    {"docker info", "{\"Driver\":\"overlay2\",\"DriverStatus\":[[\"Backing Filesystem\",\"extfs\"]]}"},
    {"db find", "{\"docs\":[]}"},
    {"db aggregate", "{\"docs\":[]}"},
    {"db insert", "{\"n\":1}"},
    {"db update", "{\"n\":1,\"nModified\":1}"},
    {"db delete", "{\"n\":0}"},
    {"db findAndModify", "{\"value\":null}"},
    {"bench getbenchmarks", "{\"status\":\"CUMULUS\",\"ipaddress\":\"198.51.100.7:16127\",\"architecture\":\"amd64\","
                            "\"ssd\":440,\"ram\":8,\"cores\":4}"},
    {"daemon getzelnodestatus", "{\"status\":\"CONFIRMED\",\"collateral\":\"COutPoint(aaaa, 0)\",\"txhash\":\"aaaa\"}"},
    {"daemon getrawtransaction", "{\"vout\":[{\"value\":1000}]}"},
    {"syncthing GET /rest/noauth/health", "{\"status\":\"OK\"}"},
    {"syncthing GET /rest/config/folders", "[]"},
    {"syncthing PATCH /rest/config/folders/ID", "{}"},
    {"syncthing DELETE /rest/config/folders/ID", "{}"},
    {"syncthing GET /rest/config/restart-required", "{\"requiresRestart\":false}"},
    {"syncthing POST /rest/system/restart", "{}"},
    {"fdm appips", "{\"status\":\"success\",\"data\":{\"ips\":[]}}"},
    {"peers listrunningapps", "{\"status\":\"success\",\"data\":[]}"},
    {"net GET blockedrepositories.json", "[]"},
    {"net GET vettedrepositories.json", "[]"},
    {"net GET /v2/IMAGE/manifests/REF", "{\"config\":{\"digest\":\"sha256:c0\"},\"layers\":[{\"size\":1000}]}"},
    {"net GET /v2/IMAGE/blobs/DIGEST", "{\"architecture\":\"amd64\"}"},
    {"host df", "{\"stdout\":\"Filesystem     1024-blocks      Used Available Capacity Mounted on\\n"
                "/dev/vda         500000000  20000000 480000000       4% /\\n\"}"},
    {"host crontab -l", "{\"code\":1,\"stdout\":\"\"}"},
    {"host crontab -", "{\"code\":0,\"stdout\":\"\"}"},
    {"host access", "true"},
    {"host ufw status", "{\"stdout\":\"Status: inactive\\n\"}"},
};

static const struct value *parse(struct script *script, const char *json)
{
    const struct value *value = value_parse(&script->arena, json, strlen(json));

    if (value == NULL) {
        fail_msg("a script's answer is not JSON: %s", json);
    }
    return value;
}

static void record_access(struct script *script, const struct effect *effect)
{
    if (effect->amount >= 0) {
        assert_string_equal(effect->object, flag_name((enum flag_id)effect->amount));
        assert_null(effect->operand);
    }
    if (script->records_accesses) {
        assert_true(script->access_count < SCRIPT_ACCESSES_MAX);
        script->accesses[script->access_count++] =
            arena_printf(&script->arena, "%s %s%s%s", effect->payload == NULL ? "read" : "write", effect->object,
                         effect->operand == NULL ? "" : " ", effect->operand == NULL ? "" : effect->operand);
    }
}

static void answer_immediate(struct script *script, struct effect *effect)
{
    const struct spawn *spawn = effect->payload;

    switch (effect->id) {
    case EFFECT_CLOCK_NOW:
        effect->amount = (double)script->now_ms;
        break;
    case EFFECT_CLOCK_MICROTASK:
        script->microtask_count++;
        break;
    case EFFECT_NODE_RANDOM:
        effect->amount = script->random_next % (uint32_t)effect->amount;
        break;
    case EFFECT_NODE_LOG:
        assert_true(script->line_count < SCRIPT_LINES_MAX);
        script->lines[script->line_count++] = arena_printf(&script->arena, "%s: %s", effect->operand, effect->object);
        break;
    case EFFECT_NODE_CELL:
        record_access(script, effect);
        break;
    case EFFECT_NODE_NOTE:
        script->noted[((const struct note *)effect->payload)->id] = true;
        break;
    case EFFECT_NODE_SPAWN:
        assert_true(script->spawned_count < SCRIPT_SPAWNED_MAX);
        script->spawned[script->spawned_count].run = spawn->run;
        script->spawned[script->spawned_count].argument = arena_alloc(&script->arena, spawn->size + 1);
        if (spawn->size > 0) {
            memcpy(script->spawned[script->spawned_count].argument, spawn->argument, spawn->size);
        }
        script->spawned_count++;
        break;
    default:
        break;
    }
}

static void script_perform(void *world, struct task *task, struct effect *effect)
{
    struct script *script = world;
    const char *name = effect_info(effect->id)->name;

    (void)task;
    if (effect_info(effect->id)->immediate) {
        answer_immediate(script, effect);
        return;
    }
    assert_true(script->call_count < SCRIPT_CALLS_MAX);
    script->calls[script->call_count] = name;
    script->args[script->call_count] = effect->args;
    script->objects[script->call_count++] = effect->object;
    if (script->before != NULL) {
        script->before(script, effect);
    }
    if (effect->id == EFFECT_CLOCK_DELAY) {
        script->now_ms += (int64_t)effect->amount;
    }
    if (script->call_count == script->fails_at) {
        effect->error = error_with_status(&script->arena, 500, NULL, "no");
        return;
    }
    for (int i = script->rule_count - 1; i >= 0; i--) {
        struct script_rule *rule = &script->rules[i];

        if (rule->times == 0 || strcmp(rule->effect, name) != 0 ||
            (rule->object != NULL && (effect->object == NULL || strcmp(rule->object, effect->object) != 0))) {
            continue;
        }
        rule->times -= rule->times > 0;
        if (rule->result != NULL) {
            effect->result = parse(script, rule->result);
        } else {
            effect->error = error_with_status(&script->arena, rule->status, rule->code, "%s", rule->message);
        }
        return;
    }
    for (size_t i = 0; i < sizeof defaults / sizeof defaults[0]; i++) {
        if (strcmp(defaults[i][0], name) == 0) {
            effect->result = parse(script, defaults[i][1]);
            return;
        }
    }
    effect->result = strncmp(name, "host ", 5) == 0 ? parse(script, "{\"stdout\":\"\"}") : value_null();
}

void script_begin(struct script *script, const char *revision)
{
    memset(script, 0, sizeof *script);
    arena_init(&script->arena, arena_source_malloc());
    script->now_ms = 1774569600000; /* 2026-03-27T00:00:00Z */
    struct node_config config = {
        .revision = revision_by_name(revision),
        .flux_dir = "/flux",
        .apps_folder = "/flux/ZelApps/",
        .api_port = 16127,
        .host_ip = "198.51.100.7",
        .host_id = "c0ffee0",
        .arcane = true,
        .os_uptime_s_at_start = 1000,
        .started_ms = script->now_ms,
        .outbound_peers = ARRAY(&script->arena, value_string(&script->arena, "203.0.113.1")),
        .inbound_peers = ARRAY(&script->arena, value_string(&script->arena, "203.0.113.2")),
    };

    node_start(&script->node, &script->arena, (struct door){.world = script, .perform = script_perform}, &config);
    script->task = (struct task){.node = &script->node, .arena = &script->arena, .name = "test"};
}

void script_end(struct script *script)
{
    arena_reset(&script->arena);
}

static void add_rule(struct script *script, struct script_rule rule)
{
    assert_true(script->rule_count < SCRIPT_RULES_MAX);
    script->rules[script->rule_count++] = rule;
}

const struct value *script_json(struct script *script, const char *json)
{
    const struct value *value = value_parse(&script->arena, json, strlen(json));

    assert_non_null(value);
    return value;
}

struct app_spec *script_spec(struct script *script, const char *json)
{
    return app_spec_from(&script->arena, script_json(script, json));
}

void script_answer(struct script *script, const char *effect, const char *object, const char *json, int times)
{
    enum effect_id id = EFFECT_COUNT;

    assert_true(effect_by_name(effect, &id));
    add_rule(script, (struct script_rule){.effect = effect, .object = object, .result = json, .times = times});
}

void script_fail(struct script *script, const char *effect, const char *object, int status, const char *message,
                 int times)
{
    enum effect_id id = EFFECT_COUNT;

    assert_true(effect_by_name(effect, &id));
    add_rule(script, (struct script_rule){
                         .effect = effect, .object = object, .status = status, .message = message, .times = times});
}

void script_run_spawned(struct script *script)
{
    for (int i = 0; i < script->spawned_count; i++) {
        script->spawned[i].run(&script->task, script->spawned[i].argument);
    }
    script->spawned_count = 0;
}

void script_expect_calls(const struct script *script, const char *const *names)
{
    int i = 0;

    for (; names[i] != NULL && i < script->call_count && strcmp(names[i], script->calls[i]) == 0; i++) {
    }
    if (names[i] == NULL && i == script->call_count) {
        return;
    }
    for (int j = 0; j < script->call_count; j++) {
        print_error("%s call %d: %s (%s)\n", j == i ? "-->" : "   ", j + 1, script->calls[j],
                    script->objects[j] == NULL ? "" : script->objects[j]);
    }
    fail_msg("call %d: expected %s, got %s", i + 1, names[i] == NULL ? "no more" : names[i],
             i < script->call_count ? script->calls[i] : "no more");
}

void script_expect_accesses(const struct script *script, const char *const *accesses)
{
    int i = 0;

    for (; accesses[i] != NULL && i < script->access_count; i++) {
        assert_string_equal(script->accesses[i], accesses[i]);
    }
    if (accesses[i] != NULL || i < script->access_count) {
        fail_msg("access %d: expected %s, got %s", i + 1, accesses[i] == NULL ? "no more" : accesses[i],
                 i < script->access_count ? script->accesses[i] : "no more");
    }
}

int script_calls_of(const struct script *script, const char *effect, const char *object)
{
    int count = 0;

    for (int i = 0; i < script->call_count; i++) {
        count += strcmp(script->calls[i], effect) == 0 &&
                 (object == NULL || (script->objects[i] != NULL && strcmp(script->objects[i], object) == 0));
    }
    return count;
}

const struct value *script_args_of(const struct script *script, const char *effect, int nth)
{
    for (int i = 0; i < script->call_count; i++) {
        if (strcmp(script->calls[i], effect) == 0 && --nth == 0) {
            return script->args[i];
        }
    }
    return NULL;
}

bool script_logged(const struct script *script, const char *text)
{
    for (int i = 0; i < script->line_count; i++) {
        if (strstr(script->lines[i], text) != NULL) {
            return true;
        }
    }
    return false;
}

void script_forget(struct script *script)
{
    script->call_count = 0;
    script->line_count = 0;
    script->access_count = 0;
    script->microtask_count = 0;
}

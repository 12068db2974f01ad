/* Specifications (lifecycle.md 3.5, 1.6, 0.3): any JSON is read, formatted, recorded, named and copied.
 *
 * Input: JSON text. */
#include "core/app_spec.h"
#include "core/names.h"
#include "sim/fuzz/fuzz.h"
#include "sim/fuzz/json_mutator.h"

#include <math.h>
#include <string.h>

/* 3.5: the fields of a formatted version 8, in order; "?" those that may be absent. */
static const char *const fields_of_8[] = {"version",   "name",        "description", "owner",  "compose",
                                          "instances", "contacts",    "geolocation", "expire", "nodes",
                                          "staticip",  "?datacenter", "?enterprise"};

static void require_fields_of_8(const struct value *document)
{
    uint32_t at = 0;

    for (size_t i = 0; i < sizeof fields_of_8 / sizeof fields_of_8[0]; i++) {
        bool optional = fields_of_8[i][0] == '?';
        const char *name = fields_of_8[i] + optional;
        bool there = at < document->count && strcmp(document->members[at].key, name) == 0;

        REQUIRE(there || optional, "field %u of a formatted specification is %s, expected %s", at,
                at < document->count ? document->members[at].key : "missing", name);
        at += there;
    }
    REQUIRE(at == document->count, "a formatted specification has %s", document->members[at].key);
}

static void require_formatted(struct fuzz_node *fuzzed, const struct app_spec *spec)
{
    struct task *task = &fuzzed->task;
    struct app_spec *formatted = NULL, *again = NULL;
    const struct error *error = specification_formatter(task, spec, &formatted);

    if (error != NULL) {
        REQUIRE(error->message != NULL && error->message[0] != '\0', "an error without a message");
        return;
    }
    const struct value *document = formatted->document;

    REQUIRE(spec->version >= 1 && spec->version <= 8, "version %d was formatted", spec->version);
    REQUIRE(formatted->version == spec->version, "version %d became %d", spec->version, formatted->version);
    REQUIRE(value_get(document, "hash") == NULL && value_get(document, "height") == NULL,
            "hash or height was not dropped");
    static const char *const texts[] = {"name", "description", "owner"};

    for (size_t i = 0; i < sizeof texts / sizeof texts[0]; i++) {
        REQUIRE(value_get_text(document, texts[i]) != NULL, "%s is no text", texts[i]);
    }
    if (spec->version >= 4) {
        REQUIRE(value_is(value_get(document, "compose"), VALUE_ARRAY), "compose is no array");
    }
    if (spec->version == 8) {
        require_fields_of_8(document);
    }
    error = specification_formatter(task, formatted, &again);
    REQUIRE(error == NULL, "what was formatted cannot be formatted: %s", error->message);
    REQUIRE(value_equal(again->document, document), "formatted twice is not formatted once: %s and %s",
            value_json(&fuzzed->arena, document), value_json(&fuzzed->arena, again->document));
}

/* 1.6 step 1 */
static void require_record(struct fuzz_node *fuzzed, const struct app_spec *spec)
{
    const struct value *record = app_record(&fuzzed->task, spec);

    if (spec->version >= 8 && spec->enterprise != NULL) {
        REQUIRE(value_is(value_get(record, "compose"), VALUE_ARRAY) && value_count(value_get(record, "compose")) == 0,
                "an enterprise app's compose is in its record");
        REQUIRE(value_is(value_get(record, "contacts"), VALUE_ARRAY) && value_count(value_get(record, "contacts")) == 0,
                "an enterprise app's contacts are in its record");
    } else {
        REQUIRE(value_equal(record, app_spec_document(&fuzzed->task, spec)), "a record is another specification");
    }
}

/* 0.3 */
static void require_names(struct fuzz_node *fuzzed, const struct app_spec *spec)
{
    struct arena *arena = &fuzzed->arena;

    for (uint32_t i = 0; i < spec->component_count; i++) {
        const char *identifier = app_spec_identifier(arena, spec, i);
        const char *id = get_app_identifier(arena, identifier);
        const char *component = spec->components[i].name == NULL ? "undefined" : spec->components[i].name;
        const char *expected = spec->version >= 4 ? arena_printf(arena, "%s_%s", component, spec->name) : spec->name;

        REQUIRE(strcmp(identifier, expected) == 0, "component %u is called %s, expected %s", i, identifier, expected);
        REQUIRE(strncmp(id, "zel", 3) == 0 || strncmp(id, "flux", 4) == 0, "a container called %s", id);
        REQUIRE(is_flux_container(arena_printf(arena, "/%s", id)), "%s is not known for a Flux container", id);
    }
}

/* 1.6 step 4: each tier takes its own fields. */
static void apply_tiers(struct fuzz_node *fuzzed, struct app_spec *spec)
{
    static const char *const tiers[] = {"basic", "super", "bamf"};

    for (uint32_t i = 0; i < spec->component_count; i++) {
        struct component *component = &spec->components[i];

        for (size_t j = 0; j < sizeof tiers / sizeof tiers[0]; j++) {
            const struct value *own = value_get(component->document, arena_printf(&fuzzed->arena, "cpu%s", tiers[j]));

            apply_tier_resources(&fuzzed->task, component, tiers[j], false);
            double cpu = component_now(&fuzzed->task, component).cpu;

            REQUIRE(!value_is(own, VALUE_NUMBER) || !value_truthy(own) || cpu == own->number, "cpu of tier %s is %f",
                    tiers[j], cpu);
        }
        apply_tier_resources(&fuzzed->task, component, "basic", true);
        REQUIRE(fabs(component_now(&fuzzed->task, component).ram - 300) < 1, "a test install has %f MB",
                component_now(&fuzzed->task, component).ram);
    }
}

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t size_max, unsigned seed)
{
    return mutate_json(data, size, size_max, seed);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
    struct fuzz_node fuzzed;

    fuzz_node_begin(&fuzzed);
    const struct value *document = value_parse(&fuzzed.arena, (const char *)data, size);

    if (document != NULL) {
        const char *json = value_json(&fuzzed.arena, document);
        const struct value *again = value_parse(&fuzzed.arena, json, strlen(json));
        struct app_spec *spec = app_spec_from(&fuzzed.arena, document);

        /* What is not UTF-8 is written as \ufffd (value.h), and then is. */
        REQUIRE(again != NULL &&
                    (strstr(json, "\\ufffd") != NULL || strcmp(value_json(&fuzzed.arena, again), json) == 0),
                "written and read again it is another: %s", json);
        REQUIRE(value_equal(app_spec_document(&fuzzed.task, spec), document), "reading changed the specification");
        REQUIRE(value_equal(app_spec_copy(&fuzzed.task, spec)->document, document), "a copy is another");
        require_formatted(&fuzzed, spec);
        require_record(&fuzzed, spec);
        require_names(&fuzzed, spec);
        apply_tiers(&fuzzed, spec);
    }
    fuzz_node_end(&fuzzed);
    return document == NULL ? -1 : 0;
}

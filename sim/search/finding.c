#include "sim/search/finding.h"

#include "sim/search/finding_run.h"
#include "sim/search/site_text.h"

#include <string.h>

enum { NO_INDEX = -1 };

/* ---- words
 * -------------------------------------------------------------------------------------------------------------- */

const char *moved_text(struct arena *arena, const struct moved *moved)
{
    const char *object = moved->object == NULL ? "" : moved->object;
    const char *space = moved->object == NULL ? "" : " ";

    if (moved->moment == MOMENT_START) {
        return "the start";
    }
    return arena_printf(arena, "%s%s%s%s", moved->moment == MOMENT_RESUME ? "what follows " : "",
                        effect_info(moved->effect)->name, space, object);
}

static const char *label_of(const struct finding_run *run, const struct moved *moved)
{
    return scenario_stage_label(run->stage, moved->slot);
}

static const char *actor_name(const struct finding_run *run, uint32_t origin)
{
    return actor_info(scenario_stage_actor(run->stage, origin)->kind)->name;
}

static const char *site_of(const struct finding_run *run, const struct moved *moved)
{
    return site_text(run->arena, scenario_stage_actor(run->stage, moved->origin)->kind, moved->moment, moved->effect);
}

/* ---- races
 * --------------------------------------------------------------------------------------------------------------- */

/* Whether a transition is about the object: names of containers, folders and volumes hold that of their app. */
static bool is_about(const struct moved *moved, const char *object)
{
    return moved->object != NULL && object != NULL &&
           (strstr(moved->object, object) != NULL || strstr(object, moved->object) != NULL);
}

/* The last transition before `index` by which another actor changed what the oracle is about. */
static int culprit(const struct finding_run *run, int index, const struct run_violation *violation)
{
    enum oracle_id id = ORACLE_COUNT;

    if (!oracle_by_name(violation->oracle, &id)) {
        return NO_INDEX;
    }
    for (int i = index - 1; i >= 0; i--) {
        const struct moved *moved = moved_at(run, i);
        bool of_class = moved->moment == MOMENT_START ||
                        (moved->moment == MOMENT_APPLY &&
                         (effect_info(moved->effect)->writes & (uint32_t)oracle_info(id)->concerns) != 0);

        if (moved->origin != moved_at(run, index)->origin && moved->writes && of_class &&
            is_about(moved, violation->object)) {
            return i;
        }
    }
    return NO_INDEX;
}

/* The last transition before `index` of another actor that it depends on. */
static int direct_partner(const struct finding_run *run, int index)
{
    for (int i = index - 1; i >= 0; i--) {
        if (moves_conflict(run, i, index)) {
            return i;
        }
    }
    return NO_INDEX;
}

/* The last transition of another actor that changed what the task of `index` had looked at before; *looked is where it
 * looked. */
static int stale_partner(const struct finding_run *run, int index, int *looked)
{
    uint32_t origin = moved_at(run, index)->origin;

    for (int i = index - 1; i >= 0; i--) {
        for (int own = i - 1; moved_at(run, i)->origin != origin && own >= 0; own--) {
            if (moved_at(run, own)->origin == origin && moves_conflict(run, own, i)) {
                *looked = own;
                return i;
            }
        }
    }
    return NO_INDEX;
}

/* The last transition that made the object of a violation that nobody's transition broke. */
static int maker(const struct finding_run *run, const char *object)
{
    for (int i = (int)run->count - 1; i >= 0; i--) {
        const struct moved *moved = moved_at(run, i);
        bool makes = moved->moment == MOMENT_APPLY && moved->writes && effect_makes_object(moved->effect);

        if (makes && moved->object != NULL && object != NULL && strcmp(moved->object, object) == 0) {
            return i;
        }
    }
    return NO_INDEX;
}

/* ---- mishaps
 * --------------------------------------------------------------------------------------------------------------- */

/* The transition that a mishap hit. */
static int hit_by(const struct finding_run *run, const struct mishap *mishap)
{
    for (uint32_t i = 0; i < run->count; i++) {
        const struct moved *moved = moved_at(run, (int)i);

        if (moved->moment == MOMENT_APPLY && moved->nth == mishap->nth && moved->effect == mishap->effect &&
            strcmp(label_of(run, moved), mishap->task) == 0) {
            return (int)i;
        }
    }
    return NO_INDEX;
}

/* The mishaps that a violation is blamed on. */
struct blame {
    int hits[PLAN_MISHAPS_MAX]; /* the transition that each hit; NO_INDEX: it is not to blame */
    uint32_t count;
    bool spares; /* a mishap had come to pass, and has nothing to do with it */
};

/* Those that led to what transition `index` broke. A strike hits everybody; to a state at rest (`index` is NO_INDEX)
 * all that came to pass has led. */
static struct blame blame_for(const struct finding_run *run, int index)
{
    struct blame blame = {.count = 0};

    for (uint32_t i = 0; i < run->stage->plan.count; i++) {
        const struct mishap *mishap = &run->stage->plan.mishaps[i];
        int hit = hit_by(run, mishap);

        blame.hits[i] = NO_INDEX;
        if (hit == NO_INDEX || (index != NO_INDEX && hit > index)) {
            continue;
        }
        if (index == NO_INDEX || hit == index || mishap->strike != STRIKE_NONE || happens_before(run, hit, index)) {
            blame.hits[i] = hit;
            blame.count++;
        } else {
            blame.spares = true;
        }
    }
    return blame;
}

/* The fingerprint `of` with the mishaps to blame, but for number `left_out` (NO_INDEX: none). */
static const char *with_mishaps(const struct finding_run *run, const struct blame *blame, int left_out, const char *of)
{
    for (uint32_t i = 0; i < run->stage->plan.count; i++) {
        if ((int)i != left_out && blame->hits[i] != NO_INDEX) {
            of = arena_printf(run->arena, "%s | %s: %s", of, site_of(run, moved_at(run, blame->hits[i])),
                              mishap_effect(&run->stage->plan.mishaps[i]));
        }
    }
    return of;
}

/* "refused hit db find zelappsinformation of install:napp (number 2 of them), and …" */
static const char *mishaps_text(const struct finding_run *run, const struct blame *blame)
{
    const char *text = "";

    for (uint32_t i = 0; i < run->stage->plan.count; i++) {
        const struct mishap *mishap = &run->stage->plan.mishaps[i];

        if (blame->hits[i] != NO_INDEX) {
            const struct moved *moved = moved_at(run, blame->hits[i]);

            text = arena_printf(run->arena, "%s%s%s hit %s of %s (number %u of them%s)", text,
                                text[0] == '\0' ? "" : ", and ", mishap_name(mishap), moved_text(run->arena, moved),
                                label_of(run, moved), moved->nth, mishap_reach(run->arena, mishap));
        }
    }
    return text;
}

/* ---- findings
 * ---------------------------------------------------------------------------------------------------------------- */

/* The site that broke the oracle, and the other party of the race. */
static void explain_race(const struct finding_run *run, int index, const struct run_violation *violation,
                         struct finding *finding)
{
    const struct moved *own = moved_at(run, index);
    int looked = NO_INDEX;
    int partner = culprit(run, index, violation);
    bool certain = partner != NO_INDEX;

    partner = certain ? partner : direct_partner(run, index);
    partner = partner != NO_INDEX ? partner : stale_partner(run, index, &looked);
    if (partner == NO_INDEX) {
        finding->why = arena_printf(run->arena, "%s does it alone, without any race or failure", label_of(run, own));
        return;
    }
    const struct moved *other = moved_at(run, partner);
    const char *party = certain ? site_of(run, other) : actor_name(run, other->origin);

    finding->fingerprint = arena_printf(run->arena, "%s | %s", finding->fingerprint, party);
    if (looked == NO_INDEX) {
        finding->why = arena_printf(run->arena, "%s of %s came before %s of %s", moved_text(run->arena, other),
                                    label_of(run, other), moved_text(run->arena, own), label_of(run, own));
    } else {
        finding->why = arena_printf(run->arena, "%s of %s came between %s and %s of %s", moved_text(run->arena, other),
                                    label_of(run, other), moved_text(run->arena, moved_at(run, looked)),
                                    moved_text(run->arena, own), label_of(run, own));
    }
}

static void add_simpler(struct finding *finding, const char *fingerprint)
{
    if (finding->simpler_count < SIMPLER_MAX) {
        finding->simpler[finding->simpler_count++] = fingerprint;
    }
}

/* Makes the finding one of the mishaps to blame: what it was without them is the simpler form. Without a mishap that is
 * not to blame it is what it is. */
static void blame_mishaps(const struct finding_run *run, const struct blame *blame, const char *broken,
                          struct finding *finding)
{
    if (blame->count > 0) {
        add_simpler(finding, finding->fingerprint);
        add_simpler(finding, broken);
        for (uint32_t i = 0; blame->count > 1 && i < run->stage->plan.count; i++) {
            if (blame->hits[i] != NO_INDEX) {
                add_simpler(finding, with_mishaps(run, blame, (int)i, broken));
            }
        }
        finding->fingerprint = with_mishaps(run, blame, NO_INDEX, broken);
        finding->why = mishaps_text(run, blame);
    }
    if (blame->spares) {
        add_simpler(finding, finding->fingerprint);
    }
}

static struct finding finding_of(const struct finding_run *run, const struct run_violation *violation)
{
    /* The violation's texts go with the run. */
    struct finding finding = {.oracle = violation->oracle,
                              .object = violation->object == NULL ? NULL : arena_string(run->arena, violation->object),
                              .message = arena_string(run->arena, violation->message)};
    int index = violation->step == 0 ? maker(run, violation->object) : (int)violation->step - 1;
    const char *broken =
        index == NO_INDEX ? violation->oracle
                          : arena_printf(run->arena, "%s | %s", violation->oracle, site_of(run, moved_at(run, index)));

    finding.fingerprint = broken;
    if (index == NO_INDEX) {
        finding.why = "no single step did it";
    } else {
        explain_race(run, index, violation, &finding);
    }
    struct blame blame = blame_for(run, violation->step == 0 ? NO_INDEX : index);

    blame_mishaps(run, &blame, broken, &finding);
    return finding;
}

static bool is_known(const struct finding *findings, uint32_t count, const char *fingerprint)
{
    for (uint32_t i = 0; i < count; i++) {
        if (strcmp(findings[i].fingerprint, fingerprint) == 0) {
            return true;
        }
    }
    return false;
}

uint32_t findings_of_run(const struct machine *machine, const struct scenario_stage *stage, struct arena *arena,
                         struct finding findings[FINDINGS_MAX])
{
    const struct run_record *record = stage->runner->record;
    uint32_t count = 0;

    if (record->violation_count == 0) {
        return 0;
    }
    struct finding_run run = finding_run(machine, stage, arena);

    for (uint32_t i = 0; i < record->violation_count && count < FINDINGS_MAX; i++) {
        struct finding finding = finding_of(&run, &record->violations[i]);

        if (!is_known(findings, count, finding.fingerprint)) {
            findings[count++] = finding;
        }
    }
    return count;
}
